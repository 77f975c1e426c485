const schemes = new Set(["http:", "https:", "mailto:"]);

/** The address if it may be followed, else undefined. Agents write these: `javascript:` and friends never pass. */
export function safeHref(href: string): string | undefined {
  // Browsers drop control characters and blanks before they look at the scheme; so must we.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  const bare = href.replace(/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, "");
  if (!URL.canParse(bare)) return undefined;
  const url = new URL(bare);
  return schemes.has(url.protocol) && !url.username && !url.password ? url.href : undefined;
}
