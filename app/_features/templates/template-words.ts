import type { Variable } from "#server/templates/schema.ts";

export const kindWords = { task: "Task", session: "Session" } as const;
export const typeWords = { text: "Text", number: "Number", boolean: "Yes or no", choice: "One of" } as const;

/** The names between double braces in some texts, each once, in the order they come. */
export function variableNames(texts: readonly string[]): string[] {
  const found = texts.join("\n").matchAll(/\{\{\s*([a-z][a-z0-9_]{0,39})\s*\}\}/g);
  return [...new Set([...found].map(([, name = ""]) => name))];
}

/** What a form of variables begins with: what is known of each, and a text that must be given for a new one. */
export function variablesOf(names: readonly string[], known: readonly Variable[]): Variable[] {
  return names.map(
    (name) => known.find((one) => one.name === name) ?? { name, label: "", type: "text", required: true },
  );
}

/** What was written for a variable, as its type; nothing where nothing was written. */
export function valueOf({ type }: Pick<Variable, "type">, written: string): string | number | boolean | undefined {
  if (written === "") return undefined;
  if (type === "number") return Number(written);
  return type === "boolean" ? written === "yes" : written;
}

/** How a variable is asked for: its label, else its name in words. */
export const labelOf = ({ name, label }: Pick<Variable, "name" | "label">): string => {
  const words = label || name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** It must be given: nothing stands for it. */
export const isNeeded = ({ required, default: usual }: Variable): boolean => required && usual === undefined;

/** The names of what must be given and was not. */
export const missingOf = (variables: readonly Variable[], values: Readonly<Record<string, unknown>>): string[] =>
  variables.filter((one) => isNeeded(one) && (values[one.name] ?? "") === "").map(({ name }) => name);

/** A text of a template's body; nothing where there is none. */
export function textIn(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  return typeof value === "string" ? value : "";
}
