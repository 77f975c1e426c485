import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import { leaseClocks, leases, tasks } from "#db/schema/tasks.ts";
import { actorForKey, actorForRunToken } from "../auth/actor.ts";
import { isWellFormed } from "../auth/key.ts";
import type { Actor, Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { renewLeasesOf } from "../leases/fence.ts";
import { repositoryPath } from "../repos/queries.ts";
import { voidReview } from "../reviews/service.ts";
import { tellRefused } from "../security/telling.ts";
import { lockTask } from "../tasks/finding.ts";
import type { GitAccess, GitCaller } from "./http.ts";
import { actorForLeasePassword, isLeasePassword } from "./lease-password.ts";
import type { RefUpdate } from "./push-guard.ts";

/** A lease of the pusher, and the branch that may be pushed under it. */
export interface Right {
  leaseId: string;
  taskId: string;
  ref: string;
}

/**
 * Who may do what with a repository over HTTP: everybody of its team fetches; whoever holds a task pushes its branch.
 * The user name may be a lease, to push under just that one; the password is an API key, or the password of that lease.
 */
export function gitAccess(runtime: Runtime): (caller: GitCaller) => Promise<GitAccess> {
  return async ({ org, repo: slug, service, username, password, ip }) => {
    if (!password)
      throw new AppError("unauthenticated", "Use the git password of your lease, or an API key, as the password.");
    const isOfLease = isLeasePassword(password);
    const identify = () => {
      if (isOfLease) return actorForLeasePassword(runtime, { username, password, ip: ip ?? "" });
      if (isWellFormed(password, "st_")) return actorForRunToken(runtime, password, ip ?? "");
      return actorForKey(runtime, password, ip ?? "");
    };
    const actor = await identify();
    const asActor = <Result>(work: (context: Context) => Promise<Result>) =>
      inTransaction(runtime, actor, { requestId: newId() }, work);
    const onRefused = (words: string) => void tellRefused(runtime, actor.orgId, { what: "push", by: actor, words });
    const { repo, rights } = await asActor(async (context) => {
      const found = await findBySlug(context, org, slug);
      // Any call of an agent is a sign of life, a long clone too.
      if (actor.kind === "agent") await renewLeasesOf(context);
      // The password of a lease opens nothing but the repository of its task.
      const needsLease = service === "receive-pack" || isOfLease;
      const held = needsLease ? await rightsOf(context, found.id, username) : [];
      return { repo: found, rights: held };
    }).catch((error: unknown) => {
      if (service === "receive-pack" && error instanceof AppError && error.code === "forbidden")
        onRefused(error.message);
      throw error;
    });
    const access = { repositoryPath: repositoryPath(runtime.settings, repo) };
    if (service === "upload-pack") return access;
    return {
      ...access,
      push: {
        onRefused,
        allowedRefs: rights.map(({ ref }) => ref),
        // An upload takes its time, and its key may have ended in between.
        confirm: (updates) =>
          identify().then(
            () => asActor((context) => confirmPush(context, rights, updates)),
            (error: unknown) => refusalOf(error),
          ),
        pushed: (updates) => asActor((context) => recordPushes(context, rights, updates)),
      },
    };
  };
}

/** The same answer for what is missing, foreign, archived or another team's. */
async function findBySlug({ tx, actor }: Context, org: string, slug: string): Promise<{ id: string; orgId: string }> {
  const [repo] = await tx
    .select({ id: repos.id, orgId: repos.orgId, teamId: repos.teamId, status: repos.status, name: repos.name })
    .from(repos)
    .innerJoin(organizations, eq(organizations.orgId, repos.orgId))
    .where(
      and(eq(repos.orgId, actor.orgId), eq(organizations.slug, org), eq(repos.slug, slug), isNull(repos.archivedAt)),
    );
  if (!actor.permissions.has("task:read") || !repo || !(actor.teams === "all" || actor.teams.includes(repo.teamId))) {
    throw new AppError("not_found", `There is no repository ${slug} in ${org} that this key may read.`);
  }
  if (repo.status !== "ready") {
    throw new AppError("unavailable", `The repository ${repo.name} is not ready: ${repo.status}.`, {
      retryAfterSeconds: 2,
    });
  }
  return repo;
}

/** The live leases of the actor on tasks of the repository; of those only the named one, when the user name is a lease. */
async function rightsOf({ tx, actor }: Context, repoId: string, username: string | null): Promise<Right[]> {
  if (!actor.permissions.has("task:write")) {
    throw new AppError("forbidden", "This key may fetch from the repository, but not push to it.");
  }
  const named = username && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(username) ? username : undefined;
  const rows = await tx
    .select({ leaseId: leases.id, taskId: tasks.id, branch: tasks.branch })
    .from(leases)
    .innerJoin(tasks, and(eq(tasks.orgId, leases.orgId), eq(tasks.id, leases.taskId)))
    .where(and(liveLeaseOf(actor), eq(tasks.repoId, repoId), named ? eq(leases.id, named) : undefined));
  if (rows.length === 0) throw new AppError("forbidden", named ? endedLease(named) : noLease);
  return rows.map(({ leaseId, taskId, branch }) => ({ leaseId, taskId, ref: `refs/heads/${branch}` }));
}

/** The right to push a task's branch, of whoever holds it. @throws AppError conflict where the actor does not. */
export async function pushRight(
  { tx, actor }: Context,
  task: { id: string; number: number; branch: string },
): Promise<Right> {
  const [held] = await tx
    .select({ leaseId: leases.id })
    .from(leases)
    .where(and(liveLeaseOf(actor), eq(leases.taskId, task.id)));
  if (held) return { leaseId: held.leaseId, taskId: task.id, ref: `refs/heads/${task.branch}` };
  throw new AppError("conflict", `You do not hold #${task.number}, so its branch does not move. claim_task takes it.`);
}

/** Asked when all objects have arrived: the lease is shared until the answer, and must not have run out by its clock. */
export async function confirmPush(
  { tx, actor }: Context,
  rights: readonly Right[],
  updates: readonly RefUpdate[],
): Promise<{ ok: true } | { ok: false; message: string }> {
  const needed = updates.map(({ ref }) => rights.find((right) => right.ref === ref)?.leaseId ?? "");
  if (needed.includes("")) return { ok: false, message: noLease };
  const live = await tx
    .select({ id: leases.id })
    .from(leases)
    .innerJoin(leaseClocks, and(eq(leaseClocks.orgId, leases.orgId), eq(leaseClocks.leaseId, leases.id)))
    .where(
      and(
        liveLeaseOf(actor),
        inArray(leases.id, needed),
        or(isNull(leaseClocks.expiresAt), sql`${leaseClocks.expiresAt} > clock_timestamp()`),
      ),
    )
    .for("share", { of: leases });
  const lost = needed.find((id) => !live.some((lease) => lease.id === id));
  return lost ? { ok: false, message: endedLease(lost) } : { ok: true };
}

/** The refs have moved: the board is told, and a review of what the branch was before does not count any more. */
export async function recordPushes(
  context: Context,
  rights: readonly Right[],
  updates: readonly RefUpdate[],
): Promise<void> {
  const pushed = updates.flatMap((update) => {
    const right = rights.find(({ ref }) => ref === update.ref);
    return right ? [{ taskId: right.taskId, update }] : [];
  });
  for (const { taskId, update } of pushed.sort((a, b) => (a.taskId < b.taskId ? -1 : 1))) {
    const task = await lockTask(context, taskId);
    if (task.headCommit === update.new) continue;
    const data = { commit: update.new, previous: update.old };
    await record(context, "task.pushed", [{ subject: task.id, task: task.id, team: task.teamId, data }]);
    await voidReview(context, task);
  }
}

const liveLeaseOf = (actor: Actor) =>
  and(
    eq(leases.orgId, actor.orgId),
    isNull(leases.endedAt),
    actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id),
    actor.run ? sql`${leases.id} = ${actor.run.leaseId}` : undefined,
  );

function refusalOf(error: unknown): { ok: false; message: string } {
  if (error instanceof AppError) return { ok: false, message: error.message };
  throw error;
}

const noLease =
  "You hold no task of this repository. Take one with claim_task and push its branch; work that is in review comes back with request_changes.";

const endedLease = (lease: string) =>
  `The lease ${lease} is not live, so nothing was pushed. Stop working on its task and call claim_task or wait_for_work.`;
