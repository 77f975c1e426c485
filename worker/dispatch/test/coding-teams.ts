import { fork } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, vi } from "vitest";
import { createAgent } from "#server/agents/operations.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createLogger } from "#server/log.ts";
import { getRepo, registerRepo } from "#server/repos/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startRepositoryCopies } from "../../jobs/prepare-repo.ts";
import { startMerging } from "../../merge/merging.ts";

export const generous = { timeout: 400_000 };
export const soon = { timeout: 150_000, interval: 50 };

interface Coder {
  kind?: string;
  mode?: string;
  api?: "anthropic" | "openai_compatible";
  /** As `provider/name`. */
  model?: string;
  baseUrl?: string;
  /** By which the stand-in knows whose call it is. */
  key?: string;
}

/** Teams whose agents code in sessions: our own server, repositories, merges, and a stand-in for the models. Once in a file. */
export async function openCodingTeams(settings: Record<string, string> = {}) {
  const { runtime, db, address, url, keyOf } = await openTestDoors({
    ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1,localhost",
    ENTOURAGE_LEASE_SECONDS: "8",
    ...settings,
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

  /** A team with a repository and one coding agent, whose model says what `script` says. */
  async function openTeam(script: (request: LabRequest) => LabAnswer, coder: Coder = {}) {
    const { kind = "entourage", mode = "auto", api = "anthropic", model = "anthropic/claude-sonnet-5-5" } = coder;
    const { baseUrl = lab.urls[api], key = "the-real-key" } = coder;
    const org = await createTestOrg(runtime);
    await run(saveCredentialOperation, org.owner, { api, provider: model.split("/")[0], baseUrl, key });
    lab.answerWith(script);
    const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
    await vi.waitFor(
      async () => expect((await run(getRepo, org.owner, { repoId: repo.id })).repo.status).toBe("ready"),
      soon,
    );
    const { agent } = await run(createAgent, org.owner, {
      ...{
        teamId: org.teamId,
        name: "coder",
        runtime: "acp",
        agentKind: kind,
        model,
        mode,
      },
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

  /** A worker in a process of its own. */
  function startWorker(agents: Record<string, string>) {
    const script = join(import.meta.dirname, "crew-process.ts");
    const worker = fork(script, [url, address, JSON.stringify(runtime.settings), JSON.stringify(agents)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const kill = () =>
      new Promise<void>((gone) => {
        if (worker.exitCode !== null || worker.signalCode !== null) return gone();
        worker.once("exit", () => gone());
        worker.kill("SIGKILL");
      });
    onTestFinished(kill);
    return { kill };
  }

  return { runtime, db, address, keyOf, run, addTask, read, lab, openTeam, startWorker };
}

export type CodingTeams = Awaited<ReturnType<typeof openCodingTeams>>;
