import { writeFileSync } from "node:fs";
import { z } from "zod";
import { isSecret, settings, variableName } from "#server/config.ts";

/** The page `docs/configuration.md`: every setting, printed from the schema that checks it. */
export function configurationPage(): string {
  const rows = Object.entries(settings.shape).map(([key, field]) => {
    const { default: standard, description } = z.toJSONSchema(field, { io: "input", unrepresentable: "any" });
    return `| \`${variableName(key)}\` | ${possible(field)} | ${show(standard)} | ${description} |`;
  });
  return [
    "# Configuration",
    "",
    "Environment variables, or a file `.env` beside `package.json` (the environment wins). They are checked at start;",
    "an error names each wrong one. This page is printed from `server/config.ts` by `node scripts/run.mjs config-docs`.",
    "",
    "| setting | possible | default | what it does |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function possible(field: z.ZodType): string {
  if (isSecret(field)) return "text (secret)";
  const {
    type,
    enum: values,
    minimum,
    maximum,
    format,
  } = z.toJSONSchema(field, { io: "output", unrepresentable: "any" });
  if (values) return values.map((value) => `\`${value}\``).join(", ");
  if (type === "integer") return `${String(minimum)} to ${String(maximum)}`;
  if (format === "uri") return "address";
  return type === "string" ? "text" : "list: `a, b`";
}

function show(standard: unknown): string {
  if (standard === undefined || (Array.isArray(standard) && standard.length === 0)) return "";
  return `\`${typeof standard === "string" ? standard : JSON.stringify(standard)}\``;
}

if (import.meta.main) writeFileSync("docs/configuration.md", configurationPage());
