import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { listAuditEvents } from "#server/audit-log/operations.ts";
import type { LabAnswer } from "#server/llm/test/lab-answer.ts";
import { setPolicy } from "#server/policies/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { bringAgent, generous, openConversations, soon } from "./test/conversing.ts";

const folder = await bringAgent("claude-sdk");
const { db, run, lab, startWorker, open, follow } = await openConversations({ agents: { "claude-sdk": folder } });
const agentKind = "claude-sdk";
const usage = { input: 1_000, output: 50 };
const work = "/work";
const calling = (name: string, input: object): LabAnswer => ({ toolCalls: [{ name, input }], usage });
const writing = (name: string) => calling("Write", { file_path: join(work, name), content: "hello\n" });

test(
  "Claude Code streams, asks for each tool, uses ours as itself, and costs what the model's API says",
  generous,
  async () => {
    const { read, updates, said, ended, files, answer } = await open({
      ...{ agentKind, prompt: "Say hello." },
      answers: [
        { text: "I write. ", ...writing("hello.txt") },
        calling("mcp__entourage__list_teams", {}),
        calling("Bash", { command: "touch no.txt", description: "touch" }),
        { text: "All done.", usage },
      ],
    });
    startWorker();
    expect(await answer(true)).toMatchObject({ title: expect.stringContaining("Write") });
    expect(await answer(false, 1, "Not this one.")).toMatchObject({ title: expect.stringContaining("Bash") });
    await ended();
    expect(await readFile(join(files, "hello.txt"), "utf8")).toBe("hello\n");
    expect(existsSync(join(files, "no.txt")), "what was refused did not happen").toBe(false);
    expect(await said()).toBe("I write. All done.");
    const tools = (await updates()).filter((one) => one.kind === "tool" && one.status !== "running");
    expect(tools).toMatchObject([
      { status: "completed", toolKind: "edit" },
      { status: "completed", output: expect.stringContaining('"Core"') },
      { status: "failed", toolKind: "execute", output: expect.stringContaining("Not this one.") },
    ]);
    expect(await read()).toMatchObject({ calls: 4, inputTokens: 4_000, outputTokens: 200, costMicros: 10_000 });
  },
);

test(
  "Claude Code is interrupted at once, and its memory is in our database: another worker, an empty home and a fork have it",
  generous,
  async () => {
    const { org, input, session, said, updates, ended, send, files } = await open({
      ...{ agentKind, prompt: "The word is Juniper." },
      answers: [{ text: "word ".repeat(4_000), pieceDelayMs: 20 }],
    });
    const first = startWorker();
    await vi.waitFor(async () => expect(await said()).toContain("word"), soon);
    await run(sessions.cancelSessionTurn, org.owner, input);
    await ended();
    expect((await updates()).findLast(({ kind }) => kind === "turn")).toMatchObject({ stopReason: "cancelled" });
    lab.answerWith(() => ({ text: "one ", silentAfter: 1 }));
    await send("Go on.");
    await vi.waitFor(async () => expect(await said()).toMatch(/one $/), soon);
    await first.stop();
    await rm(join(dirname(files), "home"), { recursive: true });
    const knows = (texts: string[]) => (texts.join(" ").includes("Juniper") ? "Juniper." : "Who?");
    lab.answerWith(({ texts }) => ({ text: knows(texts) }));
    const second = startWorker();
    await ended(3);
    expect(await said()).toMatch(/one Juniper\.$/);
    await second.stop();

    const fork = await run(sessions.forkSession, org.owner, input);
    const other = follow(org, fork.session.id);
    await other.send("What was the word?");
    startWorker();
    await other.ended(4);
    expect(await other.said()).toMatch(/Juniper\.Juniper\.$/);
    const [own] = await db.execute<{ n: number }>(sql`select count(distinct session_id)::int as n from agent_transcripts
      where session_id in (${session.id}, ${fork.session.id})`);
    expect(own?.n, "each has a memory of its own").toBe(2);
  },
);

test("a mode that lets Claude Code do everything leaves what a policy forbids forbidden", generous, async () => {
  const { org, session, ended, files, updates, input } = await open({
    ...{ agentKind, prompt: "Write both.", mode: "bypassPermissions" },
    answers: [writing("fine.txt"), writing("secret.txt"), { text: "ok" }],
  });
  const scope = { scope: "session", scopeId: session.id };
  await run(setPolicy, org.owner, { ...scope, effect: "deny", subject: "path", pattern: join(work, "secret.txt") });
  startWorker();
  await ended();
  expect([existsSync(join(files, "fine.txt")), existsSync(join(files, "secret.txt"))]).toEqual([true, false]);
  expect((await updates()).filter(({ kind }) => kind === "permission")).toEqual([]);
  const { events } = await run(listAuditEvents, org.owner, { groups: ["security"] });
  expect(events).toMatchObject([
    {
      actor: { id: org.owner.id },
      data: { what: "tool", sessionId: session.id, words: [expect.stringContaining("denies")] },
    },
  ]);
  await run(sessions.stopSessionOperation, org.owner, input);
});
