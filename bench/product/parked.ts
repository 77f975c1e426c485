import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Runtime } from "#server/context.ts";
import { addAgent } from "#server/agents/service.ts";
import { createApiKey } from "#server/api-keys/service.ts";
import { openParking } from "#server/dispatch/parking.ts";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTasks } from "#server/tasks/service.ts";
import { createTeam } from "#server/teams/service.ts";
import { figure, quantile, round } from "../figure.ts";
import { as, openRuntimeOn } from "../installation.ts";
import { openWatched } from "../reading/buffers.ts";
import { send, toolCall } from "./mcp.ts";
import type { Product } from "./product.ts";

type Waiter = { agentId: string; key: string };

/** So many agents wait for work at once, each over a connection of its own: what they hold, and how soon they are woken. */
export async function parkingFigures(product: Product, waiters: number): Promise<void> {
  const { runtime, client, close } = await openRuntimeOn(product.databaseUrl, product.dataDir, 5);
  try {
    const { teamId, agents } = await hire(runtime, product.orgId, waiters);
    const sockets = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
    const isQuiet = () => quietOf(client);
    // A round of everybody first, so that what is counted is waiting, not first requests.
    await Promise.all(
      agents.map(({ key }) => send(sockets, toolCall(product.url, key, "wait_for_work", { timeoutSeconds: 1 }))),
    );
    const idleBytes = residentBytes(product.web);
    const calls = agents.map(({ key }) =>
      send(sockets, toolCall(product.url, key, "wait_for_work", { timeoutSeconds: 50 })),
    );
    await isQuiet();
    const parkedBytes = residentBytes(product.web);
    // One task appears: somebody has it, everybody else waits on.
    const oneAt = await appear(runtime, product.orgId, teamId, 1);
    const first = await Promise.race(calls);
    await isQuiet();
    const allAt = await appear(runtime, product.orgId, teamId, waiters - 1);
    const answers = await Promise.all(calls);
    const wokenMs = answers.filter((answer) => answer !== first).map(({ at }) => at - allAt);
    const served = answers.filter(({ text }) => text.includes('"kind":"task"')).length;
    figure({
      figure: "mcp: parked wait_for_work",
      waiters,
      served,
      kibPerWaiter: round((parkedBytes - idleBytes) / 1_024 / waiters, 1),
      parkedMb: round(parkedBytes / 1e6, 0),
      oneTaskToItsAgent_ms: round(first.at - oneAt, 1),
      allTasksToAll_ms: round(Math.max(...wokenMs), 0),
      allTasksToAll_p50_ms: round(quantile(wokenMs, 0.5), 0),
    });
    sockets.destroy();
    await statementFigure(product, runtime, { teamId, agents });
  } finally {
    await close();
  }
}

/** The line of waiting agents by itself, with a connection that notes every statement. */
async function statementFigure(
  product: Product,
  runtime: Runtime,
  { teamId, agents }: { teamId: string; agents: readonly Waiter[] },
) {
  const watched = await openWatched(product.databaseUrl, runtime);
  // They all hold a task now; the ones that wait here have two slots.
  const parking = openParking({ ...watched.runtime, onError: (error) => process.stderr.write(`${String(error)}\n`) });
  const { orgId } = product;
  const waiting = agents.map(({ agentId }) =>
    parking.park({ orgId, teamId, agentId, reviews: false }, { timeoutSeconds: 60 }),
  );
  // Each look at what is ready is one transaction, which begins by saying who looks.
  const countOf = (statements: readonly { query: string }[]) => {
    const looks = statements.filter(({ query }) => query.startsWith("select set_config")).length;
    return { looks, statements: statements.length - looks };
  };
  await delay(1_500); // Two polls: what follows begins in a quiet line.
  const idle = await watched.statementsOf(() => wakeUp(runtime, orgId));
  const one = await watched.statementsOf(async () => {
    await appear(runtime, orgId, teamId, 1);
    await Promise.race(waiting);
  });
  const idleCount = countOf(idle);
  figure({
    figure: "mcp: statements of a wake-up",
    waiters: parking.waiting() + 1,
    perLookWithNothingReady: round(idleCount.statements / idleCount.looks),
    goal: 1,
    untilOneTaskIsTaken: countOf(one),
  });
  parking.close();
  await Promise.all(waiting);
  await watched.close();
}

/** A wake-up that has nothing to give. */
async function wakeUp(runtime: Runtime, orgId: string) {
  runtime.wake.announce("task_status_changed", orgId);
  await delay(300);
}

async function hire(runtime: Runtime, orgId: string, count: number) {
  const { teamId } = await as(runtime, orgId, (context) =>
    createTeam(context, { name: "Waiters", maxConcurrent: 100_000 }),
  );
  const agents: Waiter[] = [];
  while (agents.length < count) {
    const some = Math.min(100, count - agents.length);
    await as(runtime, orgId, async (context) => {
      for (let index = 0; index < some; index++) {
        const name = `waiter-${agents.length}`;
        const agentId = await addAgent(context, { teamId, name, role: "engineer", runtime: "external", slots: 2 });
        const { key } = await createApiKey(context, { name, agentId, expiresInDays: null });
        agents.push({ agentId, key });
      }
    });
  }
  return { teamId, agents };
}

/** Tasks appear on the board. @returns when they were committed. */
async function appear(runtime: Runtime, orgId: string, teamId: string, count: number): Promise<number> {
  const tasks = Array.from({ length: count }, (_, index) => createTaskInput.parse({ teamId, title: `Work ${index}` }));
  await as(runtime, orgId, (context) => createTasks(context, tasks));
  return performance.now();
}

/** No statement runs for a quarter of a second. */
async function quietOf(client: Awaited<ReturnType<typeof openRuntimeOn>>["client"]): Promise<void> {
  for (let calm = 0; calm < 10; await delay(25)) {
    const [row] = await client<{ busy: number }[]>`select count(*)::int as busy from pg_stat_activity
      where application_name like 'entourage-web%' and state <> 'idle'`;
    calm = row?.busy === 0 ? calm + 1 : 0;
  }
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
}
