import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import type { LabAnswer } from "#server/llm/test/lab-answer.ts";
import { createLogger } from "#server/log.ts";
import { getRepo, registerRepo, updateRepo } from "#server/repos/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { commitWorkspace } from "#server/workspace-git/operations.ts";
import { workspacePath } from "#server/workspaces/place.ts";
import { startRepositoryCopies } from "../jobs/prepare-repo.ts";
import { startMaking } from "../workspaces/make.ts";
import { generous, openConversations, soon } from "./test/conversing.ts";

const { runtime, run, lab, startWorker, follow } = await openConversations();
const log = createLogger("test");
const copies = startRepositoryCopies(runtime, { log });
const making = startMaking(runtime, { log, signal: new AbortController().signal });
afterAll(async () => {
  await copies.stop();
  await making.stop();
});

const write = (path: string, content: string) => ({ name: "write", input: { path, content } });
const bash = (command: string) => ({ name: "bash", input: { command } });

/** A session in a working copy of a repository with these checks, whose agent does all unasked. */
async function work(checks: Record<string, string>, answerWith: (told: string, tools: number) => LabAnswer) {
  const org = await createTestOrg(runtime);
  await run(saveCredentialOperation, org.owner, {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "the-real-key" },
  });
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
  const ready = async () => expect((await run(getRepo, org.owner, { repoId: repo.id })).repo.status).toBe("ready");
  await vi.waitFor(ready, soon);
  await run(updateRepo, org.owner, { repoId: repo.id, ...checks });
  lab.answerWith(({ texts, toolResults }) => answerWith(texts.join("\n"), toolResults));
  const { session } = await run(sessions.createSession, org.owner, {
    ...{ teamId: org.teamId, repoId: repo.id, model: "anthropic/claude-sonnet-5-5", mode: "auto", prompt: "Go." },
  });
  startWorker();
  const workspaceId = session.workspaceId ?? "";
  const files = workspacePath(runtime.settings, org.orgId, workspaceId);
  return { ...follow(org, session.id), org, repo, workspaceId, files };
}

test(
  "what a turn left behind is checked: the agent hears of a failure in the same turn and mends it; where nothing changed, nothing is checked",
  generous,
  async () => {
    const turnCheck = "printf '\\033[31mlooks\\033[0m\\n'; test -f prepared || exit 7; ! grep bad a.txt";
    const { updates, send, ended, files } = await work({ turnCheck, setupScript: "touch prepared" }, (told, tools) => {
      if (told.includes("And now?")) return { text: "Nothing to do." };
      if (tools === 0) return { toolCalls: [write("a.txt", "bad\n")] };
      return told.includes("The check that runs after your turn failed (exit code 1)") && tools === 1
        ? { text: "I mend it.", toolCalls: [write("a.txt", "good\n")] }
        : { text: "Done." };
    });
    await ended();
    expect(await readFile(join(files, "a.txt"), "utf8")).toBe("good\n");
    const checks = async () =>
      (await updates()).flatMap((one) =>
        one.kind === "tool" && one.title === "Check after the turn" && one.status !== "running"
          ? [{ status: one.status, output: one.output }]
          : [],
      );
    expect(await checks()).toEqual([
      { status: "failed", output: "\u001b[31mlooks\u001b[0m\nbad\n" },
      { status: "completed", output: "\u001b[31mlooks\u001b[0m\n" },
    ]);
    const said = (await updates()).flatMap((one) => (one.kind === "user" ? [one] : []));
    expect(said.map(({ by }) => by)).toEqual(["Olivia", "Check after the turn"]);
    expect(said[1]?.text, "in words, without colours").toContain("output:\n\nlooks\nbad\n");
    await send("And now?");
    await ended(2);
    expect(await checks()).toHaveLength(2);
  },
);

test("an agent that does not mend it is told three times, not for ever", generous, async () => {
  const { updates, ended } = await work({ turnCheck: "cat n; exit 1" }, (told, tools) =>
    told.split("The check that runs").length > tools
      ? { toolCalls: [write("n", String(tools))] }
      : { text: "That is all I can." },
  );
  await ended();
  const all = await updates();
  expect(all.filter((one) => one.kind === "user" && one.by === "Check after the turn")).toHaveLength(3);
  expect(all.findLast((one) => one.kind === "error")).toMatchObject({ message: expect.stringContaining("4 times") });
  expect(all.at(-1)).toMatchObject({ kind: "turn", stopReason: "end_turn" });
});

test("a turn that is cancelled while its check runs ends, and the check with it", generous, async () => {
  const { org, input, updates, ended, files } = await work({ turnCheck: "echo $$ > began; sleep 3000" }, (_, tools) =>
    tools === 0 ? { toolCalls: [write("a.txt", "x")] } : { text: "Done." },
  );
  await vi.waitFor(async () => expect(await readFile(join(files, "began"), "utf8")).toMatch(/\d/), soon);
  await run(sessions.cancelSessionTurn, org.owner, input);
  await ended();
  expect((await updates()).at(-1)).toMatchObject({ stopReason: "cancelled" });
});

test(
  "the check before commits holds for agents and people, and a working copy's own hooks still run",
  generous,
  async () => {
    const commitCheck = "echo no secrets, please; ! test -f secret";
    const own = "printf '#!/bin/sh\\ntouch own-ran\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit";
    const { org, repo, updates, ended, workspaceId, files } = await work({ commitCheck }, (_, tools) =>
      tools === 0
        ? {
            toolCalls: [
              bash(`mkdir -p .git/hooks && ${own}; touch secret; git add -A; git commit -m one; echo "code $?"`),
            ],
          }
        : tools === 1
          ? {
              toolCalls: [
                bash(
                  'rm secret; touch a; git add -A; git commit -qm two; echo "code $?"; git log --oneline; touch secret',
                ),
              ],
            }
          : { text: "Done." },
    );
    await ended();
    const outputs = (await updates()).flatMap((one) => (one.kind === "tool" && one.output ? [one.output] : []));
    expect(outputs.join("\n")).toMatch(
      /no secrets, please[\s\S]*nothing was committed[\s\S]*code 1[\s\S]*code 0[\s\S]* two/,
    );
    await expect(readFile(join(files, "own-ran"), "utf8"), "its own hook ran after ours").resolves.toBe("");
    const commit = { workspaceId, message: "three", all: true };
    await expect(run(commitWorkspace, org.owner, commit)).rejects.toThrow(
      /check before commits failed[\s\S]*no secrets/,
    );
    await run(updateRepo, org.owner, { repoId: repo.id, commitCheck: "" });
    expect((await run(commitWorkspace, org.owner, commit)).branch).not.toBeNull();
  },
);
