import { watch } from "node:fs";
import { launch } from "./launch.ts";

/** Next reloads what it bundles by itself; the two programs around it are restarted when their sources change. */
const RESTARTS = { worker: ["worker", "server", "db"], web: ["app/_server"] } as const;

try {
  const launched = await launch("development");
  for (const name of ["worker", "web"] as const) {
    for (const folder of RESTARTS[name]) restartOnChange(folder, () => launched[name].restart());
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function restartOnChange(folder: string, restart: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  watch(folder, { recursive: true }, (_event, file) => {
    if (!file?.endsWith(".ts") || file.endsWith(".test.ts")) return;
    clearTimeout(timer); // An editor writes several times.
    timer = setTimeout(restart, 150);
  });
}
