import { join, resolve } from "node:path";
import { afterAll, onTestFinished, vi } from "vitest";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { respondToRequest } from "#server/human-requests/operations.ts";
import type { LabAnswer } from "#server/llm/test/lab-answer.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createLogger } from "#server/log.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { createProcessBoxes } from "#server/sandbox/process-boxes.ts";
import * as sessions from "#server/sessions/operations.ts";
import type { SessionUpdate } from "#server/sessions/schema.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { installAgent } from "../../agent-installs/installing.ts";
import type { InstallableKind } from "#server/agent-installs/finding.ts";
import { startSessions } from "../sessions.ts";

export const generous = { timeout: 180_000 };
export const soon = { timeout: 60_000, interval: 50 };

/** Kept between runs: some are a third of a gigabyte. */
const installs = resolve(import.meta.dirname, "../../../.entourage/for-tests");

/** The folder of an agent's programs, from npm where they are not there yet. */
export const bringAgent = (kind: InstallableKind): Promise<string> =>
  installAgent(kind, { dataDir: installs, signal: new AbortController().signal, onProgress: () => {} });

interface Opening {
  prompt: string;
  mode?: string;
  agentKind?: string;
  /** What the model says, by how many tools have answered. */
  answers?: LabAnswer[];
  api?: "anthropic" | "openai_compatible" | "ollama";
  provider?: string;
  baseUrl?: string;
  model?: string;
}

/** Sessions as they are: a database, our own server, workers, and a stand-in for the models. Once at the top of a file. */
export async function openConversations({
  agents = {},
  settings = {},
}: {
  agents?: Record<string, string>;
  settings?: Record<string, string>;
} = {}) {
  const lab = await openModelLab();
  afterAll(() => lab.close());
  const trusted = new URL(lab.urls.anthropic).host;
  const { runtime, db, url, address, keyOf } = await openTestDoors({ ENTOURAGE_TRUSTED_HOSTS: trusted, ...settings });
  const { run } = workIn(runtime);
  /** In a sandbox where there is one; elsewhere the same without walls. */
  const boxes = openBoxes(runtime.settings).catch(() => createProcessBoxes(join(runtime.settings.dataDir, "boxes")));

  function startWorker({ drainSeconds }: { drainSeconds?: number } = {}) {
    const worker = startSessions({
      ...{ runtime, log: createLogger("test"), web: address },
      openBoxes: () => boxes,
      installedAt: (kind) => agents[kind] ?? "/nowhere",
      ...(drainSeconds === undefined ? {} : { drainSeconds }),
    });
    onTestFinished(() => worker.stop());
    return worker;
  }

  /** A session with a model behind the stand-in. */
  async function open({ mode, prompt, agentKind, answers, api = "anthropic", ...opening }: Opening) {
    const org = await createTestOrg(runtime);
    const { provider = "anthropic", model = "claude-sonnet-5-5" } = opening;
    const baseUrl = opening.baseUrl ?? lab.urls[api];
    const key = api === "ollama" ? null : "the-real-key";
    await run(saveCredentialOperation, org.owner, { api, provider, baseUrl, ...(key ? { key } : {}) });
    if (answers) lab.answerWith(({ toolResults }) => answers[toolResults] ?? { text: "?" });
    const { session } = await run(sessions.createSession, org.owner, {
      ...{ teamId: org.teamId, model: `${provider}/${model}`, prompt, mode, agentKind },
    });
    return { org, session, ...follow(org, session.id) };
  }

  /** What is said in a session, and what can be done about it. */
  function follow(org: Awaited<ReturnType<typeof createTestOrg>>, sessionId: string) {
    const input = { sessionId };
    const read = async () => (await run(sessions.getSession, org.owner, input)).session;
    const chunks = async () => (await run(sessions.listSessionChunks, org.owner, { ...input, limit: 2_000 })).chunks;
    const updates = async () => (await chunks()).map(({ update }) => update);
    return {
      ...{ input, read, chunks, updates },
      said: async () => saidIn(await updates()),
      send: (text: string, attachmentIds: string[] = []) =>
        run(sessions.sendSessionMessage, org.owner, { ...input, text, attachmentIds }),
      ended: (times = 1) =>
        vi.waitFor(async () => {
          const over = (await updates()).filter((update) => update.kind === "turn" && update.state === "ended").length;
          if (over !== times)
            throw new Error(`${over} turns have ended: ${JSON.stringify((await updates()).slice(-5))}`);
          const { status, statusReason } = await read();
          if (status !== "ready") throw new Error(`it is ${status}: ${statusReason}`);
        }, soon),
      /** Waits for the how manieth question, and answers it. @returns what it was about */
      answer: async (approved: boolean, which = 0, note?: string) => {
        const asked = await vi.waitFor(async () => {
          const all = (await updates()).filter((one) => one.kind === "permission" && one.status === "pending");
          const found = all[which];
          if (found?.kind !== "permission")
            throw new Error(`not asked: ${JSON.stringify((await updates()).slice(-5))}`);
          return found;
        }, soon);
        await run(respondToRequest, org.owner, {
          request: asked.requestId,
          answer: { approved, ...(note ? { note } : {}) },
        });
        return asked;
      },
      files: join(runtime.settings.dataDir, "sessions", org.orgId, sessionId, "work"),
    };
  }

  return { runtime, db, url, address, keyOf, run, lab, boxes, startWorker, open, follow };
}

const saidIn = (updates: readonly SessionUpdate[]): string =>
  updates.flatMap((update) => (update.kind === "text" ? [update.text] : [])).join("");
