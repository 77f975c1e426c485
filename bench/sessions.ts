import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { createParser } from "eventsource-parser";
import { z } from "zod";
import { parseConfig } from "#server/config.ts";
import { systemActor } from "#server/context.ts";
import { saveCredential } from "#server/credentials/service.ts";
import { acpDriver } from "#server/drivers/acp.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { openRuntime } from "#server/runtime.ts";
import { listChunks } from "#server/sessions/chunks.ts";
import { cancelTurn, createSession } from "#server/sessions/conversations.ts";
import { sendMessage } from "#server/sessions/messages.ts";
import type { Chunk, SessionUpdate } from "#server/sessions/schema.ts";
import { answerSessionStream } from "#server/sessions/streaming.ts";
import { figure, median, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";

// What a conversation costs besides its agent: the first word of an answer against the bare agent, in turns; many at once;
// coming back to a long stream; ending a turn. The agent is our own, in a sandbox; its model is a loopback stand-in here.

const { values } = parseArgs({
  options: { turns: { type: "string", default: "40" }, sessions: { type: "string", default: "20" } },
});
const [turns, many] = [Number(values.turns), Number(values.sessions)];
const model = "claude-sonnet-5-5";
const stats = z.object({ rss: z.number(), delay: z.number(), most: z.number() });

const bench = await openBench(4);
const lab = await openModelLab(() => ({ text: "A short answer." }));
const config = parseConfig({
  ...{ DATABASE_URL: bench.url, ENTOURAGE_DATA_DIR: bench.runtime.settings.dataDir },
  ENTOURAGE_TRUSTED_HOSTS: new URL(lab.urls.anthropic).host,
});
const runtime = await openRuntime("bench", config);
const { orgId, teamId } = await addOrg(runtime, 1);
const run = <Result>(work: Parameters<typeof as<Result>>[2]) => as(runtime, orgId, work);
const endpoint = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k" };
await run((context) => saveCredential(context, endpoint, { ok: true, answer: "", models: [] }));
const worker = fork(new URL("./talking/worker.ts", import.meta.url), [JSON.stringify(config)], {
  ...{ execArgv: ["--expose-gc"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
});
await once(worker, "message");

/** A session of our own agent, and all that is said in it: as soon as a page would know, or looked at every so often. */
async function open(everyMs?: number) {
  const input = { teamId, agentKind: "entourage", model: `anthropic/${model}`, name: "Bench" };
  const sessionId = await run((context) => createSession(context, input));
  let after = 0;
  const seen: { update: SessionUpdate; at: number }[] = [];
  const waiting = new Set<() => void>();
  let reading: Promise<void> | undefined;
  let again = false;
  const look = () => {
    again = true;
    reading ??= read().finally(() => {
      reading = undefined;
      if (again) look();
    });
  };
  async function read() {
    while (again) {
      again = false;
      const { chunks } = await run((context) => listChunks(context, { sessionId, after, limit: 2_000 }));
      after = chunks.at(-1)?.seq ?? after;
      for (const { update } of chunks) seen.push({ update, at: performance.now() });
      for (const tell of waiting) tell();
    }
  }
  const looking = everyMs === undefined ? undefined : setInterval(look, everyMs);
  const off = looking ? () => clearInterval(looking) : runtime.wake.on("session_told", look);
  return {
    sessionId,
    off,
    send: (text: string) => run((context) => sendMessage(context, { sessionId, text, attachmentIds: [] })),
    cancel: () => run((context) => cancelTurn(context, sessionId)),
    seen: () => seen.length,
    /** When the first of these came behind a place. */
    async first(isIt: (update: SessionUpdate) => boolean, from: number): Promise<number> {
      for (;;) {
        const found = seen.slice(from).find(({ update }) => isIt(update));
        if (found) return found.at;
        await new Promise<void>((done) => {
          const tell = () => done(void waiting.delete(tell));
          waiting.add(tell);
        });
      }
    },
  };
}
type Talk = Awaited<ReturnType<typeof open>>;
const isText = ({ kind }: SessionUpdate) => kind === "text";
const isEnd = (update: SessionUpdate) => update.kind === "turn" && update.state === "ended";

async function talkOnce(talk: Talk): Promise<number> {
  const [from, begun] = [talk.seen(), performance.now()];
  await talk.send("hello");
  const first = await talk.first(isText, from);
  await talk.first(isEnd, from);
  return first - begun;
}

/** The same agent as a plain process beside us, spoken to by the same driver. */
async function openBare() {
  const root = mkdtempSync(join(tmpdir(), "entourage-bench-agent-"));
  const script = join(import.meta.dirname, "../agents/entourage/main.ts");
  let tell: ((at: number) => void) | undefined;
  const env = { ENTOURAGE_MODEL_URL: lab.urls.anthropic, ENTOURAGE_MODEL_API: "anthropic", ENTOURAGE_MODEL: model };
  const agent = await acpDriver(() => ({ args: [process.execPath, script], env })).connect({
    ...{ cwd: root, mcpServers: [], model, mode: null, resume: null },
    spawn: ([program = "", ...args], given) => {
      const child = spawn(program, args, { cwd: root, env: { ...process.env, HOME: root, ...given }, stdio: "pipe" });
      const exited = once(child, "exit").then(() => ({ exitCode: child.exitCode }));
      const { stdin, stdout, stderr } = child;
      return Promise.resolve({ stdin, stdout, stderr, exited, resize() {}, kill: () => void child.kill() });
    },
    onUpdate: (update) => void (isText(update) && tell?.(performance.now())),
    askPermission: () => Promise.resolve({ decision: "reject" as const }),
  });
  return {
    async talkOnce(): Promise<number> {
      const first = new Promise<number>((done) => (tell = done));
      const begun = performance.now();
      const [at] = await Promise.all([first, agent.prompt("hello", [])]);
      return at - begun;
    },
    async close() {
      await agent.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const ask = async () => {
  const said = once(worker, "message");
  worker.send("how are you?");
  return stats.parse((await said)[0]);
};

async function measureFirstWord() {
  const [talk, bare] = [await open(), await openBare()];
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let n = -2; n < turns; n++) {
    const [one, other] = [await talkOnce(talk), await bare.talkOnce()];
    if (n >= 0) ours.push(one);
    if (n >= 0) theirs.push(other);
  }
  talk.off();
  await bare.close();
  const overhead = median(ours) - median(theirs);
  figure({
    ...{ figure: "message -> first word seen, ms", p50: round(median(ours)), p95: round(quantile(ours, 0.95)) },
    ...{ bare_p50: round(median(theirs)), bare_p95: round(quantile(theirs, 0.95)), overhead_p50: round(overhead) },
  });
}

async function measureCancel() {
  const talk = await open();
  const took: number[] = [];
  lab.answerWith(() => ({ text: "word ".repeat(20_000), pieceDelayMs: 20 }));
  for (let n = 0; n < 10; n++) {
    const from = talk.seen();
    await talk.send("Talk.");
    await talk.first(isText, from);
    const begun = performance.now();
    await talk.cancel();
    took.push((await talk.first(isEnd, from)) - begun);
  }
  talk.off();
  figure({
    figure: "cancel -> end of the turn seen, ms",
    p50: round(median(took)),
    max: round(Math.max(...took)),
    goal: 1_000,
  });
}

async function measureMany() {
  lab.answerWith(() => ({ text: "A short answer." }));
  const talks = await Promise.all(Array.from({ length: many }, () => open(250)));
  const before = await ask();
  const begun = performance.now();
  for (const talk of talks) await talkOnce(talk);
  const ready = await ask();
  const pieces = 400;
  lab.answerWith(() => ({ text: "0123456789abcdef".repeat(pieces), pieceDelayMs: 20 }));
  const streamed = performance.now();
  const firsts = await Promise.all(talks.map(talkOnce));
  const seconds = (performance.now() - streamed) / 1_000;
  const busy = await ask();
  for (const talk of talks) talk.off();
  figure({
    ...{ figure: "sessions at once", sessions: many, all_ready_s: round((streamed - begun) / 1_000, 1) },
    ...{ first_word_p50_ms: round(median(firsts)), pieces_a_second: Math.round((many * pieces) / seconds) },
    worker_mib: round(busy.rss / 2 ** 20, 0),
    mib_a_session: round((busy.rss - before.rss) / 2 ** 20 / many, 2),
    ...{
      loop_delay_p99_ms: round(busy.delay),
      loop_delay_max_ms: round(busy.most),
      ready_mib: round(ready.rss / 2 ** 20, 0),
    },
  });
}

async function measureResume() {
  const { sessionId, off } = await open();
  off();
  const all = 5_000;
  await runtime.db.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
    select ${orgId}, ${sessionId}, 1000000 + n, 1, 'text', jsonb_build_object('kind', 'text', 'text', repeat('word ', 20)), now()
      from generate_series(1, ${all}::int) n`);
  const actor = { ...systemActor(orgId, "bench"), permissions: new Set(["session:use" as const]) };
  const door = { runtime, authenticate: () => Promise.resolve(actor) };
  const took: number[] = [];
  for (let n = 0; n < 10; n++) {
    const hangUp = new AbortController();
    const headers = { "last-event-id": "1000000" };
    const begun = performance.now();
    const answered = await answerSessionStream(
      door,
      new Request(`http://localhost/api/sessions/${sessionId}/stream`, { headers, signal: hangUp.signal }),
      sessionId,
    );
    const seen: Pick<Chunk, "seq">[] = [];
    const parser = createParser({ onEvent: ({ id }) => seen.push({ seq: Number(id) }) });
    for await (const piece of answered.body?.pipeThrough(new TextDecoderStream()).values() ?? []) {
      parser.feed(piece);
      if (seen.length >= all) break;
    }
    took.push(performance.now() - begun);
    hangUp.abort();
  }
  figure({
    figure: `resume of a stream of ${all} chunks, ms`,
    p50: round(median(took)),
    max: round(Math.max(...took)),
  });
}

try {
  await measureFirstWord();
  await measureCancel();
  await measureResume();
  await measureMany();
} finally {
  worker.disconnect();
  worker.kill("SIGTERM");
  await lab.close();
  await runtime.close();
  await bench.close();
}
process.exit(0);
