export const reportWords = { markdown: "Markdown", html: "HTML", pdf: "PDF", json: "JSON" } as const;

/** 812 B, 12.4 kB, 3.1 MB. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(size)} ${unit}`;
}

/** JSON with its lines in order; what cannot be read stays as it is. */
export function indentJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
