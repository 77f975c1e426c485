import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type SessionStatus, sessionStatuses } from "#db/enums.ts";
import { systemActor } from "../context.ts";
import { record } from "../events/record.ts";
import { isThird, raiseFlags, readFlags } from "../policies/flags.ts";
import { updateTeam } from "../teams/operations.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { lockDriven, moveSession } from "./driven.ts";
import * as operations from "./operations.ts";
import { canMove } from "./transitions.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);

async function open(prompt?: string) {
  const org = await createTestOrg(runtime);
  const { session } = await run(operations.createSession, org.owner, { teamId: org.teamId });
  if (prompt) await run(operations.sendSessionMessage, org.owner, { sessionId: session.id, text: prompt });
  const system = systemActor(org.orgId, "test");
  const place = { subject: session.id, team: org.teamId };
  const put = async (from: SessionStatus, to: SessionStatus) => {
    await as(runtime, system, (context) =>
      record(context, "session.moved", [{ ...place, data: { from, to, reason: null } }]),
    );
  };
  const move = (to: SessionStatus) =>
    as(runtime, system, async (context) => moveSession(context, await lockDriven(context, session.id), to));
  const read = async () => run(operations.getSession, org.owner, { sessionId: session.id });
  return { org, session, put, move, read, input: { sessionId: session.id } };
}

test("every move of a session that the table has is made, and every other is refused with what is possible", async () => {
  const { put, move, read } = await open();
  let at: SessionStatus = "initializing";
  for (const from of sessionStatuses)
    for (const to of sessionStatuses) {
      await put(at, from);
      at = from;
      if (canMove(from, to)) {
        await move(to);
        at = to;
      } else
        await expect(move(to), `${from} → ${to}`).rejects.toMatchObject({
          code: "conflict",
          message: expect.stringContaining(`The session is ${from}`),
        });
      expect((await read()).session.status).toBe(at);
    }
});

test("what people can do follows the table, and each refusal names it", async () => {
  const { org, put, move, input, read } = await open();
  const as = (operation: Parameters<typeof run>[0]) => run(operation, org.owner, input);
  await expect(as(operations.cancelSessionTurn)).rejects.toMatchObject({ code: "conflict" });
  await move("ready");
  await as(operations.pauseSession);
  await as(operations.pauseSession);
  expect((await read()).session).toMatchObject({ status: "paused", statusReason: "Olivia paused it" });
  await as(operations.resumeSession);
  await expect(as(operations.removeSession)).rejects.toMatchObject({
    message: expect.stringContaining("stop_session"),
  });
  await as(operations.stopSessionOperation);
  await as(operations.stopSessionOperation);
  expect((await read()).possible).toContain("resume_session");
  await as(operations.resumeSession);
  expect((await read()).session).toMatchObject({ status: "initializing", endedAt: null });
  await put("initializing", "stopped");
  await as(operations.archiveSession);
  await expect(run(operations.sendSessionMessage, org.owner, { ...input, text: "hello?" })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("remove_session"),
  });
  await as(operations.removeSession);
  expect((await read()).session.status).toBe("removing");
});

