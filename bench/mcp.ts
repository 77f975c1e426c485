import { parseArgs } from "node:util";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTask } from "#server/tasks/service.ts";
import { median, figure, round } from "./figure.ts";
import { as, openRuntimeOn } from "./installation.ts";
import { type Load, loadInTurns } from "./load/autocannon.ts";
import { toolCall } from "./product/mcp.ts";
import { startProduct } from "./product/product.ts";
import { parkingFigures } from "./product/parked.ts";

// What an agent's call costs (performance goals, row 7), through the whole running product: front, Next, key, permissions,
// validation, all tools registered. The peer is a route handler of the same build that does next to nothing: it reads its
// own address and answers three lines of JSON.

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    repeats: { type: "string", default: "3" },
    waiters: { type: "string", default: "1000" },
    parts: { type: "string", default: "calls,parked" },
    empty: { type: "string", default: "/.well-known/oauth-protected-resource" },
  },
});
const parts = values.parts.split(",");
const product = await startProduct();
try {
  if (parts.includes("calls")) await callFigures();
  if (parts.includes("parked")) await parkingFigures(product, Number(values.waiters));
} finally {
  await product.stop();
}

async function callFigures() {
  const { url, apiKey, orgId, teamId, databaseUrl, dataDir } = product;
  const { runtime, close } = await openRuntimeOn(databaseUrl, dataDir, 2);
  const task = await as(runtime, orgId, (context) =>
    createTask(context, createTaskInput.parse({ teamId, title: "Read me", description: "x".repeat(500) })),
  );
  await close();
  const headers = { authorization: `Bearer ${apiKey}` };
  const trpc = (path: string, input: object) => ({
    url: `${url}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
    headers,
  });
  const options = { repeats: Number(values.repeats), seconds: Number(values.seconds) };
  const loads = await loadInTurns(
    {
      empty: { url: `${url}${values.empty}` },
      ping: toolCall(url, apiKey, "ping"),
      getTask: toolCall(url, apiKey, "get_task", { task }),
      // The same words each time are still a change each: a transaction, an event, the fold.
      updateTask: toolCall(url, apiKey, "update_task", { task, title: "Write me" }),
      trpcPing: trpc("platform.ping", {}),
      trpcGetTask: trpc("tasks.get", { task }),
    },
    options,
  );
  const rate = (each: Load[]) => median(each.map(({ perSecond }) => perSecond));
  const p99 = (each: Load[]) => median(each.map(({ p99Ms }) => p99Ms));
  const [empty, ping, getTask] = [rate(loads.empty), rate(loads.ping), rate(loads.getTask)];
  figure({
    figure: "mcp: ping, against an empty route handler",
    ...options,
    perSecond: round(ping, 0),
    empty_perSecond: round(empty, 0),
    ratio: round(ping / empty),
    goal: 0.85,
    trpcPing_perSecond: round(rate(loads.trpcPing), 0),
  });
  for (const [name, each] of [
    ["a read, get_task", loads.getTask],
    ["a write, update_task", loads.updateTask],
  ] as const)
    figure({
      figure: `mcp: ${name}, against an empty route handler`,
      ...options,
      perSecond: round(rate(each), 0),
      p99_ms: round(p99(each), 0),
      empty_perSecond: round(empty, 0),
      empty_p99_ms: round(p99(loads.empty), 0),
      ratio: round(rate(each) / empty),
    });
  figure({
    figure: "mcp: get_task, against the same over tRPC",
    ...options,
    perSecond: round(getTask, 0),
    trpc_perSecond: round(rate(loads.trpcGetTask), 0),
    ratio: round(getTask / rate(loads.trpcGetTask)),
    goal: 0.95,
  });
}
