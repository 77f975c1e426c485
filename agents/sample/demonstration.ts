/**
 * What a demonstration begins with: the sample crew writes a note for each task here, and the gate holds the notes to
 * what a merge must hold code to. It is no code and does not look like it.
 */
export const demonstrationFiles: Record<string, string> = {
  "README.md": `# Demonstration

The sample crew carried out a plan here: three scripted engineers and a reviewer, without any model. For each task there
is a note in \`notes/\` that lays out what the task asks for. No code was written, and nothing of it was checked.

The gate, \`node check.mjs\`, runs before each merge: a note must say what it is, keep the acceptance criteria, and stand
on notes that were merged before.
`,
  "check.mjs": `import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const names = existsSync("notes") ? readdirSync("notes").filter((name) => name.endsWith(".md")) : [];
const faults = names.flatMap((name) => {
  const text = readFileSync(join("notes", name), "utf8");
  const missing = [...text.matchAll(/\\]\\(\\.\\/([^)]+\\.md)\\)/g)].map(([, link]) => link).filter((link) => !names.includes(link));
  return [
    ...(text.startsWith("# ") ? [] : ["has no title"]),
    ...(text.includes("written by the sample crew") ? [] : ["does not say that it is a demonstration"]),
    ...(text.includes("## Done when") ? [] : ["does not say when the task is done"]),
    ...missing.map((link) => \`stands on \${link}, which is not merged\`),
  ].map((fault) => \`notes/\${name} \${fault}\`);
});
for (const fault of faults) console.error(fault);
console.log(\`\${names.length} \${names.length === 1 ? "note" : "notes"}, \${faults.length} \${faults.length === 1 ? "fault" : "faults"}\`);
process.exit(faults.length > 0 ? 1 : 0);
`,
};
