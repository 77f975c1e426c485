import { expect, test } from "vitest";
import type { z } from "zod";
import { saveCredential } from "../credentials/service.ts";
import { listActivity, listEvents } from "../events/operations.ts";
import { systemActor } from "../context.ts";
import type { Operation } from "../operation.ts";
import { buildFrames, readLog } from "../realtime/frames.ts";
import { explainPermission, getSessionFlags, listPolicies, setPolicy } from "../policies/operations.ts";
import { saveReport } from "../reports/operations.ts";
import {
  closeTerminal,
  listPreviewPorts,
  listTerminalsOperation,
  openPreview,
  openTerminal,
} from "../terminals/operations.ts";
import { as, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { openWorkingCopies } from "../workspaces/test/working-copies.ts";
import { listWorkspaceFiles, readWorkspaceFile, writeWorkspaceFile } from "../workspace-files/operations.ts";
import { download } from "../workspace-files/stream-operations.ts";
import { workspaceDiffOperation } from "../workspace-git/operations.ts";
import {
  createWorkspace,
  getWorkspace,
  listWorkspacesOperation,
  removeWorkspace,
  renameWorkspace,
} from "../workspaces/operations.ts";
import { createSession, renameSession, setSessionModel } from "./operations.ts";

const shop = await openWorkingCopies();
const { runtime } = shop;
const { run } = workIn(runtime);

test("an unknown model is refused with the models there are, when a session begins and when it changes", async () => {
  const org = await createTestOrg(runtime);
  const begin = (model: string) => run(createSession, org.owner, { teamId: org.teamId, model });
  await expect(begin("anthropic/gpt-99-ultra")).rejects.toMatchObject({ code: "invalid" });
  await as(runtime, org.owner, (context) =>
    saveCredential(
      context,
      { api: "anthropic", provider: "anthropic", baseUrl: "https://api.anthropic.com/v1", key: "k" },
      { ok: true, answer: "2 models", models: ["claude-sonnet-5-5", "claude-of-tomorrow"] },
    ),
  );
  const there = expect.stringContaining("anthropic/claude-sonnet-5-5, anthropic/claude-of-tomorrow");
  for (const model of ["anthropic/gpt-99-ultra", "gpt-5", "openai/gpt-5", "/", "anthropic/"])
    await expect(begin(model), model).rejects.toMatchObject({ code: "invalid", message: there });
  const { session } = await begin("anthropic/claude-of-tomorrow");
  const change = (model: string) => run(setSessionModel, org.owner, { sessionId: session.id, model });
  await expect(change("anthropic/nothing-such")).rejects.toMatchObject({ code: "invalid", message: there });
  expect((await change("anthropic/claude-sonnet-5-5")).session.model).toBe("anthropic/claude-sonnet-5-5");
});

test("what belongs to a session is its owner's and the admins': to others it is not there", async () => {
  const { org } = shop;
  const { id: workspaceId } = await shop.made();
  const [mia, max] = [await createTestMember(runtime, org, "member"), await createTestMember(runtime, org, "member")];
  const viewer = await createTestMember(runtime, org, "viewer");
  const { session } = await run(createSession, mia, { teamId: org.teamId, name: "Mia's own", workspaceId });
  const sessionId = session.id;
  const policy = { scope: "session", scopeId: sessionId, effect: "allow", subject: "command", pattern: "npm test" };
  await run(setPolicy, mia, policy);
  const shell = { workspaceId, sessionId, rows: 24, cols: 80 };
  const { terminal } = await run(openTerminal, mia, shell);
  const foreign = async (operation: Operation<z.ZodObject, z.ZodObject>, input: Record<string, unknown>) =>
    expect(await run(operation, max, input).catch((error: unknown) => error), operation.name).toMatchObject({
      code: "not_found",
    });
  await foreign(getSessionFlags, { sessionId });
  await foreign(explainPermission, { sessionId, ask: { tool: "Bash", command: "npm test" } });
  await foreign(setPolicy, policy);
  await foreign(saveReport, { sessionId, name: "r.md", text: "x" });
  await foreign(openTerminal, shell);
  await foreign(openTerminal, { workspaceId, terminalId: terminal.id });
  await foreign(closeTerminal, { terminalId: terminal.id });
  await foreign(openPreview, { workspaceId, sessionId, port: 3_000 });
  await foreign(listPreviewPorts, { workspaceId, sessionId });
  await expect(run(getSessionFlags, viewer, { sessionId })).rejects.toMatchObject({ code: "forbidden" });
  expect((await run(listPolicies, max, { scopeId: sessionId })).policies).toEqual([]);
  await foreign(listTerminalsOperation, { workspaceId });
  for (const actor of [mia, org.owner]) {
    expect((await run(getSessionFlags, actor, { sessionId })).flags).toEqual([]);
    expect((await run(listPolicies, actor, { scopeId: sessionId })).policies).toHaveLength(1);
    expect((await run(listTerminalsOperation, actor, { workspaceId })).terminals).toHaveLength(1);
  }
  await run(closeTerminal, org.owner, { terminalId: terminal.id });
});

test("a working copy in which somebody has conversations of their own is theirs, its maker's and the admins'", async () => {
  const { org, repo } = shop;
  const { teamId } = org;
  const [mia, max] = [await createTestMember(runtime, org, "member"), await createTestMember(runtime, org, "member")];
  const viewer = await createTestMember(runtime, org, "viewer");
  const { id: workspaceId } = await shop.made();
  const { terminal } = await run(openTerminal, mia, { workspaceId, rows: 24, cols: 80 });
  const listed = async (actor: typeof mia) =>
    (await run(listWorkspacesOperation, actor, { teamId })).workspaces.some(({ id }) => id === workspaceId);
  // Nobody talks in it yet: the team's.
  for (const actor of [mia, max, viewer]) expect(await listed(actor)).toBe(true);
  await run(writeWorkspaceFile, max, { workspaceId, path: "shared.txt", text: "of the team" });
  await run(readWorkspaceFile, viewer, { workspaceId, path: "shared.txt" });
  await run(createSession, mia, { teamId, workspaceId });
  for (const actor of [max, viewer]) {
    expect(await listed(actor)).toBe(false);
    const foreign = async (operation: Operation<z.ZodObject, z.ZodObject>, input: Record<string, unknown> = {}) =>
      expect(
        await run(operation, actor, { workspaceId, ...input }).catch((error: unknown) => error),
        operation.name,
      ).toMatchObject({ code: "not_found", message: expect.stringContaining(`no workspace ${workspaceId} here`) });
    await foreign(getWorkspace);
    await foreign(listWorkspaceFiles, { path: "" });
    await foreign(readWorkspaceFile, { path: "shared.txt" });
    await foreign(workspaceDiffOperation);
    await foreign(listTerminalsOperation);
    await foreign(download, { path: "" });
    if (actor === viewer) continue;
    await foreign(writeWorkspaceFile, { path: "hers.txt", text: "x" });
    await foreign(renameWorkspace, { name: "mine now" });
    await foreign(removeWorkspace);
    await foreign(openPreview, { port: 3_000 });
    await foreign(openTerminal, { terminalId: terminal.id });
    await foreign(createSession, { teamId });
    await expect(run(closeTerminal, max, { terminalId: terminal.id })).rejects.toMatchObject({ code: "not_found" });
  }
  for (const actor of [mia, org.owner]) {
    expect(await listed(actor)).toBe(true);
    await run(readWorkspaceFile, actor, { workspaceId, path: "shared.txt" });
  }
  // Somebody else's conversation in it takes it from nobody who made it.
  const { workspace } = await run(createWorkspace, max, { teamId, repoId: repo.id });
  await run(createSession, mia, { teamId, workspaceId: workspace.id });
  for (const actor of [mia, max]) await run(getWorkspace, actor, { workspaceId: workspace.id });
  await expect(run(getWorkspace, viewer, { workspaceId: workspace.id })).rejects.toMatchObject({ code: "not_found" });
});

test("what somebody's own sessions and working copies are called is told to them and the admins, and to nobody else", async () => {
  const { org } = shop;
  const [mia, max] = [await createTestMember(runtime, org, "member"), await createTestMember(runtime, org, "member")];
  const { head: since } = await run(listEvents, mia, { teamId: org.teamId, since: 0, limit: 1 });
  const { workspace } = await run(createWorkspace, mia, { teamId: org.teamId, empty: true, name: "hush-copy" });
  const { session } = await run(createSession, mia, {
    ...{ teamId: org.teamId, name: "hush-talk", workspaceId: workspace.id },
  });
  await run(renameSession, mia, { sessionId: session.id, name: "hush-again" });
  await run(renameWorkspace, mia, { workspaceId: workspace.id, name: "hush-renamed" });
  const names = ["hush-copy", "hush-talk", "hush-again", "hush-renamed"];
  const told = async (actor: typeof mia) => {
    const { events } = await run(listEvents, actor, { teamId: org.teamId, since });
    const activity = await run(listActivity, actor, { teamId: org.teamId, about: session.id });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["session.created", "session.renamed", "workspace.created", "workspace.renamed"]),
    );
    const words = JSON.stringify([events, activity]);
    return names.filter((name) => words.includes(name));
  };
  expect(await told(mia)).toEqual(names);
  expect(await told(org.owner)).toEqual(names);
  expect(await told(max)).toEqual([]);
  // Its team's channel is heard by all of them.
  const pushed = await as(runtime, systemActor(org.orgId, "relay"), async (context) =>
    buildFrames(context, await readLog(context, since, 500)),
  );
  expect(pushed.length).toBeGreaterThan(3);
  expect(names.filter((name) => JSON.stringify(pushed).includes(name))).toEqual([]);
});
