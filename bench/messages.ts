import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { addAgent } from "#server/agents/service.ts";
import { createApiKey } from "#server/api-keys/service.ts";
import { createTeam } from "#server/teams/service.ts";
import { figure, quantile, round } from "./figure.ts";
import { as, openRuntimeOn } from "./installation.ts";
import { send, toolCall } from "./product/mcp.ts";
import { startProduct } from "./product/product.ts";

// A message is sent over MCP → the call of the agent that waits for work returns with it, through the whole running
// product, while others wait too. Counted from before the sender's call, and from its answer.

const { values } = parseArgs({
  options: { messages: { type: "string", default: "300" }, waiters: { type: "string", default: "100" } },
});
const product = await startProduct();
const { runtime, close } = await openRuntimeOn(product.databaseUrl, product.dataDir, 3);
try {
  const { teamId } = await as(runtime, product.orgId, (context) =>
    createTeam(context, { name: "Talkers", maxConcurrent: 1_000 }),
  );
  const hire = (name: string) =>
    as(runtime, product.orgId, async (context) => {
      const id = await addAgent(context, { teamId, name, role: "engineer", runtime: "external", slots: 1 });
      return { id, key: (await createApiKey(context, { name, agentId: id, expiresInDays: null })).key };
    });
  const sockets = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const call = (key: string, name: string, input: Record<string, unknown>) =>
    send(sockets, toolCall(product.url, key, name, input));
  const [sender, receiver] = [await hire("sender"), await hire("receiver")];
  const others = await Promise.all(Array.from({ length: Number(values.waiters) }, (_, n) => hire(`idle-${n}`)));
  let stopped = false;
  for (const { key } of others) {
    void (async () => {
      while (!stopped) await call(key, "wait_for_work", { timeoutSeconds: 50 }).catch(() => {});
    })();
  }
  await delay(2_000);
  const [fromCall, fromAnswer]: [number[], number[]] = [[], []];
  for (let n = 0; n < Number(values.messages); n++) {
    const waiting = call(receiver.key, "wait_for_work", { timeoutSeconds: 20 });
    await delay(30); // It has arrived in the line; its way there is not what is measured.
    const begun = performance.now();
    const [sent, got] = await Promise.all([
      call(sender.key, "send_message", { to: { kind: "agent", id: receiver.id }, body: `message ${n}` }),
      waiting,
    ]);
    const id = /"kind":"message","message":\{"id":"([^"]+)"/.exec(got.text)?.[1];
    if (!id) throw new Error(`no message came: ${got.text.slice(0, 300)}`);
    fromCall.push(got.at - begun);
    fromAnswer.push(got.at - sent.at);
    await call(receiver.key, "mark_messages", { messages: [id] });
  }
  figure({
    figure: "messages: sent → the waiting agent's call returns",
    messages: fromCall.length,
    waiters: Number(values.waiters) + 1,
    p50_ms: round(quantile(fromCall, 0.5), 1),
    p95_ms: round(quantile(fromCall, 0.95), 1),
    p99_ms: round(quantile(fromCall, 0.99), 1),
    afterTheSendersAnswer_p95_ms: round(quantile(fromAnswer, 0.95), 1),
    goal: 1_000,
  });
  stopped = true;
  sockets.destroy();
} finally {
  await close();
  await product.stop();
}
