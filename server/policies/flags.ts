import { eq, and } from "drizzle-orm";
import type { SessionFlag } from "#db/enums.ts";
import { sessionFlagRows } from "#db/schema/policies.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import type { Facts } from "./rules.ts";

/** Programs that speak to other machines: what they bring is not ours, and what they are given leaves. */
const speaking =
  /^(curl|wget|nc|ncat|netcat|socat|telnet|ssh|scp|sftp|rsync|ftp|gh|glab|aws|gcloud|az|kubectl|docker|podman|dig|nslookup)$/;
const fetching = /^(npm|npx|pnpm|yarn|bun|pip3?|uv|cargo|go|gem|apt|apt-get|brew)$/;
const publishing = /^(npm|pnpm|yarn|cargo|gem|docker|podman|twine) (publish|push|upload)\b/;

/** What a session that does this has had to do with (the "rule of two": any two of the three are fine). */
export function flagsOf({ asked, line, aspects }: Facts): SessionFlag[] {
  const flags = new Set<SessionFlag>();
  const isForeign = asked.tool.startsWith("mcp__") && !asked.tool.startsWith("mcp__entourage__");
  if (
    isForeign ||
    asked.toolKind === "fetch" ||
    /^web/i.test(asked.tool) ||
    aspects.some(({ kind }) => kind === "network")
  )
    flags.add("untrusted_input").add("outward_effect");
  for (const { words } of line?.parts ?? []) {
    const program = words[0]?.split("/").at(-1) ?? "";
    if (speaking.test(program)) flags.add("untrusted_input").add("outward_effect");
    if (fetching.test(program) && words.length > 1) flags.add("untrusted_input");
    if (publishing.test(`${program} ${words[1] ?? ""}`)) flags.add("outward_effect");
  }
  if (asked.command !== null || asked.paths.length > 0) flags.add("private_data");
  return [...flags];
}

export interface Raised {
  flag: SessionFlag;
  because: string;
  raisedAt: Date;
  requestId: string | null;
  isStanding: boolean;
}

/** What a session has had to do with so far. */
export async function readFlags({ tx, actor }: Context, sessionId: string): Promise<Raised[]> {
  return tx
    .select({
      flag: sessionFlagRows.flag,
      because: sessionFlagRows.because,
      raisedAt: sessionFlagRows.raisedAt,
      requestId: sessionFlagRows.requestId,
      isStanding: sessionFlagRows.isStanding,
    })
    .from(sessionFlagRows)
    .where(and(eq(sessionFlagRows.orgId, actor.orgId), eq(sessionFlagRows.sessionId, sessionId)))
    .orderBy(sessionFlagRows.raisedAt);
}

/** Whether doing this makes all three come together, or goes on with all three, without a person having let it for good. */
export function isThird(had: readonly Raised[], needed: readonly SessionFlag[]): boolean {
  if (needed.length === 0) return false;
  const all = new Set([...had.map(({ flag }) => flag), ...needed]);
  return all.size === 3 && !had.some(({ isStanding }) => isStanding);
}

/** Keeps what a session has had to do with; what it had already stays as it was first. */
export async function raiseFlags(
  context: Context,
  session: { id: string; teamId: string; taskId: string | null },
  flags: readonly SessionFlag[],
  {
    because,
    requestId = null,
    isStanding = false,
  }: { because: string; requestId?: string | null; isStanding?: boolean },
): Promise<void> {
  const had = await readFlags(context, session.id);
  const fresh = flags.filter((flag) => isStanding || !had.some((one) => one.flag === flag));
  if (fresh.length === 0) return;
  await record(context, "session.flagged", [
    {
      ...{ subject: session.id, team: session.teamId, task: session.taskId },
      data: { flags: fresh, because: because.slice(0, 500), requestId, isStanding },
    },
  ]);
}

/**
 * Who has the same past has had to do with the same, so a copy of a conversation begins with what its parent had. What a
 * person let the parent do, they let that one do.
 */
export async function inheritFlags(
  context: Context,
  parentId: string,
  child: { id: string; teamId: string; taskId: string | null },
): Promise<void> {
  for (const { flag, because } of await readFlags(context, parentId))
    await raiseFlags(context, child, [flag], { because });
}
