import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { AgentRole, AgentRuntime, KeyScope, OrgRole } from "#db/enums.ts";
import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { agentPermissions, narrowToReview, narrowToScopes, rolePermissions } from "../permissions.ts";
import { type Resolved, resolveActor } from "./actor-cache.ts";
import { isWellFormed } from "./key.ts";
import { hashSecret } from "./secret.ts";

/**
 * Who holds this API key. A key of an agent acts as the agent; one without acts as the person who made it, with that
 * person's role of the moment. Either ends with the membership of its maker.
 * @throws AppError unauthenticated, the same for unknown, expired, revoked and ended.
 */
export async function actorForKey(runtime: Runtime, key: string, ip: string): Promise<Actor> {
  // A mistyped key is known by its checksum: no query, so guessing costs the guesser only.
  if (!isWellFormed(key)) throw badKey();
  const hash = hashSecret(key);
  const actor = await resolveActor(runtime, `key:${hash}`, () =>
    asSystem(runtime, (context) => findKeyHolder(context, sql`k.hash = ${hash}`, ip)),
  );
  return { ...actor, ip };
}

/**
 * Whoever a session works for: its agent, or its owner narrowed to what agents may. The token lives as long as a worker
 * drives the session; an agent that works on a task writes to it by its live lease alone, as everywhere.
 * @throws AppError unauthenticated, the same for unknown and ended.
 */
export async function actorForRunToken(runtime: Runtime, token: string, ip: string): Promise<Actor> {
  const [row] = await asSystem(runtime, ({ tx }) =>
    tx.execute<
      KeyRow & { sessionId: string; taskId: string | null; leaseId: string | null; reviewId: string | null }
    >(sql`select s.org_id as "orgId", s.id as "sessionId", s.task_id as "taskId", r.lease_id as "leaseId", r.review_id as "reviewId", s.agent_id as "agentId", a.name as "agentName", a.role as "agentRole",
        a.runtime, a.team_id as "teamId", m.user_id as "userId", u.name as "userName", m.role, ${teamsOf(sql`s.org_id`, sql`m.user_id`)} as teams
      from session_runs r join sessions s on s.org_id = r.org_id and s.id = r.session_id
      left join agents a on a.org_id = s.org_id and a.id = s.agent_id and a.status <> 'archived'
      left join memberships m on m.org_id = s.org_id and m.user_id = s.user_id and m.status = 'active'
      left join users u on u.id = m.user_id
      where r.token_hash = ${hashSecret(token)} and r.held_until > now() and s.status in ('initializing', 'ready', 'running', 'waiting')
        and coalesce(a.id, m.user_id) is not null`),
  );
  if (!row) throw new AppError("unauthenticated", "This session has ended, and its token with it.");
  const holder = row.agentId
    ? agentActor(row.agentId, row)
    : memberActor({ id: row.userId ?? "", name: row.userName }, row);
  const { sessionId, taskId, leaseId, reviewId } = row;
  const run = row.agentId && taskId ? { run: { sessionId, taskId, leaseId, reviewId } } : {};
  const own = narrowToScopes([...holder.permissions], ["agent"]);
  const permissions = reviewId ? narrowToReview(own) : own;
  return { ...holder, ...run, sessionId, permissions, ip };
}

/** Who acts by the key with this id, for what was derived from the key. @throws AppError unauthenticated when it ended. */
export async function actorForKeyId(
  runtime: Runtime,
  { orgId, keyId }: { orgId: string; keyId: string },
  ip: string,
): Promise<Actor> {
  const actor = await resolveActor(runtime, `key-id:${orgId}:${keyId}`, () =>
    asSystem(runtime, (context) => findKeyHolder(context, sql`k.org_id = ${orgId} and k.id = ${keyId}`, ip)),
  );
  return { ...actor, ip };
}

/**
 * Who holds the tokens of this family: a person in one of their organizations, or whoever the API key acts as that they
 * were exchanged for. `orgRefs` are the token's own organization and the one the caller asks for: both must be the one.
 * @throws AppError unauthenticated when the family, its key or every membership ended; not_found for an organization that
 * is missing or foreign.
 */
export async function actorForToken(
  runtime: Runtime,
  familyId: string,
  orgRefs: readonly string[],
  ip: string,
): Promise<Actor> {
  const actor = await resolveActor(runtime, `token:${familyId}:${orgRefs.join(" ")}`, () =>
    asSystem(runtime, (context) => findTokenHolder(context, familyId, orgRefs, ip)),
  );
  return { ...actor, ip };
}

