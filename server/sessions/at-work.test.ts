import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "../ids.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { createSession } from "./conversations.ts";
import { listSessionsAtWork } from "./operations.ts";
import { createSessionInput, type SessionUpdate } from "./schema.ts";
import { lineOfLast } from "./words.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask, claim, move } = workIn(runtime);

test("a team sees what the agents on its tasks do, by one line each; of people's sessions only that they run", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "acp" });
  const task = await addTask(org);
  await claim(agent, task.id);
  const input = createSessionInput.parse({ teamId: org.teamId, model: "anthropic/claude-sonnet-5-5" });
  const id = await as(runtime, agent, (context) =>
    createSession(context, { ...input, task: task.id, agentId: agent.id }),
  );
  const own = await as(runtime, org.owner, (context) => createSession(context, input));
  await db.execute(sql`update sessions set status = 'running' where id in (${id}, ${own})`);
  const say = (seq: number, update: SessionUpdate) =>
    db.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
      values (${org.orgId}, ${id}, ${seq}, 1, ${update.kind}, ${JSON.stringify(update)}::text::jsonb, now())`);
  const read = () => run(listSessionsAtWork, org.owner, { teamId: org.teamId });
  expect(await read()).toMatchObject({ sessions: [{ id, taskId: task.id, line: null, seq: 0 }], free: 1 });
  const output = "x".repeat(100_000);
  await say(1, { kind: "tool", id: "t", title: "Run the tests", toolKind: "execute", status: "running", output });
  expect(await read()).toMatchObject({ sessions: [{ agent: agent.name, line: "Run the tests", seq: 1 }] });
  await say(2, { kind: "text", text: "Done.\nAll tests " });
  await say(3, { kind: "usage", inputTokens: 1, outputTokens: 1, costMicros: 1 });
  await say(4, { kind: "text", text: "pass." });
  expect(await read()).toMatchObject({ sessions: [{ line: "All tests pass.", seq: 4 }] });
  await move(org.owner, task.id, "todo");
  expect(await read()).toEqual({ sessions: [], free: 2 });
  await expect(run(listSessionsAtWork, org.owner, { teamId: newId() })).rejects.toMatchObject({ code: "not_found" });
});

test("the last line is the newest that says something", () => {
  const tool = { kind: "tool", id: "t", title: "", toolKind: "read", status: "completed" } as const;
  expect(lineOfLast([])).toBeNull();
  const long = "I read the tests of the basket. Then I mend how prices are rounded";
  expect(lineOfLast([{ kind: "text", text: long }])).toBe("Then I mend how prices are rounded");
  expect(lineOfLast([{ kind: "text", text: `${long}. And` }])).toBe("Then I mend how prices are rounded. And");
  expect(lineOfLast([tool, { kind: "text", text: " b\n" }, { kind: "text", text: "a" }])).toBe("a b");
  expect(
    lineOfLast([
      { kind: "text", text: "\n" },
      { kind: "error", message: "It broke" },
    ]),
  ).toBe("It broke");
});
