import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createAgent } from "#server/agents/operations.ts";
import { getProfile } from "#server/channels/operations.ts";
import { openSecrets } from "#server/keyring.ts";
import { createTestMember, createTestOrg } from "#server/test/fixtures.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { workIn } from "#server/test/work.ts";
import { until } from "../realtime/test/harness.ts";
import { channels } from "./part.ts";

const { runtime, db } = await openTestDoors();
const { run } = workIn(runtime);
const stopping = new AbortController();
const stop = await channels.start({
  runtime,
  secrets: openSecrets(runtime.config.dataDir),
  log: runtime.log,
  signal: stopping.signal,
});
afterAll(async () => {
  stopping.abort();
  await stop();
});

test("whoever comes to an organization has a handle a moment later, and keeps it", async () => {
  const org = await createTestOrg(runtime);
  await createTestMember(runtime, org, "member", "Zoë Ünal");
  await run(createAgent, org.owner, { teamId: org.teamId, name: "Rio" });
  await run(createAgent, org.owner, { teamId: org.teamId, name: "rio." });
  const handles = async () =>
    (
      await db.execute<{ handle: string }>(sql`select handle from handles where org_id = ${org.orgId} order by handle`)
    ).map(({ handle }) => handle);
  // The owner, the manager that came with the team, two agents and a person.
  const given = await until("handles for all", async () => {
    const found = await handles();
    return found.length === 5 && found;
  });
  expect(given).toEqual(expect.arrayContaining(["olivia", "rio", "rio-2", "zoe-unal"]));
  expect(await run(getProfile, org.owner, { handle: "zoe-unal" })).toMatchObject({
    kind: "user",
    name: "Zoë Ünal",
    role: "member",
  });
  expect(await run(getProfile, org.owner, { handle: "rio-2" })).toMatchObject({
    kind: "agent",
    name: "rio.",
    role: "engineer",
  });
});
