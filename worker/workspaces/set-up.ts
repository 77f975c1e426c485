import { randomInt } from "node:crypto";
import type { Runtime } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { setupProxyPort } from "#server/sandbox/own-ports.ts";
import { runInBoxes } from "#server/sandbox/run-in-box.ts";
import type { SandboxRequest, SandboxResult } from "#server/sandbox/sandbox.ts";
import { tellRefused } from "#server/security/telling.ts";
import type { Making } from "#server/workspaces/making.ts";
import { runInWorkspace } from "#server/workspaces/running.ts";
import { openWayOut } from "./way-out.ts";

const setupSeconds = 1200;

/** Runs the script in a sandbox. @throws AppError that says how it ended. */
export async function setUp(
  runtime: Runtime,
  row: Making,
  { signal, keep }: { signal: AbortSignal; keep: (output: string) => Promise<void> },
): Promise<void> {
  const request = {
    command: row.setupScript,
    timeoutSeconds: setupSeconds,
    outputLimitBytes: 64 * 1024,
    signal,
  };
  const { result, lines } =
    row.setupHosts.length === 0
      ? await runInWorkspace(runtime.settings, row, request).then((result) => ({
          result,
          lines: wordsWithout(row, result),
        }))
      : await runWithWayOut(runtime, row, request);
  if (signal.aborted) return;
  const told = lines.map((line) => `${line}\n`).join("");
  await keep(told === "" || /^$|\n$/.test(result.output) ? result.output + told : `${result.output}\n${told}`);
  if (result.exitCode === 0) return;
  const how = result.killedBy
    ? {
        timeout: `ran longer than ${setupSeconds / 60} minutes`,
        memory: "took too much memory",
        output: "printed too much",
      }[String(result.killedBy)]
    : undefined;
  throw new AppError(
    "conflict",
    `The set-up script ${how ?? `ended with exit code ${result.exitCode}`}. Its output is kept.`,
  );
}

/** With one service more: a proxy to the hosts of the repository, which ends with the set-up, however that ends. */
async function runWithWayOut(
  runtime: Runtime,
  row: Making,
  request: Pick<SandboxRequest, "command" | "timeoutSeconds" | "outputLimitBytes" | "signal">,
): Promise<{ result: SandboxResult; lines: string[] }> {
  const { settings } = runtime;
  const boxes = await openBoxes(settings);
  const tellings: Promise<void>[] = [];
  const by = { subject: subjectOf(row) };
  const out = await openWayOut(row.id, {
    ...{ hosts: row.setupHosts, trustedHosts: settings.trustedHosts },
    onRefused: (words) => tellings.push(tellRefused(runtime, row.orgId, { what: "set_up", by, words })),
  });
  try {
    // Where a sandbox shares the host's loopback, two set-ups must not meet.
    const port = boxes.isolated ? setupProxyPort : randomInt(20_000, 45_000);
    const inBox = runInBoxes(boxes, [{ port, socket: out.socket }]);
    const result = await runInWorkspace(settings, row, { ...request, env: proxyEnvironment(port) }, inBox);
    return { result, lines: out.reached.lines() };
  } finally {
    await out.close();
    await Promise.all(tellings);
  }
}

/** Each tool reads its own of these. Loopback inside is the sandbox's: a server that a set-up starts is reached directly. */
function proxyEnvironment(port: number): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`;
  const none = "localhost,127.0.0.1,::1";
  return {
    ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy },
    ...{ NO_PROXY: none, no_proxy: none },
    // Yarn from 2 on reads none of the above, programs of Node only when they are told to.
    ...{ YARN_HTTP_PROXY: proxy, YARN_HTTPS_PROXY: proxy, NODE_USE_ENV_PROXY: "1" },
  };
}

/** Whoever made the working copy; that of dispatched work was made by nobody in person. */
function subjectOf({ id, name, createdBy }: Making) {
  return createdBy.kind === "system" ? { kind: "system" as const, id, name: `The set-up of ${name}` } : createdBy;
}

/** What tools say who find no network (of the resolver: EAI_AGAIN, and its messages). */
const noNetwork = /ENOTFOUND|EAI_AGAIN|could not resolve|name resolution|no such host|ENETUNREACH/i;

/** What helps whoever wonders why nothing could be reached. */
function wordsWithout({ isOtherSetup, repoId }: Making, { exitCode, output }: SandboxResult): string[] {
  if (isOtherSetup)
    return [
      "This set-up is not the repository's as it is now, so it reached no host. A new working copy gets that of the repository.",
    ];
  if (exitCode === 0 || repoId === null || !noNetwork.test(output)) return [];
  return ["A set-up reaches no host, until an admin adds some in the repository's settings."];
}
