import { afterAll, describe, expect, it } from "vitest";
import { sql } from "drizzle-orm";
import { createTestMember, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { previewContext } from "#server/task-contexts/operations.ts";
import { createTask } from "#server/tasks/operations.ts";
import { createTeam } from "#server/teams/operations.ts";
import { workIn } from "#server/test/work.ts";
import { chunksOf } from "./chunking.ts";
import { embedderOf } from "./embedder.ts";
import { indexSource, listDueSources } from "./indexing.ts";
import { searchByMeaning } from "./searching.ts";
import {
  addDocument,
  cancelIndexing,
  listKnowledge,
  lookupType,
  removeKnowledge,
  replaceDocument,
} from "./operations.ts";
import { quantise, VectorBlock } from "./vectors.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);
afterAll(() => embedderOf(runtime).close());

const until = new AbortController().signal;
async function indexAll(orgId: string) {
  for (const due of await listDueSources(runtime)) if (due.orgId === orgId) await indexSource(runtime, due, until);
}

const handbook = `# Signing in
Sessions of people are cookies. Fix the sign-in bug in authentication before anything else.

${"# Animals\nThe cat sat on the mat and looked at the rain for the whole afternoon.\n".repeat(8)}

# Merging
How to merge a git branch: the queue tests it first.
${"The queue takes several at once and cuts a failing batch in halves.\n".repeat(6)}`;

describe("chunks", () => {
  it("cover every line once, are small, and begin where something new begins", () => {
    const text = `# One\n${"word ".repeat(100)}\n\n# Two\n${"x".repeat(5_000)}\nlast`;
    const chunks = chunksOf(text);
    expect(Math.max(...chunks.map(({ body }) => body.length))).toBeLessThanOrEqual(961);
    expect(
      chunks
        .map(({ body }) => body)
        .join("")
        .replaceAll(/\s/g, ""),
    ).toBe(text.replaceAll(/\s/g, ""));
    expect(chunks[1]?.body.startsWith("# Two")).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ lastLine: 6 });
    expect(chunksOf("")).toEqual([]);
    expect(chunksOf("a\0b\ud800")[0]?.body).toBe("ab\ufffd");
  });
});

describe("vectors", () => {
  it("in one byte a dimension find the same nearest ones", () => {
    const block = new VectorBlock(64);
    let seed = 1;
    const next = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648 - 0.5;
    };
    const all = Array.from({ length: 3_000 }, () => Array.from({ length: 64 }, next));
    for (const [at, vector] of all.entries()) block.add([`v${at}`], quantise(vector));
    const near = block.nearest(quantise(all[1_000] ?? []), 3);
    expect(near[0]).toMatchObject({ id: "v1000" });
    expect(near[0]?.score).toBeGreaterThan(0.999);
    expect(near.map(({ score }) => score)).toEqual(near.map(({ score }) => score).toSorted((a, b) => b - a));
  });
});

