import { readdirSync } from "node:fs";
import { join } from "node:path";

// `npm run bench -- NAME [options]`: each figure is a file here that prints JSON lines; what they share stands in folders.

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !["main.ts", "figure.ts", "installation.ts"].includes(file))
  .map((file) => file.slice(0, -3))
  .sort();
const [name] = process.argv.slice(2).filter((argument) => argument !== "--");
if (!name || !names.includes(name)) {
  process.stderr.write(`Name a figure: npm run bench -- ${names.join(" | ")}\n`);
  process.exit(2);
}
process.argv.splice(2, process.argv.length, ...process.argv.slice(process.argv.indexOf(name) + 1));
await import(join(import.meta.dirname, `${name}.ts`));
