import { existsSync } from "node:fs";
import { join } from "node:path";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { audit } from "#server/audit/audit.ts";
import { type Config, config, unknownNames, variableName } from "#server/config.ts";
import { chooseSandbox } from "#server/sandbox/choose.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { printFindings } from "./findings.ts";
import { findRunning } from "./running.ts";

// `npm run doctor`: says how this installation is set up and checks every promise its state can show. Changes nothing.

const settings = config();
const running = findRunning(settings.dataDir);
const say = (line: string) => process.stdout.write(`${line}\n`);

await explain(settings);
say("");
const sound = await withDatabase(async (databaseUrl) =>
  printFindings(await audit({ databaseUrl, dataDir: settings.dataDir })),
);
say(sound ? "\nEverything holds." : "\nSomething does not hold; see the lines marked FAIL.");
process.exit(sound ? 0 : 1);

async function explain({ dataDir, databaseUrl, publicUrl, auth, host }: Config): Promise<void> {
  say(
    running
      ? `Running      process ${running.pid} at ${running.url} since ${running.startedAt}`
      : "Running      no (npm start)",
  );
  say(`Address      ${running?.url ?? publicUrl} on ${host}; sign-in is ${auth}`);
  say(`Data         ${dataDir}`);
  say(`Database     ${databaseUrl ? "the one DATABASE_URL names" : "embedded PostgreSQL"}`);
  await explainSandbox();
  for (const name of unknownNames(process.env))
    say(`Setting      ${name} is not a setting; docs/configuration.md lists them`);
  const set = Object.keys(settings)
    .map(variableName)
    .filter((name) => process.env[name] !== undefined);
  say(
    `Settings     ${set.length > 0 ? `${set.join(", ")} from the environment or .env; the rest are defaults` : "all defaults"}`,
  );
}

/** Where agents' code runs, and what of it is there now. */
async function explainSandbox(): Promise<void> {
  const wanted = { ...settings, docker: { host: settings.dockerHost, image: settings.dockerImage } };
  try {
    const { reason, warning } = await chooseSandbox(wanted);
    const found = await (await openBoxes(wanted)).list();
    const run = found.filter(({ status }) => status === "running").length;
    const failed = found.filter(({ status }) => status === "failed").length;
    say(
      `Sandbox      ${reason} ${run} run${run === 1 ? "s" : ""} now${failed > 0 ? `, ${failed} ended unasked` : ""}.`,
    );
    if (warning !== null) say(`             WARNING: ${warning}`);
  } catch (error) {
    say(`Sandbox      ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The live database, or the embedded one started for as long as it takes. */
async function withDatabase<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const url = settings.databaseUrl ?? running?.databaseUrl;
  if (url) return work(url);
  const folder = join(settings.dataDir, "postgres");
  if (!existsSync(folder)) {
    say("There is no data yet. Run npm start first.");
    process.exit(2);
  }
  const postgres = await startEmbeddedPostgres(folder);
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}
