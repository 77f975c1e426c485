import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { systemActor } from "../context.ts";
import { newId } from "../ids.ts";
import { as, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { moveSession } from "./driven.ts";
import { lockSessionRow } from "./finding.ts";
import { findIdle, stopIdle } from "./idle.ts";
import { createSession, getSession, sendSessionMessage } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);

test("a session in which nothing was said for long is stopped, unless somebody waits in it; a word takes it up again", async () => {
  const org = await createTestOrg(runtime);
  const open = async (idleMinutes: number) => {
    const { session } = await run(createSession, org.owner, { teamId: org.teamId });
    await as(runtime, org.owner, async (context) =>
      moveSession(context, await lockSessionRow(context, session.id), "ready"),
    );
    await db.execute(
      sql`update sessions set last_used_at = now() - make_interval(mins => ${idleMinutes}) where id = ${session.id}`,
    );
    return session.id;
  };
  const [idle, fresh, asked, watched] = [await open(31), await open(29), await open(31), await open(31)];
  await run(sendSessionMessage, org.owner, { sessionId: asked, text: "Hello?" });
  await db.execute(sql`alter table terminals disable trigger all`);
  await db.execute(sql`insert into terminals (org_id, id, workspace_id, session_id, name, rows, cols, created_by, created_at)
    values (${org.orgId}, ${newId()}, ${newId()}, ${watched}, 'bash', 24, 80, '{"kind":"user","id":"x","name":"x"}', now())`);
  await db.execute(sql`alter table terminals enable trigger all`);
  const system = systemActor(org.orgId, "sessions");
  const found = await as(runtime, system, (context) => findIdle(context, 30));
  expect(found).toEqual([{ orgId: org.orgId, sessionId: idle }]);
  const stop = (id: string) => as(runtime, system, (context) => stopIdle(context, id, 30));
  expect([await stop(idle), await stop(fresh), await stop(asked), await stop(watched)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(await stop(idle), "once").toBe(false);
  const read = async () => (await run(getSession, org.owner, { sessionId: idle })).session;
  expect(await read()).toMatchObject({ status: "stopped", statusReason: expect.stringContaining("Say something") });
  await run(sendSessionMessage, org.owner, { sessionId: idle, text: "Go on." });
  expect((await read()).status).toBe("initializing");
});
