import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { terminals } from "#db/schema/terminals.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findSeen } from "../sessions/driven.ts";
import { shownTo } from "../sessions/queries.ts";
import { findWorkspace } from "../workspaces/queries.ts";
import type { Terminal } from "./schema.ts";

export type TerminalRow = typeof terminals.$inferSelect;

/** An open terminal of a workspace of the actor's teams. @throws AppError not_found, the same for ended and foreign. */
export async function findTerminal(context: Context, terminalId: string): Promise<TerminalRow> {
  const { tx, actor } = context;
  const [row] = await tx
    .select()
    .from(terminals)
    .where(and(eq(terminals.orgId, actor.orgId), eq(terminals.id, terminalId), isNull(terminals.endedAt)));
  const missing = new AppError("not_found", `There is no open terminal ${terminalId} here. list_terminals shows them.`);
  if (!row) throw missing;
  const { workspaceId, sessionId } = row;
  // A shell in a session's sandbox is as much its owner's as the session is.
  await (sessionId ? findSeen(context, sessionId) : findWorkspace(context, workspaceId)).catch((error: unknown) => {
    throw error instanceof AppError ? missing : error;
  });
  return row;
}

/** The open terminals of a workspace, in the order they were opened; of those in sessions the ones that the actor sees. */
export async function listTerminals(
  context: Context,
  { workspaceId }: { workspaceId: string },
): Promise<{ terminals: Terminal[] }> {
  const { id } = await findWorkspace(context, workspaceId);
  const { tx, actor } = context;
  const seen = sql`(${terminals.sessionId} is null or exists (select 1 from sessions s where s.org_id = ${terminals.orgId}
    and s.id = ${terminals.sessionId} and (${shownTo(actor)})))`;
  const rows = await tx
    .select()
    .from(terminals)
    .where(and(eq(terminals.orgId, actor.orgId), eq(terminals.workspaceId, id), isNull(terminals.endedAt), seen))
    .orderBy(asc(terminals.createdAt), asc(terminals.id));
  return { terminals: rows.map(shown) };
}

export const shown = ({
  id,
  workspaceId,
  sessionId,
  name,
  rows,
  cols,
  createdBy,
  createdAt,
}: TerminalRow): Terminal => ({
  ...{ id, workspaceId, sessionId, name, rows, cols, createdBy },
  createdAt: createdAt.toISOString(),
});
