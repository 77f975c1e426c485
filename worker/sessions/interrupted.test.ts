import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createParser } from "eventsource-parser";
import { sql } from "drizzle-orm";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { chunk, type Chunk } from "#server/sessions/schema.ts";
import * as sessions from "#server/sessions/operations.ts";
import { generous, openConversations, soon } from "./test/conversing.ts";

const stubborn = mkdtempSync(join(tmpdir(), "entourage-stubborn-"));
afterAll(() => rmSync(stubborn, { recursive: true, force: true }));
const { runtime, db, run, lab, boxes, address, keyOf, startWorker, open, follow } = await openConversations({
  agents: { claude: stubborn },
});

async function forkWorker() {
  const given = JSON.stringify({ config: runtime.config, web: address });
  const child = fork(new URL("./test/worker.ts", import.meta.url), [given], {
    ...{ execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

/** Follows the stream of a session through all that happens to who drives it. */
async function watch(sessionId: string, key: string): Promise<Chunk[]> {
  const hangUp = new AbortController();
  onTestFinished(() => hangUp.abort());
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${address}/api/sessions/${sessionId}/stream`, { headers, signal: hangUp.signal });
  const seen: Chunk[] = [];
  const parser = createParser({ onEvent: ({ data }) => seen.push(chunk.parse(JSON.parse(data))) });
  void (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()).values() ?? []) parser.feed(piece);
  })().catch(() => undefined);
  return seen;
}

test(
  "a worker is killed in the middle of a turn: another goes on from what was said, and who watches sees no gap and no double",
  generous,
  async () => {
    const numbers = Array.from({ length: 400 }, (_, n) => `${n} `).join("");
    const { org, session, said, chunks, ended } = await open({
      ...{ prompt: "Count.", answers: [{ text: numbers, pieceDelayMs: 25 }] },
    });
    const first = await forkWorker();
    const seen = await watch(session.id, await keyOf(org));
    await vi.waitFor(async () => expect((await said()).length).toBeGreaterThan(40), soon);
    lab.answerWith(({ texts }) => ({ text: texts.join(" ").includes("You were interrupted") ? "on" : "anew" }));
    first.kill("SIGKILL");
    await once(first, "exit");
    const before = await said();
    // What a dead worker held runs out by itself; here it has.
    await db.execute(sql`update session_runs set held_until = now() where session_id = ${session.id}`);
    startWorker();
    await ended(2);
    expect(numbers.startsWith(before)).toBe(true);
    expect(await said()).toBe(`${before}on`);
    const all = await chunks();
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    await vi.waitFor(() => expect(seen).toHaveLength(all.length), soon);
    expect(seen).toEqual(all);
    const turns = all.flatMap(({ update }) => (update.kind === "turn" ? [update.stopReason ?? update.state] : []));
    expect(turns).toEqual(["started", "interrupted", "started", "end_turn"]);
    expect(all.filter(({ update }) => update.kind === "user")).toHaveLength(1);
  },
);

test("a fork has its agent's memory, and what is said in one is not known in the other", generous, async () => {
  const { org, input, ended, send } = await open({ prompt: "The word is Juniper.", answers: [{ text: "Yes." }] });
  startWorker();
  await ended();
  const { session } = await run(sessions.forkSession, org.owner, input);
  const fork = follow(org, session.id);
  await fork.send("Only here: Hazel.");
  await fork.ended(2);
  expect(lab.requests.at(-1)?.texts.join(" ")).toContain("Juniper");
  await send("And here?");
  await ended(2);
  const known = lab.requests.at(-1)?.texts.join(" ");
  expect([known?.includes("Juniper"), known?.includes("Hazel")]).toEqual([true, false]);
});

test(
  "through its doors a sandbox reaches our tools as its session, nothing else of ours, and holds no token or key",
  generous,
  async () => {
    const look = `env | grep -cE 'st_|the-real-key'; node -e "fetch('http://127.0.0.1:9102/api/v1/list_teams',{method:'POST'}).then(r=>console.log('api',r.status))"`;
    const { ended, updates } = await open({
      ...{ prompt: "Look.", mode: "auto" },
      answers: [
        { toolCalls: [{ name: "mcp__entourage__list_teams", input: {} }] },
        { toolCalls: [{ name: "bash", input: { command: look } }] },
        { text: "ok" },
      ],
    });
    startWorker();
    await ended();
    const outputs = (await updates()).flatMap((one) =>
      one.kind === "tool" && one.status !== "pending" && one.output ? [one.output] : [],
    );
    expect(outputs).toEqual([expect.stringContaining('"Core"'), expect.stringMatching(/^0\n/)]);
    const isolated = (await boxes).isolated;
    if (isolated) expect(outputs[1]).toContain("api 404");
  },
);

/** Speaks the protocol, says something, and then hears neither a cancellation nor SIGTERM. */
const deaf = `process.on("SIGTERM", () => {}); process.on("SIGHUP", () => {}); setInterval(() => {}, 1000);
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (method === "initialize") send({ id, result: { protocolVersion: 1, agentCapabilities: {} } });
  if (method === "session/new") send({ id, result: { sessionId: "deaf" } });
  const update = { sessionUpdate: "agent_message_chunk", content: { type: "text", text: "I never end. " } };
  if (method === "session/prompt") send({ method: "session/update", params: { sessionId: "deaf", update } });
});`;

test(
  "an agent that hears neither a cancellation nor SIGTERM is ended with its turn, and the session goes on",
  generous,
  async () => {
    const script = join(stubborn, "node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js");
    mkdirSync(dirname(script), { recursive: true });
    writeFileSync(script, deaf);
    const { org, session, input, said, updates, ended, send, read } = await open({
      agentKind: "claude",
      prompt: "Talk.",
    });
    const worker = startWorker();
    await vi.waitFor(async () => expect(await said()).toBe("I never end. "), soon);
    await run(sessions.cancelSessionTurn, org.owner, input);
    await ended();
    expect((await updates()).at(-1)).toEqual({ kind: "turn", state: "ended", stopReason: "cancelled" });
    await send("Again.");
    await vi.waitFor(async () => expect(await said()).toBe("I never end. I never end. "), soon);
    await run(sessions.stopSessionOperation, org.owner, input);
    await vi.waitFor(() => expect(worker.running()).toBe(0), soon);
    const box = (await (await boxes).list()).find(({ id }) => id === session.id);
    expect([(await read()).status, box?.status]).toEqual(["stopped", "stopped"]);
  },
);