test("what is said waits in its order, and saying something takes a stopped session up again", async () => {
  const { org, input, read, move } = await open("first");
  await run(operations.sendSessionMessage, org.owner, { ...input, text: "second" });
  expect((await read()).queued.map(({ text, by }) => [text, by])).toEqual([
    ["first", "Olivia"],
    ["second", "Olivia"],
  ]);
  await run(operations.stopSessionOperation, org.owner, input);
  expect((await read()).queued).toEqual([]);
  const { session } = await run(operations.sendSessionMessage, org.owner, { ...input, text: "third" });
  expect(session.status).toBe("initializing");
  await move("ready");
  for (let n = 1; n < 50; n++) await run(operations.sendSessionMessage, org.owner, { ...input, text: `${n}` });
  await expect(run(operations.sendSessionMessage, org.owner, { ...input, text: "51" })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("a conversation is its owner's and the admins'; to everybody else it is not there", async () => {
  const { org, session } = await open("secret plans");
  const member = await createTestMember(runtime, org, "member");
  const viewer = await createTestMember(runtime, org, "viewer", "Vic");
  const mine = (await run(operations.createSession, member, { teamId: org.teamId, name: "mine" })).session;
  const missing = { code: "not_found" };
  await expect(run(operations.getSession, member, { sessionId: session.id })).rejects.toMatchObject(missing);
  await expect(run(operations.listSessionChunks, member, { sessionId: session.id })).rejects.toMatchObject(missing);
  await expect(run(operations.stopSessionOperation, member, { sessionId: session.id })).rejects.toMatchObject(missing);
  await expect(run(operations.sendSessionMessage, member, { sessionId: session.id, text: "hi" })).rejects.toMatchObject(
    missing,
  );
  await expect(run(operations.getSession, viewer, { sessionId: session.id })).rejects.toMatchObject({
    code: "forbidden",
  });
  const seenBy = async (actor: typeof member) =>
    (await run(operations.listSessionsOperation, actor, { teamId: org.teamId })).sessions.map(({ id }) => id);
  expect(await seenBy(member)).toEqual([mine.id]);
  expect(await seenBy(viewer)).toEqual([]);
  expect(await seenBy(org.owner)).toEqual([mine.id, session.id]);
  const { session: renamed } = await run(operations.renameSession, org.owner, { sessionId: mine.id, name: "Theirs" });
  expect(renamed).toMatchObject({ name: "Theirs", userId: member.id });
});

test("kinds, modes and models that do not exist are refused with those that do", async () => {
  const { org, input, read } = await open();
  const create = (more: object) => run(operations.createSession, org.owner, { teamId: org.teamId, ...more });
  await expect(create({ agentKind: "hal" })).rejects.toMatchObject({ message: expect.stringContaining("entourage") });
  await expect(create({ mode: "yolo" })).rejects.toMatchObject({ message: expect.stringContaining("plan") });
  await expect(run(operations.setSessionModel, org.owner, { ...input, model: "gpt-5" })).rejects.toMatchObject({
    code: "invalid",
  });
  await run(operations.setSessionMode, org.owner, { ...input, mode: "auto" });
  await run(operations.setSessionModel, org.owner, { ...input, model: "openai/gpt-5" });
  expect((await read()).session).toMatchObject({ mode: "auto", model: "openai/gpt-5", agentKind: "entourage" });
});

test("a fork has the same past and a life of its own", async () => {
  const { org, session, move, input } = await open();
  await move("ready");
  await db.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
    values (${org.orgId}, ${session.id}, 1, 1, 'text', '{"kind":"text","text":"past"}', now())`);
  await as(runtime, org.owner, async (context) => {
    const parent = await lockDriven(context, session.id);
    await raiseFlags(context, parent, ["private_data"], { because: "Read secrets.txt" });
    await raiseFlags(context, parent, ["untrusted_input"], { because: "WebFetch", isStanding: true });
  });
  const { session: fork } = await run(operations.forkSession, org.owner, input);
  expect(fork).toMatchObject({ parentId: session.id, status: "initializing", name: `${session.name} (fork)` });
  const { chunks } = await run(operations.listSessionChunks, org.owner, { sessionId: fork.id });
  expect(chunks.map(({ update }) => update)).toEqual([{ kind: "text", text: "past" }]);
  // The past is what it has had to do with, so its third of the three is asked of a person; what one let the parent do is not its own.
  const flags = await as(runtime, org.owner, (context) => readFlags(context, fork.id));
  expect(new Map(flags.map(({ flag, because }) => [flag, because]))).toEqual(
    new Map([
      ["private_data", "Read secrets.txt"],
      ["untrusted_input", "WebFetch"],
    ]),
  );
  expect(isThird(flags, ["outward_effect"])).toBe(true);
});

test("an agent elsewhere begins and ends its sessions as before, and nobody can talk in them", async () => {
  const { org } = await open();
  const agent = await createTestAgent(runtime, org);
  const { session } = await run(operations.startSession, agent, {});
  await expect(
    run(operations.sendSessionMessage, org.owner, { sessionId: session.id, text: "hi" }),
  ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("create_session") });
  expect((await run(operations.endSession, agent, { sessionId: session.id })).session.status).toBe("stopped");
});

test("a session begins with the team's default agent, unless another is named", async () => {
  const { org, session } = await open();
  expect(session.agentKind).toBe("entourage");
  await run(updateTeam, org.owner, { teamId: org.teamId, defaultAgentKind: "opencode" });
  const begin = async (agentKind?: string) =>
    (await run(operations.createSession, org.owner, { teamId: org.teamId, agentKind })).session;
  expect(await begin()).toMatchObject({ agentKind: "opencode", mode: "build" });
  expect(await begin("entourage")).toMatchObject({ agentKind: "entourage" });
  await expect(run(updateTeam, org.owner, { teamId: org.teamId, defaultAgentKind: "nobody" })).rejects.toMatchObject({
    code: "invalid",
  });
});
