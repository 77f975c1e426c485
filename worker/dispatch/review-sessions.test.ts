import { expect, onTestFinished, test, vi } from "vitest";
import { createAgent } from "#server/agents/operations.ts";
import type { LabRequest } from "#server/llm/test/lab-answer.ts";
import { approveTask } from "#server/reviews/operations.ts";
import { listSessionChunks, listSessionsOperation } from "#server/sessions/operations.ts";
import type { TestOrg } from "#server/test/fixtures.ts";
import { bringAgent } from "../sessions/test/conversing.ts";
import { generous, openCodingTeams, soon } from "./test/coding-teams.ts";
import { startCrew } from "./test/crew.ts";
import { call } from "./test/whole-task.ts";

const { runtime, address, run, openTeam } = await openCodingTeams();
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";

/** Writes what it is told to, pushes it and asks for the review. */
function author({ texts }: LabRequest) {
  const told = texts.join("\n");
  const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
  const word = told.includes("Say it in Latin") ? "salve" : "hello";
  if (!told.includes(`pushed ${word}.`))
    return call("bash", {
      command: `echo ${word} > hello.txt; git add -A; git commit -qm ${word}; git push -q origin HEAD:${branch} && echo "pushed" ${word}.`,
    });
  const summary = `It says ${word}.`;
  return told.includes(summary)
    ? { text: "Handed over." }
    : call("mcp__entourage__request_review", { task: number, summary });
}

const isReviewer = ({ texts }: LabRequest) => texts.join("\n").includes("What you are asked for");

/** A team whose second agent reviews, and what is said in the sessions of both. */
async function openReviewed(kind: string, reviewer: (request: LabRequest) => ReturnType<typeof author>) {
  const team = await openTeam((request) => (isReviewer(request) ? reviewer(request) : author(request)));
  const { org, task } = team;
  const model = "anthropic/claude-sonnet-5-5";
  const mode = kind === "entourage" ? "auto" : "bypassPermissions";
  const { agent } = await run(createAgent, org.owner, {
    ...{ teamId: org.teamId, name: "judge", role: "reviewer", runtime: "acp", agentKind: kind, model, mode },
  });
  const agents: Record<string, string> = kind === "entourage" ? {} : { [kind]: await bringAgent("claude-sdk") };
  const crew = startCrew(runtime, { web: address, agents });
  onTestFinished(() => crew.stop());
  const reviews = async () =>
    (await run(listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id })).sessions.filter(({ name }) =>
      name.startsWith("Review of"),
    );
  return { ...team, judge: agent, reviews };
}

const saidIn = async (org: TestOrg, sessionId: string) =>
  JSON.stringify((await run(listSessionChunks, org.owner, { sessionId, limit: 2_000 })).chunks);

test.for(isFull ? ["entourage", "claude-sdk"] : ["entourage"])(
  "a reviewer that is started here (%s) reads the change, cannot alter it, asks for changes on a line and approves what came of it",
  generous,
  async (kind) => {
    const bash = kind === "entourage" ? "bash" : "Bash";
    const look = 'git log -1 --format=%s; cat hello.txt; echo x > mine.txt || echo "cannot" write';
    const { org, becomes, reading, judge, reviews, task } = await openReviewed(kind, ({ texts, tools }) => {
      const told = texts.join("\n");
      const [, number = ""] = /with task \\?"(\d+)/.exec(told) ?? [];
      const [, commit = ""] = /commit \\?"([0-9a-f]{40})/.exec(told) ?? [];
      if (!told.includes("cannot write")) return call(bash, { command: look, description: "Look" });
      if (/verdict\W+(request_changes|approve)/.test(told)) return { text: "That is my verdict." };
      // What others do is not among its tools.
      const foreign = tools.filter((name) =>
        /claim_task|update_task|request_review|send_message|create_task/.test(name),
      );
      if (foreign.length > 0) return { text: `I have ${foreign.join()}` };
      return told.includes("salve")
        ? call("mcp__entourage__approve_task", { task: number, commit, text: "Good Latin." })
        : call("mcp__entourage__request_changes", {
            ...{ task: number, commit, text: "Say it in Latin." },
            comments: [{ path: "hello.txt", line: 1, side: "new", body: "This word." }],
          });
    });
    await becomes("done").catch(async (error: unknown) => {
      for (const { id } of await reviews()) console.error(await saidIn(org, id));
      throw error;
    });
    const { reviews: attempts } = await reading();
    expect(attempts.map(({ verdict, verdictBy }) => [verdict, verdictBy?.id])).toEqual([
      ["request_changes", judge.id],
      ["approve", judge.id],
    ]);
    expect(attempts[0]?.comments).toMatchObject([{ path: "hello.txt", line: 1, body: "This word." }]);
    await vi.waitFor(async () => {
      expect((await reviews()).map(({ status }) => status)).toEqual(["stopped", "stopped"]);
    }, soon);
    const [second, first] = await reviews();
    expect(await saidIn(org, first?.id ?? "")).toMatch(/hello\\\\nhello|hello\\nhello/);
    expect(await saidIn(org, second?.id ?? "")).toContain("cannot write");
    expect((await reading()).number).toBe(task.number);
  },
);

test.runIf(isFull)(
  "a reviewer that comes to no verdict is asked twice, then the review is for people and others",
  generous,
  async () => {
    const { org, becomes, reading, reviews, task } = await openReviewed("entourage", () => ({ text: "Hm." }));
    await becomes("in_review");
    await vi.waitFor(async () => expect((await reviews()).map(({ status }) => status)).toEqual(["stopped"]), soon);
    const [only] = await reviews();
    expect((await saidIn(org, only?.id ?? "")).split("there is no verdict on").length - 1).toBe(2);
    expect((await reading()).reviews.at(-1)).toMatchObject({ verdict: "pending", reviewer: null });
    await run(approveTask, org.owner, { task: task.id });
    await becomes("done");
    expect(await reviews(), "it is not asked again").toHaveLength(1);
  },
);
