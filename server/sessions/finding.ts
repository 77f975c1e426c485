import { and, eq } from "drizzle-orm";
import { sessions } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import type { SessionRow } from "./closing.ts";
import { noSession } from "./queries.ts";

/** A session of the organization, whoever's it is, locked until the commit. @throws AppError not_found */
export async function lockSessionRow({ tx, actor }: Context, sessionId: string): Promise<SessionRow> {
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, sessionId)))
    .for("update");
  if (!session) throw noSession(sessionId);
  return session;
}
