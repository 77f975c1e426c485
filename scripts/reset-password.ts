import { parseArgs } from "node:util";
import { migrate } from "#db/migrate.ts";
import { makeResetLinkFor } from "#server/auth/password-reset.ts";
import { config } from "#server/config.ts";
import { openRuntime } from "#server/runtime.ts";
import { openDatabase } from "./open-database.ts";

const usage = "Usage: npm run reset-password -- --email E [--json]";

/** `npm run reset-password`: a link that sets a new password, for somebody nobody else can help. Works once, for an hour. */
async function resetPassword(): Promise<void> {
  const { values } = parseArgs({ options: { email: { type: "string" }, json: { type: "boolean", default: false } } });
  if (!values.email) throw new Error("--email is missing.");
  // The log goes to standard output, where only our answer belongs.
  process.env.ENTOURAGE_LOG_LEVEL = "silent";
  const settings = config();
  const database = await openDatabase(settings);
  try {
    await migrate(database.url);
    const { publicUrl } = database;
    const runtime = await openRuntime("reset-password", { ...settings, databaseUrl: database.url, publicUrl });
    try {
      const made = await makeResetLinkFor(runtime, values.email);
      process.stdout.write(
        values.json ? `${JSON.stringify(made)}\n` : `${made.link}\nWorks once, until ${made.expiresAt}.\n`,
      );
    } finally {
      await runtime.close();
    }
  } finally {
    await database.close();
  }
}

await resetPassword().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 1;
});
