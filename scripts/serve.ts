import { migrate } from "#db/migrate.ts";
import { config, unknownNames } from "#server/config.ts";
import { openSecrets } from "#server/keyring.ts";
import { buildWhenNeeded } from "./build.ts";

// `node scripts/run.mjs serve web|worker|realtime`: one part of an installation of several processes, in the foreground.
// The database is one's own (DATABASE_URL). Web and realtime meet on ENTOURAGE_WORKER_PORT of loopback: a pod, or
// containers that share a network. A worker is realtime too, and terminals are opened by the worker beside the sandbox.

const roles: Record<string, () => Promise<unknown>> = {
  web: async () => {
    await buildWhenNeeded(say);
    return import("../app/_server/main.ts");
  },
  worker: () => import("../worker/main.ts"),
  // The worker's main reads from the arguments that it is to be nothing else.
  realtime: () => import("../worker/main.ts"),
};

await serve(process.argv[2] ?? "").catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
});

async function serve(role: string): Promise<void> {
  const start = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (!start) throw new Error(`Name what to serve: ${Object.keys(roles).join(", ")}. All in one is \`start\`.`);
  const { databaseUrl, workerPort, dataDir } = config();
  if (!databaseUrl) throw new Error("Several processes need a database of their own: set DATABASE_URL.");
  if (workerPort === 0)
    throw new Error(
      "Set ENTOURAGE_WORKER_PORT, the same for the web and its realtime: the loopback port they meet on.",
    );
  for (const name of unknownNames(process.env)) say(`${name} is not a setting (docs/configuration.md lists them).`);
  openSecrets(dataDir);
  // Several that start at once wait for each other here.
  const applied = await migrate(databaseUrl);
  if (applied.length > 0) say(`Database ready (${applied.length} migrations applied).`);
  await start();
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
