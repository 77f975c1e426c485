import { existsSync } from "node:fs";
import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { MergeStrategy } from "#db/enums.ts";
import { commitsBetween } from "../git/history.ts";
import { listBranches, listMergedRefs } from "../git/landing.ts";
import { repositoryPath } from "../repos/queries.ts";
import type { Finding } from "./finding.ts";

interface AuditedRepo extends Record<string, unknown> {
  orgId: string;
  id: string;
  name: string;
  defaultBranch: string;
  /** Heads the default branch had when it came from outside: what is reachable from them was never ours to gate. */
  received: string[];
  passedTrees: string[];
  merged: { job: string; commit: string; strategy: MergeStrategy }[];
  taskBranches: string[];
}

/** What Postgres and the bare repositories must agree on. */
export async function checkRepositories(
  tx: Tx,
  dataDir: string,
  { expectMerges }: { expectMerges: boolean },
): Promise<Finding[]> {
  const repos =
    await tx.execute<AuditedRepo>(sql`select r.org_id as "orgId", r.id, r.name, r.default_branch as "defaultBranch",
    array(select distinct e.data->>'headCommit' from events e where e.org_id = r.org_id and e.subject_id = r.id
      and e.type in ('repo.ready', 'repo.fetched') and e.data->>'headCommit' is not null) as received,
    array(select distinct g.tree from gate_runs g where g.org_id = r.org_id and g.repo_id = r.id and g.passed) as "passedTrees",
    coalesce((select json_agg(json_build_object('job', j.id, 'commit', j.merge_commit, 'strategy', j.strategy)) from merge_jobs j
      where j.org_id = r.org_id and j.repo_id = r.id and j.status = 'merged'), '[]') as merged,
    array(select t.branch from tasks t where t.org_id = r.org_id and t.repo_id = r.id) as "taskBranches"
    from repos r where r.status = 'ready'`);
  const gated = new Counter();
  const landed = new Counter();
  const branches = new Counter();
  for (const repo of repos) {
    const path = repositoryPath({ dataDir }, repo);
    if (!existsSync(path)) {
      landed.fault(`the repository ${repo.name} is not on disk`);
      continue;
    }
    await checkGates(repo, path, gated);
    await checkMergedRefs(repo, path, landed);
    await checkBranches(repo, path, branches);
  }
  return [
    gated.finding(
      "main is gated",
      "Every commit on a default branch has a passed gate for exactly its tree.",
      "commits",
      expectMerges,
    ),
    landed.finding(
      "merged means landed",
      "A merge is recorded as merged exactly when git holds its mark.",
      "merges",
      expectMerges,
    ),
    branches.finding(
      "no orphan branches",
      "Every branch of a repository is its default branch or a task's.",
      "branches",
      expectMerges,
    ),
  ];
}

async function checkGates(
  { name, defaultBranch, received, passedTrees, merged }: AuditedRepo,
  path: string,
  counter: Counter,
) {
  const head = (await listBranches(path)).get(defaultBranch);
  if (!head) return;
  const ours = await commitsBetween(path, null, head, { firstParent: true, limit: 100_000 });
  const passed = new Set(passedTrees);
  const outside = new Set<string>();
  for (const commit of received) {
    for (const { id } of await commitsBetween(path, null, commit, { limit: 100_000 }).catch(() => [])) outside.add(id);
  }
  const landed = new Map(merged.map(({ commit, strategy }) => [commit, strategy]));
  let newer: MergeStrategy | undefined;
  for (const { id, tree } of ours) {
    const strategy = landed.get(id);
    // What the source has now may hold what we merged before: that was ours to gate all the same.
    const isOutside = strategy === undefined && outside.has(id);
    const isStep = strategy === undefined && newer === "rebase";
    if (isOutside || !isStep) newer = strategy;
    if (isOutside || isStep) continue;
    counter.looked++;
    // The commits below the tip of a rebase were never the branch by themselves: it moved over them at once.
    if (!passed.has(tree))
      counter.fault(`${name}: ${id.slice(0, 10)} is on ${defaultBranch} without a passed gate for its tree`);
  }
}

async function checkMergedRefs({ name, merged }: AuditedRepo, path: string, counter: Counter) {
  const marks = await listMergedRefs(path);
  for (const { job, commit } of merged) {
    counter.looked++;
    const mark = [...marks].find(([ref]) => ref.endsWith(job))?.[1];
    if (mark !== commit) counter.fault(`${name}: merge ${job} is recorded as ${commit}, git says ${mark ?? "nothing"}`);
  }
  for (const [ref, commit] of marks) {
    if (!merged.some(({ job }) => ref.endsWith(job)))
      counter.fault(`${name}: git holds ${ref} (${commit.slice(0, 10)}) that no merge recorded`);
  }
}

async function checkBranches({ name, defaultBranch, taskBranches }: AuditedRepo, path: string, counter: Counter) {
  const known = new Set([defaultBranch, ...taskBranches]);
  for (const branch of (await listBranches(path)).keys()) {
    counter.looked++;
    if (!known.has(branch)) counter.fault(`${name}: the branch ${branch} belongs to no task`);
  }
}

class Counter {
  looked = 0;
  readonly faults: string[] = [];

  fault(text: string) {
    this.faults.push(text);
  }

  finding(check: string, promise: string, unit: string, mustLook: boolean): Finding {
    const faults = this.looked === 0 && mustLook ? [...this.faults, `there are no ${unit} to look at`] : this.faults;
    return { check, promise, unit, looked: this.looked, faults: faults.slice(0, 5), faultCount: faults.length };
  }
}
