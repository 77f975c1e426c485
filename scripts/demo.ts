import { join } from "node:path";
import { parseArgs } from "node:util";
import { audit } from "#server/audit/audit.ts";
import { config } from "#server/config.ts";
import { openSecrets } from "#server/keyring.ts";
import { runSample } from "../agents/sample/run.ts";
import { printFindings } from "./findings.ts";
import { findRunning } from "./running.ts";

// `npm run demo`: the sample against the running server; exits 0 only if all is merged and every promise holds.

const { values } = parseArgs({
  options: {
    org: { type: "string" },
    "keep-open": { type: "boolean", default: false },
    timeout: { type: "string", default: "180" },
  },
});
const settings = config();
const running = findRunning(settings.dataDir);
const url = process.env.ENTOURAGE_URL ?? running?.url;
const databaseUrl = settings.databaseUrl ?? running?.databaseUrl;
if (!url || !databaseUrl) {
  process.stderr.write(
    `Entourage does not run on ${settings.dataDir}. Start it in another terminal with npm start, then run npm run demo again.\n`,
  );
  process.exit(2);
}

try {
  const result = await runSample({
    url,
    token: openSecrets(settings.dataDir).operatorToken,
    org: values.org,
    samplesDirectory: join(settings.dataDir, "samples"),
    timeoutSeconds: Number(values.timeout),
    say: (line) => process.stdout.write(`${line}\n`),
  });
  process.stdout.write("\n");
  for (const { number, title, status, assignee, rework, headCommit } of result.tasks) {
    process.stdout.write(
      `${`#${number}`.padEnd(5)} ${title.padEnd(42)} ${status.padEnd(12)} ${(assignee?.name ?? "").padEnd(8)} ${headCommit?.slice(0, 7) ?? "       "} ${rework > 0 ? `sent back ${rework}×` : ""}\n`,
    );
  }
  const merged = result.tasks.filter(({ status }) => status === "done").length;
  process.stdout.write(`\n${merged} of ${result.tasks.length} tasks merged in ${result.seconds.toFixed(1)} s.\n\n`);
  const sound = printFindings(await audit({ databaseUrl, dataDir: settings.dataDir, expectWork: true }));
  if (values["keep-open"]) process.stdout.write(`\nLook at it: ${url}/o/${result.orgSlug}/t/${result.teamId}/board\n`);
  process.exit(result.complete && sound ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
