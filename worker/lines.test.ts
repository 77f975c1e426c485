import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { createSession } from "#server/sessions/conversations.ts";
import { createSessionInput } from "#server/sessions/schema.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startLines } from "./lines.ts";
import { openPage, startHost } from "./test/live.ts";

const { runtime, db } = await openTestRuntime();
const { addTask, claim } = workIn(runtime);
const host = await startHost();
const generous = { timeout: 20_000, interval: 20 };

test("a page hears what an agent does on a task of its team, and nothing of a person's session or of another team", async () => {
  const lines = startLines(runtime, {
    push: host.push,
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => lines.stop());
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await vi.waitFor(() => expect(page.state).toBe("live"), generous);
  const begin = async (of: typeof org, isOwn: boolean) => {
    const agent = await createTestAgent(runtime, of, { runtime: "acp" });
    const task = await addTask(of);
    await claim(agent, task.id);
    const input = createSessionInput.parse({ teamId: of.teamId, task: task.id, model: "anthropic/claude-sonnet-5-5" });
    const id = isOwn
      ? await as(runtime, of.owner, (context) => createSession(context, input))
      : await as(runtime, agent, (context) => createSession(context, { ...input, agentId: agent.id }));
    return { id, orgId: of.orgId };
  };
  const say = async ({ id, orgId }: { id: string; orgId: string }, text: string) => {
    await db.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
      values (${orgId}, ${id}, 1, 1, 'text', ${JSON.stringify({ kind: "text", text })}::text::jsonb, now())`);
    runtime.wake.announce("session_told", orgId, id);
  };
  await say(await begin(other, false), "Somewhere else");
  await say(await begin(org, true), "Between us");
  const session = await begin(org, false);
  await say(session, "Reads the brief");
  await vi.waitFor(() => expect(page.lines).toMatchObject([{ id: session.id, line: "Reads the brief" }]), generous);
});
