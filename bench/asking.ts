import { Agent } from "node:http";
import { parseArgs } from "node:util";
import { z } from "zod";
import { figure, now, quantile, round } from "./figure.ts";
import { until } from "./load/open-loop.ts";
import { isLive, openBrowser } from "./product/browser.ts";
import { send, toolCall } from "./product/mcp.ts";
import { startProduct } from "./product/product.ts";

// What a question costs: from an agent's call of ask_human until Chromium has painted it in the inbox, and from a person's
// answer until the agent's call returns. Over MCP and HTTP against the built product; one question at a time, as between
// one person and one agent, and then with many agents that wait.

const { values } = parseArgs({
  options: { questions: { type: "string", default: "60" }, waiters: { type: "string", default: "100" } },
});
const [questions, waiters] = [Number(values.questions), Number(values.waiters)];

const made = z.object({ agent: z.object({ id: z.string() }) });
const keyed = z.object({ key: z.string() });
const pending = z.object({ requests: z.array(z.object({ id: z.string(), title: z.string() })) });
const stamps = z.array(z.tuple([z.number(), z.number()]));

const product = await startProduct();
const sockets = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
try {
  const key = await hire("asker");
  const browser = await openBrowser(product);
  await browser.page.goto(browser.boardUrl.replace(/\/t\/.*/, "/inbox"));
  await isLive(browser.page);
  await watchQuestions(browser.page.evaluate.bind(browser.page));
  const visible: number[] = [];
  const returned: number[] = [];
  // The first ten only warm up: the page, the worker and the planner.
  for (let nth = -10; nth < questions; nth++) {
    const number = nth + 10;
    const askedAt = now();
    const waiting = send(sockets, toolCall(product.url, key, "ask_human", { title: `Question ${number}` }));
    let painted = 0;
    await until(
      "the question to be painted",
      async () => {
        for (const [what, at] of stamps.parse(await browser.page.evaluate("painted.splice(0)")))
          if (what === number) painted = at;
        return painted > 0;
      },
      10,
    );
    const id = await requestOf(`Question ${number}`);
    const answeredAt = performance.now();
    const [, { at }] = await Promise.all([respond(id), waiting]);
    if (nth < 0) continue;
    visible.push(painted - askedAt);
    returned.push(at - answeredAt);
  }
  await browser.close();
  const of = (times: number[], q: number) => round(quantile(times, q), 1);
  figure({
    ...{
      figure: "asking: ask → painted in an open inbox",
      questions,
      p50_ms: of(visible, 0.5),
      p95_ms: of(visible, 0.95),
    },
    ...{ max_ms: of(visible, 1), goal_p95_ms: 100, limit_p95_ms: 1_000 },
  });
  figure({
    ...{ figure: "asking: answer → the agent's call returns", questions, p50_ms: of(returned, 0.5) },
    ...{ p95_ms: of(returned, 0.95), max_ms: of(returned, 1), goal_p95_ms: 50, limit_p95_ms: 1_000 },
  });
  await manyWaiters();
} finally {
  sockets.destroy();
  await product.stop();
}

/** So many agents wait at once; one after the other is answered. */
async function manyWaiters() {
  const keys: string[] = [];
  for (let n = 0; n < waiters; n++) keys.push(await hire(`waiter-${n}`));
  const calls = keys.map((each, n) =>
    send(sockets, toolCall(product.url, each, "ask_human", { title: `Waiter ${n} asks` })),
  );
  await until("all questions", async () => (await listed()).length >= Math.min(waiters, 200), 30);
  const byTitle = new Map((await listed()).map(({ id, title }) => [title, id]));
  const times: number[] = [];
  for (const [n, call] of calls.entries()) {
    const id = byTitle.get(`Waiter ${n} asks`);
    if (!id) continue;
    const answeredAt = performance.now();
    const [, { at }] = await Promise.all([respond(id), call]);
    times.push(at - answeredAt);
  }
  figure({
    ...{
      figure: "asking: answer → call returns, among many that wait",
      waiters,
      p50_ms: round(quantile(times, 0.5), 1),
    },
    ...{ p95_ms: round(quantile(times, 0.95), 1), max_ms: round(Math.max(...times), 1), goal_p95_ms: 50 },
  });
}

async function hire(name: string): Promise<string> {
  const { agent } = made.parse(await call("create_agent", { teamId: product.teamId, name }));
  return keyed.parse(await call("create_api_key", { name, agentId: agent.id })).key;
}

async function listed() {
  return pending.parse(await call("get_pending_requests", { limit: 200 })).requests;
}

function respond(request: string): Promise<unknown> {
  return call("respond_to_request", { request, answer: "Go" });
}

async function requestOf(title: string): Promise<string> {
  const found = (await listed()).find((request) => request.title === title);
  if (!found) throw new Error(`${title} is not pending`);
  return found.id;
}

async function call(operation: string, input: object): Promise<unknown> {
  const { text } = await send(sockets, {
    url: `${product.url}/api/v1/${operation}`,
    method: "POST",
    headers: { authorization: `Bearer ${product.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  return JSON.parse(text);
}

/** Notes each question after the frame that shows it. */
async function watchQuestions(evaluate: (script: string) => Promise<unknown>): Promise<void> {
  await evaluate(`
    globalThis.painted = [];
    const seen = new Set();
    new MutationObserver(() => {
      const fresh = [];
      for (const row of document.querySelectorAll("main li")) {
        const number = /Question (\\d+)/.exec(row.textContent)?.[1];
        if (number !== undefined && !seen.has(number)) fresh.push(Number(number));
        if (number !== undefined) seen.add(number);
      }
      if (fresh.length > 0) requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const at = performance.timeOrigin + performance.now();
          for (const number of fresh) painted.push([number, at]);
        };
        port2.postMessage(0);
      });
    }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
}
