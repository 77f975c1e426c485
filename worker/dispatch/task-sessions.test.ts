import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { getPendingRequests, respondToRequest } from "#server/human-requests/operations.ts";
import { requestChanges } from "#server/reviews/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { assignTask, changeStatus } from "#server/tasks/operations.ts";
import { sendMessageOperation } from "#server/messages/operations.ts";
import { setBudget } from "#server/budgets/operations.ts";
import { generous, openCodingTeams, soon } from "./test/coding-teams.ts";
import { startCrew } from "./test/crew.ts";
import { call, doWholeTask, type Kind, usage } from "./test/whole-task.ts";

const teams = await openCodingTeams();
const { runtime, db, address, run, addTask, read, openTeam } = teams;

test.each<Kind>(["entourage", "claude-sdk"])(
  "%s does a task from the board to the merge: it is stopped and goes on, and its worker is killed while it waits for a permission",
  generous,
  async (kind) => expect(await doWholeTask(teams, kind)).toBe("hello"),
);

test(
  "what people say about a task reaches its session: an answer, a remark, changes they ask for; cancelled, it ends",
  generous,
  async () => {
    const push = (text: string, branch: string) =>
      call("bash", {
        command: `echo ${text} > hello.txt; git add -A; git commit -qm ${text}; git push -q origin HEAD:${branch}; echo pushed ${text}.`,
      });
    const review = (number: string, said: string) =>
      call("mcp__entourage__request_review", { task: number, summary: said });
    const { org, task, becomes, session, updates } = await openTeam(({ texts }) => {
      const told = texts.join("\n");
      const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
      if (told.includes("Never mind")) return { text: "I read it." };
      if (told.includes("Say it in Latin")) {
        if (!told.includes("pushed salve.\\n")) return push("salve", branch);
        return told.includes("Latin it is.") ? { text: "Done again." } : review(number, "Latin it is.");
      }
      if (told.includes("answered your question")) {
        if (!told.includes("pushed hello.\\n")) return push("hello", branch);
        return told.includes("As you said.") ? { text: "Done." } : review(number, "As you said.");
      }
      if (!told.includes("Which word?"))
        return call("mcp__entourage__ask_human", { title: "Which word?", timeoutSeconds: 0 });
      return { text: "I wait." };
    });
    const crew = startCrew(runtime, { web: address });
    onTestFinished(() => crew.stop());
    await becomes("blocked");
    await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
    const { requests } = await run(getPendingRequests, org.owner, {});
    await run(respondToRequest, org.owner, { request: requests[0]?.id, answer: "hello" });
    await becomes("in_review");
    const { id } = await session();
    await run(requestChanges, org.owner, { task: task.id, text: "Say it in Latin." });
    await vi.waitFor(
      async () => expect((await updates()).map((one) => JSON.stringify(one)).join()).toContain("Done again."),
      soon,
    );
    await becomes("in_review");
    expect(
      (await run(sessions.listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id })).sessions,
    ).toMatchObject([{ id }]);
    await run(sendMessageOperation, org.owner, { task: task.id, body: "Never mind the accent." });
    await vi.waitFor(async () => expect(JSON.stringify(await updates())).toContain("I read it."), soon);
    const said = (await updates()).flatMap((update) => (update.kind === "user" ? [update.by] : []));
    expect(said.filter((by) => by === "Olivia")).toHaveLength(2);
    await run(changeStatus, org.owner, { task: task.id, status: "cancelled" });
    await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  },
);

test(
  "an agent that hands nothing over is told so three times, then people decide; at a cap it stops and waits for money",
  generous,
  async () => {
    const { org, agent, becomes, updates, reading, repo } = await openTeam(() => ({ text: "All done!", usage }));
    const crew = startCrew(runtime, { web: address });
    onTestFinished(() => crew.stop());
    await becomes("failed");
    const nudges = (await updates()).filter(
      (update) => update.kind === "user" && update.text.includes("is not handed over"),
    );
    expect(nudges.length).toBeGreaterThanOrEqual(3);
    expect((await reading()).lease).toBeNull();
    const second = await addTask(org, { title: "Costly", repoId: repo.id });
    await run(setBudget, org.owner, { task: second.id, period: "life", capMicros: 100 });
    await run(assignTask, org.owner, { task: second.id, assignee: { kind: "agent", id: agent.id } });
    await vi.waitFor(async () => {
      const events = await db.execute<{ reason: string }>(sql`select data->>'reason' as reason from events
      where task_id = ${second.id} and type = 'task.status_changed' and data->>'to' = 'todo'`);
      expect(events.map(({ reason }) => reason).join()).toMatch(/budget|cap|money/i);
    }, soon);
    expect((await read(org.owner, second.id)).costMicros).toBe(0);
  },
);
