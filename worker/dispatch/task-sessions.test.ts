import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { createAgent } from "#server/agents/operations.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createLogger } from "#server/log.ts";
import { getRepo, registerRepo } from "#server/repos/operations.ts";
import { approveTask } from "#server/reviews/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startRepositoryCopies } from "../jobs/prepare-repo.ts";
import { startMerging } from "../merge/merging.ts";
import { startCrew } from "./test/crew.ts";

const { runtime, address } = await openTestDoors({
  ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1,localhost",
  ENTOURAGE_LEASE_SECONDS: "6",
});
const { run, addTask, read } = workIn(runtime);
const log = createLogger("test");
const copies = startRepositoryCopies(runtime, { log });
const merging = startMerging(runtime, { log });
const lab = await openModelLab();
afterAll(async () => {
  await copies.stop();
  await merging.stop();
  await lab.close();
});
const generous = { timeout: 120_000 };
const soon = { timeout: 20_000, interval: 50 };

/** A team with a repository and one coding agent, whose model says what `script` says. */
async function openTeam(script: (request: LabRequest) => LabAnswer, mode = "auto") {
  const org = await createTestOrg(runtime);
  await run(saveCredentialOperation, org.owner, {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "the-real-key" },
  });
  lab.answerWith(script);
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
  await vi.waitFor(
    async () => expect((await run(getRepo, org.owner, { repoId: repo.id })).repo.status).toBe("ready"),
    soon,
  );
  const { agent } = await run(createAgent, org.owner, {
    ...{ teamId: org.teamId, name: "coder", runtime: "acp", model: "anthropic/claude-sonnet-5-5", mode },
  });
  const task = await addTask(org, { title: "Say hello", repoId: repo.id, assignee: { kind: "agent", id: agent.id } });
  const reading = () => read(org.owner, task.id);
  const becomes = (status: string) => vi.waitFor(async () => expect((await reading()).status).toBe(status), soon);
  const session = () =>
    vi.waitFor(async () => {
      const [found] = (await run(sessions.listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id }))
        .sessions;
      if (!found) throw new Error("no session yet");
      return found;
    }, soon);
  const updates = async () =>
    (await run(sessions.listSessionChunks, org.owner, { sessionId: (await session()).id, limit: 2_000 })).chunks.map(
      ({ update }) => update,
    );
  return { org, agent, task, repo, reading, becomes, session, updates };
}

const call = (name: string, input: unknown): LabAnswer => ({
  toolCalls: [{ name, input }],
  usage: { input: 1_000, output: 100 },
});
const publish = (text: string, branch: string) =>
  call("bash", {
    command: `echo ${text} > hello.txt && git add -A && git commit -qm "${text}" && git push -q origin HEAD:${branch} && git status -sb`,
  });
const review = (number: number) =>
  call("mcp__entourage__request_review", { task: String(number), summary: "It says hello." });

test(
  "a task is given to a coding agent, which writes, pushes and asks for its review; then it is merged",
  generous,
  async () => {
    let number = 0;
    let branch = "";
    const steps = [
      () => publish("hello", branch),
      () => review(number),
      () => ({ text: "Handed over.", usage: { input: 1_000, output: 100 } }),
    ];
    const { org, task, becomes, session, updates, reading } = await openTeam(
      ({ toolResults }) => steps[toolResults]?.() ?? { text: "?" },
    );
    ({ number, branch } = task);
    const crew = startCrew(runtime, { web: address });
    onTestFinished(() => crew.stop());
    await becomes("in_review").catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await updates(), null, 1), { cause: error });
    });
    expect((await reading()).headCommit).toMatch(/^[0-9a-f]{40}$/);
    await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
    expect((await session()).costMicros).toBe(3 * (1_000 * 2 + 100 * 10));
    await run(approveTask, org.owner, { task: task.id, text: "Good." });
    await becomes("done");
    await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  },
);
