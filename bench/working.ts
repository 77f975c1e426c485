import { fork } from "node:child_process";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type SQL, sql } from "drizzle-orm";
import { addAgent } from "#server/agents/service.ts";
import { createApiKeyInput } from "#server/api-keys/schema.ts";
import { createApiKey } from "#server/api-keys/service.ts";
import { saveCredential } from "#server/credentials/service.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createLogger } from "#server/log.ts";
import { registerRepoInput } from "#server/repos/schema.ts";
import { registerRepo } from "#server/repos/service.ts";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTask } from "#server/tasks/service.ts";
import { installAgent } from "#worker/agent-installs/installing.ts";
import { startRepositoryCopies } from "#worker/jobs/prepare-repo.ts";
import { figure, median, now, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";
import { type Kind, workBare } from "./working/bare.ts";
import { openDoors } from "./working/doors.ts";

// What a task costs besides its agent: from being taken until its session's agent first asks its model, and from the model's
// word that a review be asked for until it stands on the board. Beside the same agent started by hand, which calls a tool of
// ours with a key. Working copy and sandbox are made anew for each task. The model is a loopback stand-in here.

const { values } = parseArgs({ options: { tasks: { type: "string", default: "10" } } });
const [kinds, tasks]: [Kind[], number] = [["entourage", "claude-sdk"], Number(values.tasks)];
const model = "claude-sonnet-5-5";
const usage = { input: 1_000, output: 100 };
/** How each calls its shell. */
const shells = { entourage: "bash", "claude-sdk": "Bash" };
let kind: Kind = "entourage";
/** When the model was asked, and when it said that a tool of ours be called. */
let seen: { asked: number[]; called: number } = { asked: [], called: 0 };

function answer({ texts, toolResults }: LabRequest): LabAnswer {
  const call = (name: string, input: unknown): LabAnswer => ({ toolCalls: [{ name, input }], usage });
  seen.asked.push(now());
  const told = texts.join("\n");
  const [, branch, number] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
  const push = `echo ${number} > hello.txt; git add -A; git commit -qm hello; git push -q origin HEAD:${branch} && echo "pushed" it`;
  if (branch && !told.includes("pushed it")) return call(shells[kind], { command: push, description: "Push" });
  if (branch ? told.includes("It says hello.") : toolResults > 0) return { text: "Done.", usage };
  seen.called = now();
  return branch
    ? call("mcp__entourage__request_review", { task: number, summary: "It says hello." })
    : call("mcp__entourage__list_teams", {});
}

const installs = resolve(import.meta.dirname, "../.entourage/for-tests");
const installed = await installAgent("claude-sdk", {
  ...{ dataDir: installs, signal: new AbortController().signal, onProgress: () => undefined },
});
const bench = await openBench(4);
const lab = await openModelLab(answer);
const { dataDir } = bench.runtime.settings;
const doors = await openDoors(bench.url, dataDir, new URL(lab.urls.anthropic).host);
const { runtime, address } = doors;
const copies = startRepositoryCopies(runtime, { log: createLogger("bench") });
const { orgId, teamId } = await addOrg(runtime, 1);
const run = <Result>(work: Parameters<typeof as<Result>>[2]) => as(runtime, orgId, work);
const endpoint = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k" };
await run((context) => saveCredential(context, endpoint, { ok: true, answer: "", models: [] }));
const repoId = await run((context) => registerRepo(context, registerRepoInput.parse({ teamId, name: "app" })));
await until(async () => (await valueOf(sql`select status as value from repos where id = ${repoId}`)) === "ready");
const outside = await run((context) =>
  addAgent(context, { teamId, name: "by hand", role: "engineer", runtime: "external" }),
);
const { key } = await run((context) =>
  createApiKey(context, createApiKeyInput.parse({ name: "bench", agentId: outside })),
);
const crew = fork(
  new URL("../worker/dispatch/test/crew-process.ts", import.meta.url),
  [bench.url, address, JSON.stringify(runtime.settings), JSON.stringify({ "claude-sdk": installed })],
  { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
);

/** The one value that a query asks for, as `value`. */
async function valueOf(query: SQL): Promise<unknown> {
  const [row] = await bench.runtime.db.execute<{ value: unknown }>(query);
  return row?.value;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20);
}

/** One task from the board to its review. @returns milliseconds of both ways. */
async function workOnce(agentId: string): Promise<[first: number, review: number]> {
  seen = { asked: [], called: 0 };
  const wanted = { teamId, repoId, title: "Say hello", assignee: { kind: "agent", id: agentId } };
  const taskId = await run((context) => createTask(context, createTaskInput.parse(wanted)));
  await until(async () => (await valueOf(sql`select status as value from tasks where id = ${taskId}`)) === "in_review");
  const [first = Number.NaN, called] = [seen.asked[0], seen.called];
  const at = async (type: string) =>
    Number(
      await valueOf(sql`select extract(epoch from occurred_at)::float8 * 1000 as value from events
        where task_id = ${taskId} and type = ${type} limit 1`),
    );
  // Its last words ask the model too.
  await until(
    async () =>
      (await valueOf(sql`select status as value from sessions where task_id = ${taskId} limit 1`)) === "ready",
  );
  const [taken, asked] = [await at("task.claimed"), await at("review.requested")];
  return [first - taken, asked - called];
}

async function bareOnce(): Promise<[first: number, answered: number]> {
  seen = { asked: [], called: 0 };
  const begun = now();
  const mcp = { url: `${address}/mcp`, key };
  await workBare(
    { kind, models: lab.urls.anthropic.replace(/\/v1$/, ""), model, installed, mcp },
    "Which teams are there?",
  );
  return [(seen.asked[0] ?? Number.NaN) - begun, (seen.asked[1] ?? Number.NaN) - seen.called];
}

for (kind of kinds) {
  const mode = kind === "entourage" ? "auto" : "bypassPermissions";
  const agent = { teamId, name: kind, role: "engineer" as const, runtime: "acp" as const, agentKind: kind, mode };
  const agentId = await run((context) => addAgent(context, { ...agent, model: `anthropic/${model}` }));
  const [ours, bare]: [number[][], number[][]] = [[], []];
  for (let n = -1; n < tasks; n++) {
    const [mine, theirs] = [await workOnce(agentId), await bareOnce()];
    if (n >= 0) ours.push(mine);
    if (n >= 0) bare.push(theirs);
  }
  const column = (rows: number[][], at: number) => rows.map((row) => row[at] ?? Number.NaN);
  const spread = (rows: number[][], at: number) => ({
    p50: round(median(column(rows, at)), 0),
    p95: round(quantile(column(rows, at), 0.95), 0),
  });
  const beside = (at: number) => ({ bare_p50: spread(bare, at).p50, bare_p95: spread(bare, at).p95 });
  figure({
    figure: "task taken -> its agent asks the model, ms",
    agent: kind,
    ...spread(ours, 0),
    ...beside(0),
    tasks,
  });
  figure({ figure: "review asked for -> it stands, ms", agent: kind, ...spread(ours, 1), ...beside(1), tasks });
}

crew.kill();
await copies.stop();
await lab.close();
await doors.close();
await bench.close();
