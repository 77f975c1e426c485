import { and, eq } from "drizzle-orm";
import type { SessionStatus } from "#db/enums.ts";
import { sessions } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import type { SessionRow } from "./closing.ts";
import { lockSessionRow } from "./finding.ts";
import { noSession } from "./queries.ts";
import { canMove, possibleNow } from "./transitions.ts";

/**
 * A conversation that the actor may lead, locked until the commit: their own, one of their team that belongs to nobody,
 * or, for admins, any. @throws AppError not_found, the same for missing, foreign and another's.
 */
export async function lockDriven(context: Context, sessionId: string): Promise<SessionRow> {
  return refuseUnled(context, sessionId, await lockSessionRow(context, sessionId));
}

/** The same without the lock, for what has to lock something else first. */
export async function findDriven(context: Context, sessionId: string): Promise<SessionRow> {
  const { tx, actor } = context;
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, sessionId)));
  return refuseUnled(context, sessionId, session);
}

/**
 * A session that the actor may look into, without a lock: as for `lockDriven`, and those that agents elsewhere report.
 * @throws AppError not_found, the same for missing, foreign and another's.
 */
export async function findSeen(context: Context, sessionId: string): Promise<SessionRow> {
  const { tx, actor } = context;
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, sessionId)));
  if (!session || !mayLead(context, session)) throw noSession(sessionId);
  return session;
}

function refuseUnled(context: Context, sessionId: string, session: SessionRow | undefined): SessionRow {
  if (!session || !mayLead(context, session)) throw noSession(sessionId);
  if (session.agentKind === null)
    throw new AppError(
      "conflict",
      `The session ${session.id} belongs to an agent that runs elsewhere and only reports its usage here. create_session begins one to talk in.`,
    );
  return session;
}

function mayLead({ actor }: Context, { userId, agentKind, teamId, status }: SessionRow): boolean {
  if (actor.kind === "system") return true;
  if (status === "removed") return false;
  if (actor.teams !== "all" && !actor.teams.includes(teamId)) return false;
  return agentKind === null || userId === null || userId === actor.id || actor.permissions.has("budgets:manage");
}

/** Moves a session that is locked. @throws AppError conflict, telling what is possible now. */
export async function moveSession(
  context: Context,
  session: SessionRow,
  to: SessionStatus,
  { reason = null, turn }: { reason?: string | null; turn?: number } = {},
): Promise<void> {
  if (!canMove(session.status, to)) throw cannot(session, to);
  await record(context, "session.moved", [
    {
      ...{ subject: session.id, team: session.teamId, task: session.taskId },
      data: { from: session.status, to, reason, ...(turn === undefined ? {} : { turn }) },
    },
  ]);
  wakeWorkers(context, session.id);
}

/** Something was asked of whoever drives the session; who watches it looks too. A hint: workers look by themselves as well. */
export function wakeWorkers({ hints, actor: { orgId } }: Context, sessionId: string): void {
  hints.push({ topic: "session_asked", orgId, about: sessionId }, { topic: "session_told", orgId, about: sessionId });
}

/** @throws AppError conflict */
export function cannot({ status, statusReason }: SessionRow, wanted: string): AppError {
  const possible: readonly string[] = possibleNow[status];
  const next = possible.length > 0 ? ` Possible now: ${possible.join(", ")}.` : "";
  return new AppError(
    "conflict",
    `The session is ${status}${statusReason ? ` (${statusReason})` : ""}, so it cannot become ${wanted}.${next}`,
  );
}
