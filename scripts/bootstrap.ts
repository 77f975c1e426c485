import { parseArgs } from "node:util";
import { requireThisVersion } from "#db/migrate.ts";
import { createFirstAccess, readBootstrapOptions } from "#server/auth/bootstrap.ts";
import { config } from "#server/config.ts";
import { openRuntime } from "#server/runtime.ts";
import { openDatabase } from "./open-database.ts";

const usage = "Usage: npm run bootstrap -- --email E --password P --org NAME [--name N] [--json]";

/**
 * `npm run bootstrap`: for scripts that must not open a browser. A person and an organization are made once; every run
 * makes a new key. Works beside a running Entourage of the same version, whose database it leaves in its shape, and without
 * one.
 */
async function bootstrap(): Promise<void> {
  const { values } = parseArgs({
    options: {
      email: { type: "string" },
      password: { type: "string" },
      org: { type: "string" },
      name: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const options = readBootstrapOptions(values);
  // The log goes to standard output, where only our answer belongs.
  process.env.ENTOURAGE_LOG_LEVEL = "silent";
  const settings = config();
  const database = await openDatabase(settings);
  try {
    await requireThisVersion(database.url);
    const runtime = await openRuntime("bootstrap", { ...settings, databaseUrl: database.url });
    try {
      const access = { ...(await createFirstAccess(runtime, options)), url: database.publicUrl };
      const lines = Object.entries(access).map(([key, value]) => `${key.padEnd(15)} ${value}`);
      process.stdout.write(values.json ? `${JSON.stringify(access)}\n` : `${lines.join("\n")}\n`);
    } finally {
      await runtime.close();
    }
  } finally {
    await database.close();
  }
}

await bootstrap().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 1;
});