/**
 * Who is signed in, in one of their organizations: the named one (slug or id), or the one they joined first. Somebody
 * who is in none acts for the instance alone: may list and make organizations and accept invitations.
 * @throws AppError unauthenticated when the sign-in ended; not_found for an organization that is missing or foreign.
 */
export async function actorForSignIn(
  runtime: Runtime,
  signInId: string,
  orgRef: string | undefined,
  ip: string,
): Promise<Actor> {
  const actor = await resolveActor(runtime, `sign-in:${signInId}:${orgRef ?? ""}`, () =>
    asSystem(runtime, (context) => findSignedIn(context, signInId, orgRef ? [orgRef] : [])),
  );
  return { ...actor, ip };
}

/** A person outside of any organization. */
export function instanceActor(person: { id: string; name: string }): Actor {
  return {
    kind: "user",
    id: person.id,
    name: person.name,
    orgId: "",
    role: "viewer",
    permissions: new Set(["instance:use"]),
    teams: [],
  };
}

/** A person in an organization. */
export function memberActor(
  person: { id: string; name: string },
  { orgId, role, teams }: { orgId: string; role: OrgRole; teams: readonly string[] },
): Actor {
  return {
    kind: "user",
    id: person.id,
    name: person.name,
    orgId,
    role,
    permissions: new Set(rolePermissions[role]),
    teams: role === "owner" || role === "admin" ? "all" : teams,
  };
}

/** A transaction over all organizations: for what comes before one is known. */
export function asSystem<Result>(runtime: Runtime, work: (context: Context) => Promise<Result>): Promise<Result> {
  return inTransaction(runtime, systemActor("", "sign-in"), { requestId: "sign-in", system: true }, work);
}

/** Which of these keys would still let somebody in. */
export async function findLiveKeys(tx: Tx, keyIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.execute<{ id: string }>(
    sql`select k.id from ${keysAndHolders} where k.id = any(${`{${keyIds.join(",")}}`}::uuid[]) and ${keyIsLive}`,
  );
  return new Set(rows.map(({ id }) => id));
}

export const badKey = (): AppError =>
  new AppError(
    "unauthenticated",
    "This API key is not valid. It may be mistyped, expired or revoked; ask for a new one.",
  );

const milliseconds = (column: SQL) => sql`(extract(epoch from ${column}) * 1000)::float8`;
const teamsOf = (orgId: SQL, userId: SQL) =>
  sql`array(select tm.team_id::text from team_members tm where tm.org_id = ${orgId} and tm.user_id = ${userId})`;

const keysAndHolders = sql`api_keys k
    left join agents a on a.org_id = k.org_id and a.id = k.agent_id and a.status <> 'archived'
    left join memberships m on m.org_id = k.org_id and m.user_id = k.created_by_user_id and m.status = 'active'`;
/** A key ends by revocation and by time, with its agent, and with the membership of its maker. */
const keyIsLive = sql`k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
      and (k.agent_id is null or a.id is not null) and (k.created_by_user_id is null or m.user_id is not null)
      and coalesce(k.agent_id, k.created_by_user_id) is not null`;

type KeyRow = {
  orgId: string;
  keyId: string;
  scopes: KeyScope[];
  endsAt: number | null;
  isStale: boolean;
  agentId: string | null;
  agentName: string;
  agentRole: AgentRole;
  runtime: AgentRuntime;
  teamId: string;
  userId: string | null;
  userName: string;
  role: OrgRole;
  teams: string[];
};

