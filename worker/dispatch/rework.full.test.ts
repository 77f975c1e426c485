import { execFileSync } from "node:child_process";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemActor } from "#server/context.ts";
import { gitText } from "#server/git/run.ts";
import { updateRepo } from "#server/repos/operations.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { approveTask, requestChanges } from "#server/reviews/operations.ts";
import { stopIdle } from "#server/sessions/idle.ts";
import { listSessionsOperation } from "#server/sessions/operations.ts";
import { as } from "#server/test/fixtures.ts";
import { generous, openCodingTeams, soon } from "./test/coding-teams.ts";
import { startCrew } from "./test/crew.ts";
import { call } from "./test/whole-task.ts";

const { runtime, db, address, run, openTeam } = await openCodingTeams();

const gate = "test ! -e bad.txt || { seq 1 200; echo 'bad.txt is not wanted here'; exit 3; }";

/** What an agent does, in this order: by what it was told last. `done` is what its shell says when it was done. */
const steps = [
  { told: "Say hello", does: "echo hello > hello.txt; touch bad.txt", done: "done: written" },
  { told: "bad.txt is not wanted here", does: "git rm -q bad.txt", done: "done: removed" },
  {
    told: "conflicts with main in hello.txt",
    does: "git fetch -q origin main; git merge -q -s ours FETCH_HEAD; echo salve >> hello.txt",
    done: "done: merged",
  },
  { told: "Say it louder", does: "echo HELLO > hello.txt", done: "done: louder" },
];

test(
  "what a failing gate, a conflict and a reviewer say is heard in the same session, also after it was stopped for idleness and by another worker; it mends, pushes again and is merged",
  generous,
  async () => {
    const { org, task, repo, becomes, session, updates, reading } = await openTeam(({ texts }) => {
      const told = texts.join("\n");
      const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
      const step = steps.findLast((one) => told.includes(one.told)) ?? steps[0];
      if (!step) throw new Error("no step");
      // What is run never reads as what it says.
      const [first, second = ""] = step.done.split(" ");
      if (!told.includes(step.done))
        return call("bash", {
          command: `${step.does}; git add -A; git commit -qm "${second}"; git push -q origin HEAD:${branch} && echo "${first}" ${second}`,
        });
      const summary = `It is ${second}.`;
      return told.includes(summary)
        ? { text: "Handed over." }
        : call("mcp__entourage__request_review", { task: number, summary });
    });
    await run(updateRepo, org.owner, { repoId: repo.id, gateCommand: gate });
    const first = startCrew(runtime, { web: address });
    onTestFinished(() => first.stop());
    const heard = async (words: string) =>
      vi.waitFor(async () => {
        const said = (await updates()).flatMap((one) => (one.kind === "user" ? [one.text] : []));
        const found = said.find((text) => text.includes(words));
        if (!found) throw new Error(`not heard: ${words}`);
        return found;
      }, soon);
    const isReviewed = async (summary: string) =>
      vi.waitFor(async () => {
        const { status, reviews } = await reading();
        expect([status, reviews.at(-1)?.summary]).toEqual(["in_review", summary]);
        expect((await session()).status).toBe("ready");
      }, soon);

    await isReviewed("It is written.");
    const { id } = await session();
    await run(approveTask, org.owner, { task: task.id });
    const gateSaid = await heard("The gate did not pass");
    expect(gateSaid).toContain("200\nbad.txt is not wanted here");
    expect(gateSaid, "the end of the log, not all of it").not.toContain("\n12\n");
    await isReviewed("It is removed.");

    // Another commit is first, the session sleeps, and its worker is gone.
    const bare = repositoryPath(runtime.settings, { orgId: org.orgId, id: repo.id });
    const commit = `commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 5\nfirst\nfrom refs/heads/main^0\nM 100644 inline hello.txt\ndata 4\nciao\n`;
    execFileSync("git", ["-C", bare, "fast-import", "--quiet"], { input: commit });
    await first.stop();
    await db.execute(sql`update sessions set last_used_at = now() - interval '1 hour' where id = ${id}`);
    expect(await as(runtime, systemActor(org.orgId, "sessions"), (context) => stopIdle(context, id, 30))).toBe(true);
    const second = startCrew(runtime, { web: address });
    onTestFinished(() => second.stop());
    await run(approveTask, org.owner, { task: task.id });
    expect(await heard("conflicts with main in hello.txt")).toContain("Merge main into your branch");
    await isReviewed("It is merged.");

    await run(requestChanges, org.owner, {
      ...{ task: task.id, text: "Say it louder." },
      comments: [{ path: "hello.txt", line: 1, body: "Here." }],
    });
    expect(await heard("Say it louder.")).toContain("`hello.txt:1` Here.");
    await isReviewed("It is louder.");
    await run(approveTask, org.owner, { task: task.id });
    await becomes("done");
    expect(await gitText(["show", "main:hello.txt"], { repository: bare })).toBe("HELLO");
    const { sessions } = await run(listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id });
    expect(sessions.map((one) => one.id)).toEqual([id]);
  },
);