describe("a document", () => {
  it("is found by what it means, and by its words; a change is found instead, and nothing when it is gone", async () => {
    const org = await createTestOrg(runtime);
    const search = (query: string) => searchByMeaning(runtime, { orgId: org.orgId, teams: "all", query, most: 3 });
    expect(await search("anything")).toEqual([]);
    const { source } = await run(addDocument, org.owner, { title: "Handbook", body: handbook, teamId: null });
    expect(source.indexing.status).toBe("queued");
    await indexAll(org.orgId);
    const [listed] = (await run(listKnowledge, org.owner, {})).sources;
    expect(listed).toMatchObject({ files: 1, indexing: { status: "done", filesDone: 1, filesTotal: 1 } });
    expect((await search("user cannot authenticate"))[0]).toMatchObject({
      source: "Handbook",
      text: expect.stringContaining("Signing in"),
    });
    expect((await run(lookupType, org.owner, { name: "merg*" })).hits[0]?.text).toContain("# Merging");
    await run(replaceDocument, org.owner, {
      sourceId: source.id,
      title: "Handbook",
      body: "# Deploying\nWe deploy on Fridays.",
    });
    await indexAll(org.orgId);
    const after = await search("user cannot authenticate");
    expect(after.map(({ text }) => text)).toEqual(["# Deploying\nWe deploy on Fridays."]);
    await run(removeKnowledge, org.owner, { sourceId: source.id });
    expect(await search("deploy")).toEqual([]);
    expect((await run(lookupType, org.owner, { name: "deploy" })).hits).toEqual([]);
  });

  it("is found by nobody of another organization, and one of a team by that team alone", async () => {
    const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
    const outsider = { ...(await createTestMember(runtime, org, "member")), teams: [] };
    await run(addDocument, org.owner, {
      title: "Secret",
      body: "The password of the safe is swordfish.",
      teamId: org.teamId,
    });
    await indexAll(org.orgId);
    const ask = (orgId: string, teams: "all" | string[]) =>
      searchByMeaning(runtime, { orgId, teams, query: "password of the safe", most: 3 });
    expect(await ask(org.orgId, [org.teamId])).toHaveLength(1);
    expect(await ask(org.orgId, [])).toEqual([]);
    expect(await ask(other.orgId, "all")).toEqual([]);
    expect(await ask(other.orgId, [org.teamId])).toEqual([]);
    expect((await run(lookupType, outsider, { name: "swordfish" })).hits).toEqual([]);
    expect((await run(lookupType, other.owner, { name: "swordfish" })).hits).toEqual([]);
    expect((await run(lookupType, org.owner, { name: "swordfish" })).hits).toHaveLength(1);
    expect((await run(listKnowledge, outsider, {})).sources).toEqual([]);
  });

  it("that did not change is not embedded again, and indexing that was cut off goes on where it was", async () => {
    const org = await createTestOrg(runtime);
    const { source } = await run(addDocument, org.owner, { title: "A", body: "One thing.", teamId: null });
    const stop = new AbortController();
    stop.abort();
    const due = { orgId: org.orgId, sourceId: source.id };
    await indexSource(runtime, due, stop.signal);
    expect((await run(listKnowledge, org.owner, {})).sources[0]?.indexing.status).toBe("running");
    await indexAll(org.orgId);
    const stamps = () =>
      runtime.db.execute<{ stamp: string }>(
        sql`select stamp::text as stamp from knowledge_chunks where org_id = ${org.orgId}`,
      );
    const before = await stamps();
    expect(before).toHaveLength(1);
    await run(replaceDocument, org.owner, { sourceId: source.id, title: "A", body: "One thing." });
    await indexAll(org.orgId);
    expect(await stamps()).toEqual(before);
    await expect(run(cancelIndexing, org.owner, { sourceId: source.id })).rejects.toThrow("not being indexed");
  });

  it("whose indexing is cancelled stays as far as it came", async () => {
    const org = await createTestOrg(runtime);
    const { source } = await run(addDocument, org.owner, { title: "A", body: "One thing.", teamId: null });
    await run(cancelIndexing, org.owner, { sourceId: source.id });
    await indexAll(org.orgId);
    expect((await run(listKnowledge, org.owner, {})).sources[0]).toMatchObject({
      chunks: 0,
      indexing: { status: "cancelled" },
    });
  });
});

it.each(["(((", "' or 1=1 --", "a & | b", "*", "\\", "ünïcödé", "x".repeat(200)])(
  "looking up %j is answered, whatever it is",
  async (name) => {
    const org = await createTestOrg(runtime);
    expect((await run(lookupType, org.owner, { name })).hits).toEqual([]);
  },
);

describe("the context of a task", () => {
  it("holds the pieces of what is known that speak of the same, and nothing of other teams", async () => {
    const org = await createTestOrg(runtime);
    await run(addDocument, org.owner, { teamId: org.teamId, title: "Handbook", body: handbook });
    await indexAll(org.orgId);
    const title = "Let the merge queue cut a failing batch in thirds";
    const { task } = await run(createTask, org.owner, { teamId: org.teamId, title });
    const { sections } = await run(previewContext, org.owner, { task: task.id });
    const known = sections.filter(({ key }) => key.startsWith("knowledge:"));
    expect(known[0]?.text).toContain("cuts a failing batch");
    expect(known[0]?.why).toMatch(/^Of Handbook; it speaks of .*(queue|failing|batch)/);
    const { team } = await run(createTeam, org.owner, { name: "Others" });
    const other = await run(createTask, org.owner, { teamId: team.id, title });
    const theirs = await run(previewContext, org.owner, { task: other.task.id });
    expect(theirs.sections.some(({ key }) => key.startsWith("knowledge:"))).toBe(false);
  });
});
