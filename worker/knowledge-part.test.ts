import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { openSecrets } from "#server/keyring.ts";
import { addDocument, listKnowledge, searchKnowledge } from "#server/knowledge/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { knowledge } from "./knowledge-part.ts";
import { until } from "./realtime/test/harness.ts";

const { runtime, db } = await openTestDoors();
const { run } = workIn(runtime);

test("a search is answered by a worker; without one it is refused at once, with what works meanwhile", async () => {
  const { owner } = await createTestOrg(runtime);
  const body = "# Merging\nA branch goes to the main line once its tests passed.\n";
  await run(addDocument, owner, { title: "Handbook", body, teamId: null });
  const search = () => run(searchKnowledge, owner, { query: "when may a branch be merged?" });
  await expect(search()).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("lookup_type"),
  });

  const secrets = openSecrets(runtime.config.dataDir);
  const { signal } = new AbortController();
  const stop = await knowledge.start({ runtime, secrets, log: runtime.log, signal });
  try {
    await db.execute(sql`insert into worker_beats (id, started_at, beat_at) values ('here', now(), now())`);
    const isIndexed = async () =>
      (await run(listKnowledge, owner, {})).sources.every(({ indexing }) => indexing.status === "done");
    await until("the document to be indexed", isIndexed);
    expect((await search()).hits[0]).toMatchObject({ source: "Handbook" });
  } finally {
    await stop();
  }
});
