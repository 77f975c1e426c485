import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { listTeams } from "../teams/operations.ts";
import { createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { startTracing } from "./exporting.ts";
import { chat, executeTool, invokeAgent, noteUsage } from "./gen-ai.ts";
import { inSpan, tellSpan, traceparentOf } from "./spans.ts";

const value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  status: z.object({ code: z.number().optional() }),
  attributes: z.array(z.object({ key: z.string(), value })),
});
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value: z.unknown() })) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

// A collector: what comes to it over OTLP/HTTP as JSON.
const heard: z.output<typeof exported>[] = [];
const collector = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    heard.push(exported.parse(JSON.parse(body)));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});
await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});
const { runtime } = await openTestRuntime();

test("without a collector nothing is measured: the work alone is done", async () => {
  await (await startTracing("web", {}))();
  expect(await inSpan({ name: "x" }, async (none) => [none, traceparentOf()])).toEqual([undefined, null]);
});

test("a trace leads from a request over its turn to the tool calls and the model, and holds no words of anybody", async () => {
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  // The exporter reads the environment itself.
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
  const end = await startTracing("worker");
  const org = await createTestOrg(runtime);
  const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  let message: string | null = null;
  await inSpan({ name: "POST /api/v1/{id}", kind: "server", parent: caller }, async () => {
    message = traceparentOf();
    await workIn(runtime).run(listTeams, org.owner, {});
  });
  // In another process, later: the message carried where it came from.
  const agent = { name: "entourage", conversationId: "s-1", model: "anthropic/claude" };
  await inSpan({ ...invokeAgent(agent), parent: message }, async (turn) => {
    await inSpan(chat({ provider: "anthropic", model: "claude", maxTokens: 100 }), async (call) =>
      noteUsage(call, { inputTokens: 12, outputTokens: 3 }),
    );
    const tool = { ...executeTool({ name: "edit", id: "t-1" }), parent: traceparentOf(turn) };
    tellSpan(tool, { startedAt: Date.now() - 5, isFailed: true });
  });
  const failing = inSpan({ name: "fails", parent: caller }, () =>
    Promise.reject(new TypeError("the password is hunter2")),
  );
  await expect(failing).rejects.toThrow("hunter2");
  await end();
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;

  const spans = heard.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const named = (name: string) => {
    const found = spans.find((one) => one.name === name);
    if (!found) throw new Error(`no span ${name} among ${spans.map((one) => one.name).join(", ")}`);
    return found;
  };
  const request = named("POST /api/v1/{id}");
  const turn = named("invoke_agent entourage");
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(["0af7651916cd43dd8448eb211c80319c"]));
  expect(request.parentSpanId).toBe("b7ad6b7169203331");
  expect(named("list_teams").parentSpanId).toBe(request.spanId);
  expect(turn.parentSpanId).toBe(request.spanId);
  expect([named("chat claude").parentSpanId, named("execute_tool edit").parentSpanId]).toEqual([
    turn.spanId,
    turn.spanId,
  ]);
  expect(named("chat claude").attributes).toContainEqual({
    key: "gen_ai.usage.input_tokens",
    value: { intValue: 12 },
  });
  expect(named("execute_tool edit").status.code).toBe(2);
  expect(named("fails").attributes).toContainEqual({ key: "error.type", value: { stringValue: "TypeError" } });
  expect(JSON.stringify(heard)).not.toContain("hunter2");
  expect(JSON.stringify(heard[0]?.resourceSpans[0]?.resource)).toContain("entourage-worker");
});
