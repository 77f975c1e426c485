import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createAnthropic } from "@ai-sdk/anthropic";
import { streamText } from "ai";
import { release } from "#server/budgets/freeing.ts";
import { saveCredential } from "#server/credentials/service.ts";
import { newId } from "#server/ids.ts";
import { boundOf } from "#server/llm/bounds.ts";
import { converse } from "#server/llm/converse.ts";
import { prepareCall } from "#server/llm/reserving.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { openSessionFor } from "#server/sessions/service.ts";
import { figure, median, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";

// What talking to a model costs besides the model: choosing it and setting money aside; a whole call against a bare loop of
// the AI SDK with the same loopback stand-in, in turns; and many streaming at once. The stand-in runs in this process too.

const { values } = parseArgs({
  options: { calls: { type: "string", default: "200" }, streams: { type: "string", default: "32" } },
});
const [calls, streams] = [Number(values.calls), Number(values.streams)];
const name = "claude-sonnet-5-5";
const model = `anthropic/${name}`;
const system = "Be brief.";
const messages = [{ role: "user" as const, content: "hello" }];

const bench = await openBench(16);
const lab = await openModelLab(() => ({ text: "A short answer.", usage: { input: 100, output: 10 } }));
try {
  const { runtime } = bench;
  const { orgId, teamId, agentId } = await addOrg(runtime, 1);
  const endpoint = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k" };
  await as(runtime, orgId, (context) => saveCredential(context, endpoint, { ok: true, answer: "", models: [] }));
  const sessionId = newId();
  const spent = { teamId, agentId, purpose: "bench", model };
  await as(runtime, orgId, (context) => openSessionFor(context, sessionId, spent));
  const asked = { ...spent, orgId, sessionId, tier: undefined, system, messages, maxOutputTokens: 100 };
  const bound = boundOf(asked);

  const prepare: number[] = [];
  for (let n = 0; n < calls; n++) {
    const begun = performance.now();
    const result = await as(runtime, orgId, (context) =>
      prepareCall(context, runtime, asked, { bound, sessionId, isOwnSession: false }),
    );
    prepare.push(performance.now() - begun);
    if (result.ok) await as(runtime, orgId, (context) => release(context, [result.prepared.reservationId]));
  }
  figure({
    figure: "routing and budget before a call, ms",
    p50: round(median(prepare)),
    p99: round(quantile(prepare, 0.99)),
    goal_p50: 1,
  });

  const bare = createAnthropic({ baseURL: lab.urls.anthropic, apiKey: "k" })(name);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let n = 0; n < calls; n++) {
    const begun = performance.now();
    await converse(runtime, asked);
    const between = performance.now();
    await streamText({ model: bare, instructions: system, messages, maxOutputTokens: 100 }).text;
    ours.push(between - begun);
    theirs.push(performance.now() - between);
  }
  figure({
    figure: "a call, ms",
    ours_p50: round(median(ours)),
    bareSdk_p50: round(median(theirs)),
    overhead_p50: round(median(ours) - median(theirs)),
    ratio: round(median(ours) / median(theirs)),
  });

  lab.answerWith(() => ({ text: "word ".repeat(2_000), pieceDelayMs: 5, usage: { input: 100, output: 2_000 } }));
  global.gc?.();
  const before = process.memoryUsage().rss;
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: streams }, () =>
      converse(runtime, { ...asked, sessionId: undefined, onPart: () => undefined }),
    ),
  );
  clearInterval(sampling);
  lag.disable();
  figure({
    figure: "streaming at once",
    streams,
    seconds: round((performance.now() - begun) / 1_000),
    memoryMb: round((most - before) / 1024 ** 2, 1),
    eventLoopDelay_p50_ms: round(lag.percentile(50) / 1e6),
    eventLoopDelay_p99_ms: round(lag.percentile(99) / 1e6),
  });
} finally {
  await lab.close();
  await bench.close();
}
process.exit(0);
