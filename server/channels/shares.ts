import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Channel } from "./finding.ts";

/** How many channels may be in use: of one owner, and public ones of an organization. Idle ones are trimmed. */
const mostSpoken = { agent: 1_000, public: 10_000, system: 100 };
/** And how many of an organization may be listened to on which nobody ever spoke. */
const mostSilent = 1_000;

/**
 * A new channel is one more row; names made up without end must not fill the table, and listening to names of somebody
 * must not use up theirs. Called by whoever just added one.
 * @throws AppError conflict
 */
export async function refuseTooMany(
  { tx, actor }: Context,
  { kind, owner }: Channel,
  how: "spoken" | "silent",
): Promise<void> {
  const most = how === "spoken" ? mostSpoken[kind] : mostSilent;
  const which =
    how === "spoken" ? sql`kind = ${kind} and owner_id = ${owner?.id ?? actor.orgId} and seq > 0` : sql`seq = 0`;
  const [counted] = await tx.execute<{ n: number }>(sql`select count(*)::int as n from (select 1 from channel_streams
    where org_id = ${actor.orgId} and ${which} limit ${most + 1}) s`);
  if ((counted?.n ?? 0) <= most) return;
  const whose = kind === "agent" && how === "spoken" ? "You use" : "This organization uses";
  throw new AppError("conflict", `${whose} ${most} such channels already. list_channels shows those there are.`);
}