async function findKeyHolder({ tx }: Context, which: SQL, ip: string): Promise<Resolved> {
  const [row] = await tx.execute<KeyRow>(sql`select k.org_id as "orgId", k.id as "keyId", k.scopes,
      ${milliseconds(sql`k.expires_at`)} as "endsAt",
      x.last_used_at is null or x.last_used_at < now() - interval '1 minute' as "isStale",
      k.agent_id as "agentId", a.name as "agentName", a.role as "agentRole", a.runtime, a.team_id as "teamId",
      m.user_id as "userId", u.name as "userName", m.role, ${teamsOf(sql`k.org_id`, sql`m.user_id`)} as teams
    from ${keysAndHolders}
    left join users u on u.id = m.user_id
    left join api_key_uses x on x.org_id = k.org_id and x.key_id = k.id
    where ${which} and ${keyIsLive}`);
  if (!row) throw badKey();
  if (row.isStale) {
    await tx.execute(sql`insert into api_key_uses (org_id, key_id, last_used_at, ip) values (${row.orgId}, ${row.keyId}, now(), ${ip})
      on conflict (org_id, key_id) do update set last_used_at = excluded.last_used_at, ip = excluded.ip`);
  }
  const holder = row.agentId
    ? agentActor(row.agentId, row)
    : memberActor({ id: row.userId ?? "", name: row.userName }, row);
  const permissions = narrowToScopes([...holder.permissions], row.scopes);
  return { actor: { ...holder, permissions, keyId: row.keyId }, endsAt: row.endsAt ?? Number.POSITIVE_INFINITY };
}

/** An agent as itself. */
export function agentActor(
  id: string,
  {
    orgId,
    agentName,
    agentRole,
    runtime,
    teamId,
  }: Pick<KeyRow, "orgId" | "agentName" | "agentRole" | "runtime" | "teamId">,
): Actor {
  return {
    kind: "agent",
    id,
    name: agentName,
    orgId,
    role: agentRole,
    permissions: new Set(agentPermissions[agentRole]),
    teams: [teamId],
    agent: { teamId, role: agentRole, runtime },
  };
}

type SignInRow = {
  userId: string;
  name: string;
  endsAt: number;
  isStale: boolean;
  orgId: string | null;
  role: OrgRole;
  teams: string[];
};

async function findTokenHolder(
  context: Context,
  familyId: string,
  orgRefs: readonly string[],
  ip: string,
): Promise<Resolved> {
  const [family] = await context.tx.execute<{ keyId: string | null; forOrgId: string | null; endsAt: number }>(
    sql`select s.key_id as "keyId", s.for_org_id as "forOrgId", ${milliseconds(sql`s.expires_at`)} as "endsAt"
      from sign_ins s where s.id = ${familyId}::uuid and s.kind = 'token' and s.revoked_at is null and s.expires_at > now()`,
  );
  if (!family) throw endedToken();
  if (!family.keyId) {
    const found = await findSignedIn(context, familyId, orgRefs);
    // A browser may accept an invitation without belonging anywhere; a client of somebody who was shut out may nothing.
    if (!found.actor.orgId) throw endedToken();
    return found;
  }
  const key = await findKeyHolder(context, sql`k.org_id = ${family.forOrgId} and k.id = ${family.keyId}`, ip);
  return { actor: { ...key.actor, familyId }, endsAt: Math.min(key.endsAt, family.endsAt) };
}

const endedToken = (): AppError =>
  new AppError("unauthenticated", "This access token is not valid any more. Sign in again for a new one.");

async function findSignedIn({ tx }: Context, signInId: string, orgRefs: readonly string[]): Promise<Resolved> {
  const [row] =
    await tx.execute<SignInRow>(sql`select u.id as "userId", u.name, ${milliseconds(sql`s.expires_at`)} as "endsAt",
      s.last_seen_at < now() - interval '1 minute' as "isStale",
      o.org_id as "orgId", o.role, ${teamsOf(sql`o.org_id`, sql`u.id`)} as teams
    from sign_ins s join users u on u.id = s.user_id
    left join lateral (
      select m.org_id, m.role from memberships m join organizations o on o.org_id = m.org_id
       where m.user_id = u.id and m.status = 'active'
         ${sql.join(
           orgRefs.map((ref) => sql`and (o.slug = ${ref} or o.org_id::text = ${ref})`),
           sql` `,
         )}
       order by m.created_at, m.org_id limit 1
    ) o on true
    where s.id = ${signInId}::uuid and s.revoked_at is null and s.expires_at > now()`);
  if (!row) throw new AppError("unauthenticated", "You are signed out. Sign in again.");
  if (row.isStale) await tx.execute(sql`update sign_ins set last_seen_at = now() where id = ${signInId}::uuid`);
  if (!row.orgId && orgRefs.length > 0) {
    throw new AppError("not_found", `There is no organization ${orgRefs.at(-1)} here. list_orgs shows yours.`);
  }
  const person = { id: row.userId, name: row.name };
  const actor = row.orgId ? memberActor(person, { ...row, orgId: row.orgId }) : instanceActor(person);
  return { actor: { ...actor, signInId }, endsAt: row.endsAt };
}
