import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import { sandboxes } from "#db/schema/sandboxes.ts";
import { terminals } from "#db/schema/terminals.ts";
import { actorRef, type Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { findSeen } from "../sessions/driven.ts";
import { findReadyWorkspace } from "../workspaces/queries.ts";
import { findTerminal, listTerminals, shown, type TerminalRow } from "./queries.ts";
import type { Looked } from "./listening.ts";
import type { openPreviewInput, openTerminalInput, previewPortsInput } from "./schema.ts";
import { previewDomain, previewLabel } from "./preview-host.ts";
import { makeTicket } from "./tickets.ts";

/** Nobody looks at more, and each is a shell. */
const mostOpen = 12;

/** Opens a terminal, or comes back to one; its shell starts when its socket does. */
export async function openTerminal(context: Context, input: z.output<typeof openTerminalInput>) {
  const workspace = await findReadyWorkspace(context, input.workspaceId);
  await requireSessionOf(context, workspace.id, input.sessionId);
  const row = input.terminalId
    ? await known(context, input.terminalId, workspace.id)
    : await addTerminal(context, { ...input, workspaceId: workspace.id });
  const { ticket, expiresAt } = await makeTicket(context, {
    ...{ kind: "terminal", workspaceId: workspace.id, terminalId: row.id, sessionId: row.sessionId },
  });
  const at = row.sessionId ? await machineOf(context, row.sessionId) : undefined;
  // A balancer before several workers reads there where to go; the worker reads the ticket alone.
  const path = `/terminal/${ticket}${at ? `/at/${encodeURIComponent(at)}` : ""}`;
  return { terminal: shown(row), ticket, path, expiresAt };
}

/** The machine on which a session's sandbox runs, as its worker told. */
export async function machineOf({ tx, actor }: Context, sessionId: string): Promise<string | undefined> {
  const [found] = await tx
    .select({ host: sandboxes.host })
    .from(sandboxes)
    .where(and(eq(sandboxes.orgId, actor.orgId), eq(sandboxes.id, sessionId), eq(sandboxes.status, "running")));
  return found?.host;
}

/** Ends a terminal; its worker ends the shell and all that runs in it. */
export async function closeTerminal(context: Context, terminalId: string): Promise<void> {
  const { id } = await findTerminal(context, terminalId);
  await endTerminal(context, id, null);
}

/** The shell is gone, or nobody wants it any more. */
export async function endTerminal({ tx, actor, now }: Context, id: string, exitCode: number | null): Promise<void> {
  await tx
    .update(terminals)
    .set({ endedAt: now, exitCode })
    .where(and(eq(terminals.orgId, actor.orgId), eq(terminals.id, id), isNull(terminals.endedAt)));
}

/** A way for a browser to a port inside, on a host of its own. */
export async function openPreview(
  context: Context,
  { workspaceId, sessionId, port }: z.output<typeof openPreviewInput>,
) {
  const workspace = await findReadyWorkspace(context, workspaceId);
  await requireSessionOf(context, workspace.id, sessionId);
  const origin = previewOrigin(context, workspace.id, port);
  const { ticket, expiresAt } = await makeTicket(context, {
    ...{ kind: "preview", workspaceId: workspace.id, sessionId: sessionId ?? null, port },
  });
  return { url: `${origin}/?entourage_ticket=${ticket}`, origin, expiresAt };
}

/** The sandbox that a preview of a workspace looks into, for whoever may open one. */
export async function findBox(
  context: Context,
  { workspaceId, sessionId }: z.output<typeof previewPortsInput>,
): Promise<Looked> {
  const workspace = await findReadyWorkspace(context, workspaceId);
  await requireSessionOf(context, workspace.id, sessionId);
  return { boxId: sessionId ?? workspace.id, isSession: sessionId !== undefined };
}

/** The same workspace and port have the same host: its pages may keep what they store, and no other may read it. */
function previewOrigin({ settings }: Context, workspaceId: string, port: number): string {
  const domain = previewDomain(settings);
  if (domain === undefined)
    throw new AppError(
      "unavailable",
      "Previews need host names of their own. Whoever runs the server names a domain in ENTOURAGE_PREVIEW_HOST whose every subdomain leads here.",
    );
  return `${new URL(settings.publicUrl).protocol}//${previewLabel(workspaceId, port)}.${domain}`;
}

/** A sandbox is named by its session's id, so whose session it is decides who looks in. @throws AppError not_found */
async function requireSessionOf(context: Context, workspaceId: string, sessionId: string | undefined): Promise<void> {
  if (sessionId === undefined) return;
  const missing = new AppError(
    "not_found",
    `There is no session ${sessionId} in this workspace. list_sessions shows them.`,
  );
  const session = await findSeen(context, sessionId).catch((error: unknown) => {
    throw error instanceof AppError ? missing : error;
  });
  if (session.workspaceId !== workspaceId) throw missing;
}

async function known(context: Context, terminalId: string, workspaceId: string): Promise<TerminalRow> {
  const row = await findTerminal(context, terminalId);
  if (row.workspaceId === workspaceId) return row;
  throw new AppError("invalid", "This terminal is of another workspace.");
}

async function addTerminal(
  context: Context,
  input: { workspaceId: string; sessionId?: string | undefined; name: string; rows: number; cols: number },
): Promise<TerminalRow> {
  const { tx, actor, now } = context;
  const open = (await listTerminals(context, input)).terminals;
  if (open.length >= mostOpen)
    throw new AppError("conflict", `${mostOpen} terminals are open in this workspace. Close one first.`);
  const { workspaceId, sessionId = null, name, rows, cols } = input;
  const values = { workspaceId, sessionId, name, rows, cols, createdBy: actorRef(actor), createdAt: now };
  const [row] = await tx
    .insert(terminals)
    .values({ orgId: actor.orgId, id: newId(), ...values })
    .returning();
  if (!row) throw new Error("a terminal was not kept");
  return row;
}
