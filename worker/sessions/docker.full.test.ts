import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { startDebianEngine } from "#server/sandbox/test/debian-engine.ts";
import * as sessions from "#server/sessions/operations.ts";
import { generous, openConversations, soon } from "./test/conversing.ts";

const engine = await startDebianEngine("a session");
afterAll(() => engine?.stop(), 60_000);
const settings = engine?.settings;

describe.skipIf(!settings)("a session of our own agent in a container", async () => {
  const { run, lab, boxes, startWorker, open } = await openConversations(settings && { settings });

  test("asks, writes when it is allowed to, is cancelled and goes on", generous, async () => {
    expect((await boxes).name).toBe("docker");
    const write = { name: "write", input: { path: "hello.txt", content: "hello\n" } };
    const usage = { input: 1_000, output: 50 };
    const { org, read, updates, said, ended, files, answer, send, input, session } = await open({
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
    expect(await read()).toMatchObject({ inputTokens: 2_000, calls: 2, costMicros: 5_000 });
    expect((await (await boxes).list()).find(({ id }) => id === session.id)?.status).toBe("running");
    lab.answerWith(() => ({ text: "word ".repeat(4_000), pieceDelayMs: 20 }));
    await send("Talk.");
    await vi.waitFor(async () => expect(await said()).toContain("word"), soon);
    await run(sessions.cancelSessionTurn, org.owner, input);
    await ended(2);
    expect((await updates()).findLast(({ kind }) => kind === "turn")).toMatchObject({ stopReason: "cancelled" });
    lab.answerWith(() => ({ text: "Here." }));
    await send("Hello?");
    await ended(3);
    expect(await said()).toMatch(/Here\.$/);
  });

  test(
    "whose worker is gone in the middle is gone on with by another, in a container of its own",
    generous,
    async () => {
      const { said, updates, ended } = await open({ prompt: "Begin.", answers: [{ text: "one ", silentAfter: 1 }] });
      const first = startWorker();
      await vi.waitFor(async () => expect(await said()).toContain("one"), soon);
      lab.answerWith(({ texts }) => ({ text: texts.join(" ").includes("You were interrupted") ? "two" : "anew" }));
      await first.stop();
      startWorker();
      await ended(2);
      expect(await said()).toBe("one two");
      expect((await updates()).filter(({ kind }) => kind === "user")).toHaveLength(1);
    },
  );
});
