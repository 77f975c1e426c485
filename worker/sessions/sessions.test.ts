import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import * as sessions from "#server/sessions/operations.ts";
import { generous, openConversations, soon } from "./test/conversing.ts";

const { db, run, lab, address, keyOf, startWorker, open } = await openConversations();

const write = { name: "write", input: { path: "hello.txt", content: "hello\n" } };

test(
  "an agent asks in the conversation and in the inbox, writes when it is allowed to, and its cost is booked to the cent",
  generous,
  async () => {
    const usage = { input: 1_000, output: 50 };
    const { read, updates, said, ended, files, chunks, answer } = await open({
      prompt: "Say hello.",
      answers: [
        { text: "I write.", toolCalls: [write], usage },
        { text: "Done.", usage },
      ],
    });
    startWorker();
    await vi.waitFor(async () => expect((await read()).status).toBe("waiting"), soon);
    expect(existsSync(join(files, "hello.txt"))).toBe(false);
    await answer(true);
    await ended();
    expect(await readFile(join(files, "hello.txt"), "utf8")).toBe("hello\n");
    expect(await said()).toBe("I write.Done.");
    const all = await updates();
    expect(all.slice(0, 2)).toEqual([
      { kind: "turn", state: "started" },
      { kind: "user", text: "Say hello.", by: "Olivia" },
    ]);
    expect(all.at(-1)).toEqual({ kind: "turn", state: "ended", stopReason: "end_turn" });
    expect((await chunks()).map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    const session = await read();
    expect(session).toMatchObject({ inputTokens: 2_000, outputTokens: 100, calls: 2, costMicros: 5_000, turns: 1 });
    expect(all.filter(({ kind }) => kind === "usage")).toHaveLength(2);
    expect(lab.requests.at(-1)?.key).toBe("the-real-key");
    const moved = await db.execute(sql`select distinct actor->>'name' as name from events
      where subject_id = ${session.id} and type = 'session.moved'`);
    expect(moved, "events name the agent").toEqual([{ name: "Entourage" }]);
  },
);

test("a turn is cancelled at once and what is said then is answered", generous, async () => {
  const { org, input, said, updates, ended, read, send } = await open({
    prompt: "Talk.",
    answers: [{ text: "word ".repeat(4_000), pieceDelayMs: 20 }],
  });
  startWorker();
  await vi.waitFor(async () => expect(await said()).toContain("word"), soon);
  expect((await read()).status).toBe("running");
  await run(sessions.cancelSessionTurn, org.owner, input);
  await ended();
  expect((await said()).length, "it did not wait for what the model had to say").toBeLessThan(20_000);
  expect((await updates()).findLast(({ kind }) => kind === "turn")).toMatchObject({ stopReason: "cancelled" });
  lab.answerWith(() => ({ text: "Here." }));
  await send("Hello?");
  await ended(2);
  expect(await said()).toMatch(/Here\.$/);
});

test(
  "a session whose worker is gone in the middle of a turn is gone on with by another, nothing twice",
  generous,
  async () => {
    const { session, said, updates, ended } = await open({
      prompt: "Begin.",
      answers: [{ text: "one ", silentAfter: 1 }],
    });
    const first = startWorker();
    await vi.waitFor(async () => expect(await said()).toContain("one"), soon);
    lab.answerWith(({ texts }) => ({ text: texts.join(" ").includes("You were interrupted") ? "two" : "anew" }));
    await first.stop();
    const [left] = await db.execute<{ status: string }>(sql`select status from sessions where id = ${session.id}`);
    expect(left?.status).toBe("running");
    startWorker();
    await ended(2);
    const all = await updates();
    expect(all.filter(({ kind }) => kind === "user")).toHaveLength(1);
    expect(
      all.filter((update) => update.kind === "turn").map((update) => update.kind === "turn" && update.stopReason),
    ).toEqual([undefined, "interrupted", undefined, "end_turn"]);
    expect(await said()).toBe("one two");
  },
);

test(
  "a worker that is asked to stop lets the turn that runs end, begins no other, and another worker goes on",
  generous,
  async () => {
    const { said, updates, send, ended } = await open({
      prompt: "Talk.",
      answers: [{ text: "word ".repeat(60), pieceDelayMs: 30 }],
    });
    const first = startWorker({ drainSeconds: 120 });
    await vi.waitFor(async () => expect(await said()).toContain("word"), soon);
    await send("And then?");
    await first.stop();
    expect(await said(), "it was let finish").toBe("word ".repeat(60));
    const turns = async () => (await updates()).flatMap((one) => (one.kind === "turn" ? [one.stopReason] : []));
    expect(await turns(), "and began nothing after it").toEqual([undefined, "end_turn"]);
    lab.answerWith(() => ({ text: "Then that." }));
    startWorker();
    await ended(2);
    expect(await turns()).toEqual([undefined, "end_turn", undefined, "end_turn"]);
    expect(await said()).toMatch(/word Then that\.$/);
  },
);

test.runIf(process.env.ENTOURAGE_TEST_FULL === "1")(
  "a turn that outlasts the time of one worker after the other is handed on each time, and ends all the same",
  generous,
  async () => {
    const { session, said, updates, ended } = await open({
      prompt: "Begin.",
      answers: [{ text: "one ", silentAfter: 1 }],
    });
    let worker = startWorker();
    for (let times = 1; times <= 3; times++) {
      const begun = async () =>
        (await updates()).filter((one) => one.kind === "turn" && one.state === "started").length;
      await vi.waitFor(async () => expect(await begun()).toBe(times), soon);
      await vi.waitFor(async () => expect((await said()).split("one ")).toHaveLength(times + 1), soon);
      // The next one waits already; it is told, and goes on at once.
      const next = startWorker();
      if (times === 3) lab.answerWith(() => ({ text: "done" }));
      await worker.stop();
      worker = next;
    }
    await ended(4);
    expect(await said()).toMatch(/done$/);
    const [message] = await db.execute(
      sql`select status, tries from session_messages where session_id = ${session.id}`,
    );
    expect(message).toMatchObject({ status: "done", tries: 2 });
  },
);

test(
  "stopped, resumed, archived and removed: each is what it says, and nothing is left of what was removed",
  generous,
  async () => {
    const { org, input, read, ended, files, session, send } = await open({ prompt: "Hi.", answers: [{ text: "Hi." }] });
    const worker = startWorker();
    await ended();
    await run(sessions.stopSessionOperation, org.owner, input);
    await vi.waitFor(() => expect(worker.running()).toBe(0), soon);
    lab.answerWith(({ texts }) => ({ text: `I know ${texts.length}` }));
    await send("Again.");
    await ended(2);
    expect(lab.requests.at(-1)?.texts.join(" ")).toContain("Hi.");
    await run(sessions.stopSessionOperation, org.owner, input);
    await run(sessions.removeSession, org.owner, input);
    await vi.waitFor(async () => expect((await read()).status).toBe("removed"), soon);
    expect(existsSync(files)).toBe(false);
    const rows = await db.execute(sql`select 1 from session_chunks where session_id = ${session.id}`);
    expect(rows).toHaveLength(0);
  },
);

test("a model that cannot be called is told in the conversation, and the session goes on", generous, async () => {
  const { send, updates, ended } = await open({
    prompt: "Hi.",
    answers: [{ status: 400, message: "no such thing" }],
  });
  startWorker();
  await ended();
  expect((await updates()).find(({ kind }) => kind === "error")).toMatchObject({
    message: expect.stringContaining("no such thing"),
  });
  lab.answerWith(() => ({ text: "Back." }));
  await send("And now?");
  await ended(2);
});

test.for([
  { api: "openai_compatible", provider: "openai", model: "gpt-5", costMicros: 212 },
  { api: "ollama", provider: "ollama", model: "llama3.2", costMicros: 0 },
] as const)("a session's model is reached over $api, and costs what it costs there", generous, async (way) => {
  const { costMicros, ...opening } = way;
  const usage = { input: 70, cacheRead: 30, output: 12 };
  const { read, said, ended } = await open({ ...opening, prompt: "Hi.", answers: [{ text: "Hello.", usage }] });
  startWorker();
  await ended();
  expect(await said()).toBe("Hello.");
  expect(await read()).toMatchObject({ inputTokens: 70, cacheReadTokens: 30, outputTokens: 12, costMicros });
});

test(
  "a file goes to the agent with its message: shown as far as its model takes it, and whole in its sandbox",
  generous,
  async () => {
    const read = { name: "bash", input: { command: "cat ~/attachments/data.bin | wc -c" } };
    const { org, session, ended, send, answer, updates } = await open({ prompt: "Hi.", answers: [{ text: "Hi." }] });
    startWorker();
    await ended();
    const headers = { authorization: `Bearer ${await keyOf(org)}` };
    const attach = async (name: string, body: Buffer, type: string): Promise<string> => {
      const url = `${address}/api/sessions/${session.id}/attachments?name=${name}`;
      const answered = await fetch(url, {
        method: "POST",
        body: Buffer.from(body),
        headers: { ...headers, "content-type": type },
      });
      return (await answered.json()).id;
    };
    const png = Buffer.from("89504e470d0a1a0a0000", "hex");
    const ids = [
      await attach("data.bin", Buffer.alloc(300_000, 7), "application/octet-stream"),
      await attach("notes.txt", Buffer.from("Mind the gap."), "text/plain"),
      await attach("dot.png", png, "image/png"),
    ];
    lab.answerWith(({ toolResults }) => (toolResults === 0 ? { toolCalls: [read] } : { text: "Seen." }));
    await send("Look at these.", ids);
    await answer(true);
    await ended(2);
    const asked = JSON.stringify(lab.requests.at(-1)?.body);
    expect(asked).toContain("Mind the gap.");
    expect(asked).toContain("/attachments/data.bin");
    expect(asked).toContain(png.toString("base64"));
    const all = await updates();
    const files = ["data.bin", "notes.txt", "dot.png"];
    expect(all).toContainEqual({ kind: "user", text: "Look at these.", by: "Olivia", files });
    expect(all.findLast(({ kind }) => kind === "tool")).toMatchObject({ output: expect.stringContaining("300000") });
  },
);
