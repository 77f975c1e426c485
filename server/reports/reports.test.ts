import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { compareWithFold } from "../events/replay.ts";
import { newId } from "../ids.ts";
import { createTestAgent, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { openTestDoors } from "../test/doors.ts";
import { workIn } from "../test/work.ts";
import { workspacePath } from "../workspaces/place.ts";
import { getReport, listReports, removeReport, saveReport, shareReport } from "./operations.ts";

const { runtime, db, url, address, keyOf } = await openTestDoors();
const { run } = workIn(runtime);

/** A working copy with files, as an agent leaves it. */
async function workingCopy(orgId: string, teamId: string, files: Record<string, string | Uint8Array>) {
  const id = newId();
  const by = { kind: "system", id: "test", name: "test" };
  await db.execute(sql`insert into workspaces (org_id, id, team_id, name, source, branch, setup_script, status, created_by, created_at, updated_at)
    values (${orgId}, ${id}, ${teamId}, 'copy', 'folder', 'main', '', 'ready', ${JSON.stringify(by)}::jsonb, now(), now())`);
  const place = workspacePath(runtime.settings, orgId, id);
  await mkdir(place, { recursive: true });
  for (const [name, data] of Object.entries(files)) await writeFile(join(place, name), data);
  return { id, place };
}

test("a file of a working copy stays as a report when the copy is gone, is found by its words, and goes with its bytes", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id: workspaceId } = await workingCopy(org.orgId, org.teamId, {
    "audit.md": "# Audit\n\nThe zebra query is slow.",
    "figures.json": '{"p95":12}',
    "paper.pdf": "%PDF-1.7 …",
  });
  const save = async (path: string) => (await run(saveReport, agent, { workspaceId, path })).report;
  const audit = await save("audit.md");
  expect(audit).toMatchObject({ name: "audit.md", kind: "markdown", teamId: org.teamId, createdBy: { id: agent.id } });
  expect([(await save("figures.json")).kind, (await save("paper.pdf")).kind]).toEqual(["json", "pdf"]);
  const found = async (input: Record<string, unknown>) =>
    (await run(listReports, org.owner, input)).reports.map(({ name }) => name);
  expect(await found({ search: "zebra" })).toEqual(["audit.md"]);
  expect(await found({ kind: "pdf" })).toEqual(["paper.pdf"]);
  const [first, second] = [await run(listReports, org.owner, { limit: 2 }), await found({ before: audit.id })];
  expect([first.reports.length, first.next, second]).toEqual([2, first.reports[1]?.id, []]);
  expect(await run(getReport, org.owner, { reportId: audit.id })).toMatchObject({ text: /zebra/, truncated: false });
  await run(removeReport, org.owner, { reportId: audit.id });
  await expect(run(getReport, agent, { reportId: audit.id })).rejects.toMatchObject({ code: "not_found" });
  expect(await db.execute(sql`select 1 from report_contents where report_id = ${audit.id}`)).toHaveLength(0);
  await db.execute(sql`delete from workspaces where org_id = ${org.orgId}`);
  const fold = await compareWithFold(url);
  expect(fold.tables.find(({ table }) => table === "reports")).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
});

test("what is no report, is too large or lies outside of the working copy is refused in words", async () => {
  const org = await createTestOrg(runtime);
  const { id: workspaceId, place } = await workingCopy(org.orgId, org.teamId, {
    "broken.json": "{",
    "binary.md": new Uint8Array([0xff, 0xfe, 0]),
    "not.pdf": "hello",
    "empty.md": "",
    "large.html": "x".repeat(10_000_001),
    "program.sh": "echo",
  });
  await symlink("/etc/passwd", join(place, "passwd.md"));
  const save = (path: string) => run(saveReport, org.owner, { workspaceId, path });
  await expect(save("broken.json")).rejects.toThrow(/That is no JSON/);
  await expect(save("binary.md")).rejects.toThrow(/UTF-8/);
  await expect(save("not.pdf")).rejects.toThrow(/no PDF/);
  await expect(save("empty.md")).rejects.toThrow(/empty/);
  await expect(save("large.html")).rejects.toMatchObject({ code: "too_large" });
  await expect(save("program.sh")).rejects.toThrow(/none of .md, .html, .pdf and .json/);
  for (const path of ["passwd.md", "../x.md", "/etc/hosts.md", "missing.md"])
    await expect(save(path)).rejects.toMatchObject({ code: expect.stringMatching(/^(invalid|not_found|forbidden)$/) });
  await expect(run(saveReport, org.owner, { text: "x", path: "a.md" })).rejects.toThrow(/Give either/);
  expect((await run(listReports, org.owner, {})).reports).toEqual([]);
});

test("a report is its team's until it is shared, and nobody's of another organization", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const agent = await createTestAgent(runtime, org);
  const outsider: Actor = { ...(await createTestMember(runtime, org, "member")), teams: [newId()] };
  const { report } = await run(saveReport, agent, { text: "# Secret", name: "Plan" });
  const sees = async (actor: Actor) => (await run(listReports, actor, {})).reports.length;
  expect([await sees(org.owner), await sees(outsider), await sees(other.owner)]).toEqual([1, 0, 0]);
  const viewer = await createTestMember(runtime, org, "viewer");
  expect(await sees(viewer), "the team's viewers read what its members read").toBe(1);
  await expect(run(shareReport, viewer, { reportId: report.id, isShared: true })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(run(shareReport, outsider, { reportId: report.id, isShared: true })).rejects.toMatchObject({
    code: "not_found",
  });
  await run(shareReport, org.owner, { reportId: report.id, isShared: true });
  expect([await sees(outsider), await sees(other.owner)]).toEqual([1, 0]);
  await expect(run(removeReport, outsider, { reportId: report.id })).rejects.toMatchObject({ code: "forbidden" });
});

test("HTML is answered in a sandbox without any permission, everything else is kept and not shown", async () => {
  const org = await createTestOrg(runtime);
  const authorization = `Bearer ${await keyOf(org)}`;
  const attack = "<script>fetch('/api/v1/list_teams')</script><img src=https://example.com/x>";
  const get = async (input: Record<string, unknown>, more = "") => {
    const { report } = await run(saveReport, org.owner, { teamId: org.teamId, ...input });
    return fetch(`${address}/api/reports/${report.id}?org=${org.orgId}${more}`, { headers: { authorization } });
  };
  const page = await get({ text: attack, name: "page.html" });
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-disposition")).toBe("inline");
  expect(page.headers.get("content-security-policy")).toMatch(/(^|, )sandbox; default-src 'none'; style-src/);
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await page.text()).toBe(attack);
  for (const [input, more] of [
    [{ text: attack, name: "page.html" }, "&download"],
    [{ text: "# Hello", name: "x.md" }, ""],
    [{ text: "{}", name: "x.json" }, ""],
  ] as const)
    expect((await get(input, more)).headers.get("content-disposition")).toMatch(/^attachment/);
  const { report } = await run(saveReport, org.owner, { teamId: org.teamId, text: "x" });
  const foreign = `Bearer ${await keyOf(await createTestOrg(runtime))}`;
  const answers = [new Headers(), new Headers({ authorization: foreign })].map((headers) =>
    fetch(`${address}/api/reports/${report.id}`, { headers }).then(({ status }) => status),
  );
  expect(await Promise.all(answers)).toEqual([401, 404]);
});
