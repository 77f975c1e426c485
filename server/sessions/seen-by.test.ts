import { expect, test } from "vitest";
import type { z } from "zod";
import { saveCredential } from "../credentials/service.ts";
import type { Operation } from "../operation.ts";
import { explainPermission, getSessionFlags, listPolicies, setPolicy } from "../policies/operations.ts";
import { saveReport } from "../reports/operations.ts";
import { closeTerminal, listTerminalsOperation, openPreview, openTerminal } from "../terminals/operations.ts";
import { as, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { openWorkingCopies } from "../workspaces/test/working-copies.ts";
import { createSession, setSessionModel } from "./operations.ts";

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
  await expect(run(getSessionFlags, viewer, { sessionId })).rejects.toMatchObject({ code: "forbidden" });
  expect((await run(listPolicies, max, { scopeId: sessionId })).policies).toEqual([]);
  expect((await run(listTerminalsOperation, max, { workspaceId })).terminals).toEqual([]);
  for (const actor of [mia, org.owner]) {
    expect((await run(getSessionFlags, actor, { sessionId })).flags).toEqual([]);
    expect((await run(listPolicies, actor, { scopeId: sessionId })).policies).toHaveLength(1);
    expect((await run(listTerminalsOperation, actor, { workspaceId })).terminals).toHaveLength(1);
  }
  await run(closeTerminal, org.owner, { terminalId: terminal.id });
});
