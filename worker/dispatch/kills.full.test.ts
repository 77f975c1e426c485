import { sql } from "drizzle-orm";
import { describe, expect, test, vi } from "vitest";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { generous, openCodingTeams, soon } from "./test/coding-teams.ts";
import { call } from "./test/whole-task.ts";

const { db, lab, openTeam, startWorker } = await openCodingTeams();

/** Writes and pushes, asks for the review, ends: by what was done already. */
function author({ texts }: LabRequest): LabAnswer {
  const told = texts.join("\n");
  const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
  const push = `echo hello > hello.txt; git add -A; git commit -qm hello; git push -q origin HEAD:${branch} && echo "pushed" it`;
  if (!told.includes("pushed it")) return call("bash", { command: push });
  if (told.includes("in_review")) return { text: "Handed over." };
  return call("mcp__entourage__request_review", { task: number, summary: "It says hello." });
}

/** A team whose model stops at a step, as if it thought for ever: `reached` says that it has. */
async function openStopping(isStep: (told: string) => boolean) {
  const team = await openTeam(author);
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let stops = true;
  lab.answerWith((request) => {
    if (!stops || !isStep(request.texts.join("\n"))) return author(request);
    stops = false;
    reach();
    // Whoever asked is killed.
    return new Promise<never>(() => {});
  });
  return { ...team, reached };
}

describe("a worker that is killed leaves its task to the next", () => {
  test.each([
    { when: "before its agent has asked its model", isStep: () => true },
    { when: "between the push and the request for review", isStep: (told: string) => told.includes("pushed it") },
  ])("$when", generous, async ({ isStep }) => {
    const { becomes, reached, task, session } = await openStopping(isStep);
    const first = startWorker({});
    await reached;
    await first.kill();
    startWorker({});
    await becomes("in_review");
    await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
    const [found] = await db.execute(sql`select count(*)::int as reviews from reviews where task_id = ${task.id}`);
    expect(found).toEqual({ reviews: 1 });
  });

  test("as soon as its session is there, with no sandbox yet", generous, async () => {
    const { becomes, session } = await openTeam(author);
    const first = startWorker({});
    const { id } = await session();
    await first.kill();
    startWorker({});
    await becomes("in_review");
    expect((await session()).id).toBe(id);
  });

  test("and so does the next one, while it brings the sandbox up", generous, async () => {
    const { becomes, reached, updates } = await openStopping(() => true);
    const first = startWorker({});
    await reached;
    await first.kill();
    const second = startWorker({});
    const interrupted = { kind: "turn", state: "ended", stopReason: "interrupted" };
    await vi.waitFor(async () => expect(await updates()).toContainEqual(interrupted), soon);
    await second.kill();
    startWorker({});
    await becomes("in_review");
    expect(
      (await updates()).filter(({ kind }) => kind === "user"),
      "it was told once",
    ).toHaveLength(1);
  });
});
