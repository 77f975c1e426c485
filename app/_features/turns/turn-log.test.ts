import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { turnMessages, turnParts, turns } from "#db/schema/turns.ts";
import { newId } from "#server/ids.ts";
import { keptKind } from "#server/turns/service.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { followTurns, joinLog, type TurnLog } from "./turn-log.ts";

const { runtime, address, keyOf, db } = await openTestDoors();
const { addTask } = workIn(runtime);
const generous = { timeout: 20_000, interval: 20 };

async function open() {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, { title: "Talk" });
  const authorization = `Bearer ${await keyOf(org)}`;
  const url = `${address}/api/tasks/${task.number}/turns`;
  const seen: { log: TurnLog | undefined } = { log: undefined };
  const stop = followTurns({
    open: (signal) => fetch(url, { headers: { authorization }, signal }),
    onLog: (came, isFirst) => {
      seen.log = joinLog(isFirst ? undefined : seen.log, came);
    },
  });
  onTestFinished(stop);
  const begin = async (attempt: number) => {
    const id = newId();
    await db.insert(turns).values({
      ...{ orgId: org.orgId, id, taskId: task.id, teamId: org.teamId, agentId: org.managerAgentId, leaseId: newId() },
      ...{ attempt, status: "running", sessionId: newId(), rework: 0, resumed: 0, startedAt: new Date() },
    });
    const of = { orgId: org.orgId, turnId: id, at: new Date() };
    const tell = () => runtime.wake.announce("turn_told", org.orgId, id);
    return {
      async say(text: string) {
        await db.insert(turnParts).values({ ...of, kind: "text", text });
        tell();
      },
      async keep(number: number, role: string, text: string) {
        await db.insert(turnMessages).values({ ...of, number, message: { role, content: text } });
        await db.insert(turnParts).values({ ...of, kind: keptKind, text: "" });
        tell();
      },
      async end() {
        await db.execute(sql`delete from turn_parts where turn_id = ${id}`);
        await db.execute(sql`update turns set status = 'finished' where id = ${id}`);
        tell();
      },
    };
  };
  const spoken = () => seen.log?.parts.map(({ text }) => text).join("");
  const written = () => seen.log?.entries.map(({ text }) => text);
  return { url, begin, spoken, written, attempt: () => seen.log?.turns[0]?.attempt };
}

test("a model's words come while it says them, and stand once where they are kept; another try begins anew", async () => {
  const { begin, spoken, written, attempt } = await open();
  const first = await begin(1);
  await first.keep(0, "user", "Do it.");
  for (const word of ["I ", "am ", "at it."]) await first.say(word);
  await vi.waitFor(() => expect([written(), spoken()]).toEqual([["Do it."], "I am at it."]), generous);
  await first.keep(1, "assistant", "I am at it.");
  await first.say("Next");
  await vi.waitFor(() => expect([written(), spoken()]).toEqual([["Do it.", "I am at it."], "Next"]), generous);
  await first.end();
  await vi.waitFor(() => expect([written()?.length, spoken()]).toEqual([2, ""]), generous);
  const second = await begin(2);
  await second.keep(0, "user", "Again.");
  await vi.waitFor(() => expect([attempt(), written(), spoken()]).toEqual([2, ["Again."], ""]), generous);
});

test("strangers hear nothing, and a foreign task is not there", async () => {
  const { url } = await open();
  expect((await fetch(url)).status).toBe(401);
  const other = await createTestOrg(runtime);
  const headers = { authorization: `Bearer ${await keyOf(other)}` };
  expect((await fetch(url.replace(/\d+(?=\/turns)/, newId()), { headers })).status).toBe(404);
});
