import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { ActorRef } from "#db/columns.ts";
import type { Context } from "../context.ts";
import type { PermissionAnswer } from "../drivers/driver.ts";
import { consumeApproval } from "../human-requests/approvals.ts";
import { hashOf } from "../human-requests/canonical.ts";
import { findRequest } from "../human-requests/finding.ts";
import type { action as actionSchema } from "../human-requests/schema.ts";
import { openRequest } from "../human-requests/service.ts";
import type { PolicyCache } from "./cache.ts";
import { type Decided, inShort, weigh } from "./deciding.ts";
import { raiseFlags } from "./flags.ts";
import type { SeenFolder } from "./paths.ts";
import { type Asked, exactRules, type Facts } from "./rules.ts";
import { type PermissionData, permissionData } from "./schema.ts";
import { findSessionOf } from "./service.ts";

type Action = z.output<typeof actionSchema>;

/** Larger inputs are told by their hash and their beginning; the hash holds for all of it. */
const mostShown = 4_000;

/**
 * Asks a person whether an agent's tool may do exactly this. The same action asked again while it is open is the same
 * request. A standing permission for `tool.<kind>` answers it at once, unless it is the third of the session's flags.
 * @returns the request's id; its answer is taken with `takePermission`.
 */
export async function openPermission(
  context: Context,
  { sessionId, ask, folders }: { sessionId: string; ask: Asked; folders?: readonly SeenFolder[] | undefined },
  cache?: PolicyCache,
): Promise<string> {
  const session = await findSessionOf(context, sessionId);
  const { decided, facts } = await weigh(context, { session, ask, folders }, cache);
  const data: PermissionData = {
    permission: { sessionId, rules: exactRules(facts), flags: decided.raises, needsPerson: decided.needsPerson },
  };
  return openRequest(context, {
    kind: "permission",
    teamId: session.teamId,
    taskId: session.taskId,
    sessionId,
    title: titleOf(ask, facts).slice(0, 300),
    detail: detailOf(ask, decided),
    action: actionOf(sessionId, ask),
    isPersonal: decided.needsPerson,
    blocksTask: await holdsTask(context, session.taskId),
    data,
  });
}

/**
 * What came of a request for a permission; a yes is used up by it, once, for exactly this action.
 * @returns undefined while nobody has answered.
 * @throws AppError conflict when the yes was used already, forbidden when it was for another action
 */
export async function takePermission(
  context: Context,
  { requestId, sessionId, ask }: { requestId: string; sessionId: string; ask: Asked },
): Promise<(PermissionAnswer & { by: ActorRef | null }) | undefined> {
  const request = await findRequest(context, requestId);
  if (request.status === "pending") return undefined;
  const { answer } = request;
  const isYes = typeof answer === "object" && answer !== null && "approved" in answer && answer.approved === true;
  // What a standing permission answers with are no words of a person.
  const said = { by: request.closedBy, ...(request.policyId === null ? noteIn(answer) : {}) };
  if (request.status !== "resolved" || !isYes) return { decision: "reject", ...said };
  await consumeApproval(context, actionOf(sessionId, ask));
  const session = await findSessionOf(context, sessionId);
  const { permission } = permissionData.parse(request.data);
  const isStanding = await hasPolicyOf(context, requestId);
  const why = { because: request.title, requestId, isStanding: permission.needsPerson && isStanding };
  await raiseFlags(context, session, permission.flags, why);
  return { decision: isStanding ? "allow_always" : "allow_once", ...said };
}

function noteIn(answer: unknown): { note?: string } {
  if (typeof answer !== "object" || answer === null || !("note" in answer)) return {};
  const note = typeof answer.note === "string" ? answer.note.trim() : "";
  return note === "" ? {} : { note };
}

/** What is asked for, exactly: another input is another action, the tool's own number for the call is not part of it. */
function actionOf(sessionId: string, { tool, toolKind, command, paths, input }: Asked): Action {
  const whole = JSON.stringify(input ?? null);
  return {
    name: `tool.${toolKind.replace(/[^\w-]/g, "_").slice(0, 40) || "other"}`,
    input: {
      ...{ session: sessionId, tool, command: command?.slice(0, mostShown) ?? null, paths: paths.slice(0, 50) },
      sha256: hashOf({ command, paths, input: input ?? null }),
      input:
        whole.length <= mostShown ? (input ?? null) : { begins: whole.slice(0, mostShown), characters: whole.length },
    },
  };
}

const verbs: Record<string, string> = {
  execute: "Run",
  edit: "Change",
  delete: "Delete",
  move: "Move",
  read: "Read",
  search: "Search",
  fetch: "Fetch",
};
const verbOf = ({ toolKind }: Asked) => verbs[toolKind] ?? "Use";

/** What it would do, as a person says it: "Change docs/usage.md" rather than the tool's name and the sandbox's paths. */
function titleOf(ask: Asked, facts: Facts): string {
  const verb = verbOf(ask);
  if (ask.command !== null || ask.paths.length === 0 || !(ask.toolKind in verbs)) return `${verb} ${inShort(facts)}`;
  return `${verb} ${ask.paths.map((path) => path.replace(/^\/work\//, "")).join(", ")}`.replace(/\s+/g, " ");
}

/** The agent's own words stand in a fence that they cannot close. */
function detailOf({ tool, title, command, paths, input }: Asked, { reason }: Decided): string {
  const shown =
    command ?? (paths.length > 0 && input === undefined ? paths.join("\n") : JSON.stringify(input ?? null, null, 2));
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const code = shown.length > mostShown ? `${shown.slice(0, mostShown)}\n… ${shown.length} characters in all` : shown;
  const head = title ? `${tool}: ${title.slice(0, 300)}` : tool;
  return `${reason}\n\n${fence}text\n${head.replaceAll(fence, "")}\n\n${code}\n${fence}`;
}

/** Whether the task stands still meanwhile: while its agent, which asks, holds it. */
async function holdsTask({ tx, actor }: Context, taskId: string | null): Promise<boolean> {
  if (!taskId) return false;
  const [held] = await tx.execute(sql`select 1 from leases where org_id = ${actor.orgId} and task_id = ${taskId}
    and ended_at is null and coalesce(agent_id, user_id)::text = ${actor.id}`);
  return held !== undefined;
}

async function hasPolicyOf({ tx, actor }: Context, requestId: string): Promise<boolean> {
  const [policy] = await tx.execute(
    sql`select 1 from tool_policies where org_id = ${actor.orgId} and request_id = ${requestId} limit 1`,
  );
  return policy !== undefined;
}
