import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Actor, Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { slugOf } from "../ids.ts";
import { handlePattern, reservedHandles } from "./name.ts";
import type { handleList, handlesInput } from "./schema.ts";

/** Whoever has a handle: an agent or a person of the organization. */
export interface HandleOwner {
  id: string;
  kind: "agent" | "user";
  handle: string;
}

/** Who owns a handle now or owned it before; undefined when nobody ever did. */
async function findOwner({ tx, actor }: Context, handle: string): Promise<HandleOwner | undefined> {
  const [owner] = await tx.execute<HandleOwner & Record<string, unknown>>(
    sql`select c.owner_id as id, c.owner_kind as kind, c.handle from handles h
      join handles c on c.org_id = h.org_id and c.owner_id = h.owner_id and c.is_current
      where h.org_id = ${actor.orgId} and h.handle = ${handle}`,
  );
  return owner;
}

/** @throws AppError not_found, which says where handles are found. */
export async function requireOwnerOf(context: Context, handle: string): Promise<HandleOwner> {
  const owner = await findOwner(context, handle);
  if (owner) return owner;
  throw new AppError("not_found", `Nobody here has the handle ${handle}. list_channels shows who has channels.`);
}

/** Who has a handle now, by handle; people who left and archived agents keep theirs, since their channels stay. */
export async function listHandles(
  { tx, actor }: Context,
  { search, ownerId, limit }: z.output<typeof handlesInput>,
): Promise<z.output<typeof handleList>> {
  const words = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const handles = await tx.execute<z.output<typeof handleList>["handles"][number]>(sql`
    select h.handle, h.owner_kind as kind, h.owner_id as "ownerId", coalesce(a.name, u.name, h.handle) as name
    from handles h left join agents a on a.org_id = h.org_id and a.id = h.owner_id
      left join memberships m on m.org_id = h.org_id and m.user_id = h.owner_id left join users u on u.id = m.user_id
    where h.org_id = ${actor.orgId} and h.is_current and (${ownerId ?? null}::text is null or h.owner_id::text = ${ownerId ?? null})
      and (${search} = '' or h.handle ilike ${words} or coalesce(a.name, u.name) ilike ${words})
    order by h.handle limit ${limit}`);
  return { handles: [...handles] };
}

/** The actor's own handle, given at once if it has none yet. Holds it, so that its owner changes channels one at a time. */
export async function holdOwnHandle(context: Context): Promise<HandleOwner> {
  const { tx, actor } = context;
  const kind = ownerKind(actor);
  const held = () =>
    tx.execute<{ handle: string }>(sql`select handle from handles
      where org_id = ${actor.orgId} and owner_id = ${actor.id} and is_current for no key update`);
  const [known] = await held();
  if (known) return { id: actor.id, kind, handle: known.handle };
  await giveHandles(context, [{ id: actor.id, kind, name: actor.name }]);
  const [given] = await held();
  if (!given) throw new Error("a handle that was just given is not there");
  return { id: actor.id, kind, handle: given.handle };
}

/** The actor's handle to sign a message with, without holding it. */
export async function ownHandle(context: Context): Promise<string> {
  const { tx, actor } = context;
  const [known] = await tx.execute<{ handle: string }>(
    sql`select handle from handles where org_id = ${actor.orgId} and owner_id = ${actor.id} and is_current`,
  );
  return known?.handle ?? (await holdOwnHandle(context)).handle;
}

/**
 * Gives everybody of the organization who has none a handle: called by the worker whenever somebody came. (Whoever
 * speaks before that is given one at that moment.) @returns how many were given.
 */
export async function giveMissingHandles(context: Context): Promise<number> {
  const { tx, actor } = context;
  const nameless = await tx.execute<{ id: string; kind: "agent" | "user"; name: string }>(sql`
    select p.id, p.kind, p.name from (
      select a.id, 'agent' as kind, a.name, a.created_at from agents a where a.org_id = ${actor.orgId}
      union all select m.user_id, 'user', u.name, m.created_at from memberships m join users u on u.id = m.user_id
        where m.org_id = ${actor.orgId}) p
    where not exists (select 1 from handles h where h.org_id = ${actor.orgId} and h.owner_id = p.id)
    order by p.created_at, p.id limit 500`);
  await giveHandles(context, nameless);
  return nameless.length;
}

/** Organizations where somebody has no handle yet; in a system transaction. */
export async function organizationsWithoutHandles({ tx }: Context): Promise<string[]> {
  const rows = await tx.execute<{ orgId: string }>(sql`
    select a.org_id as "orgId" from agents a where not exists
      (select 1 from handles h where h.org_id = a.org_id and h.owner_id = a.id)
    union select m.org_id from memberships m where not exists
      (select 1 from handles h where h.org_id = m.org_id and h.owner_id = m.user_id) limit 100`);
  return rows.map(({ orgId }) => orgId);
}

/**
 * Takes another handle. The channels stay one's own under the new name, and the old name leads to them too.
 * @throws AppError invalid for its form, conflict when somebody has or had it.
 */
export async function changeHandle(context: Context, handle: string): Promise<HandleOwner> {
  const { tx, actor } = context;
  if (!handlePattern.test(handle) || reservedHandles.has(handle)) {
    throw new AppError("invalid", "A handle is 1 to 32 small letters, digits and dashes, not at its ends a dash.");
  }
  await lockHandles(context);
  const own = await holdOwnHandle(context);
  if (own.handle === handle) return own;
  const [taken] = await tx.execute<{ ownerId: string }>(
    sql`select owner_id as "ownerId" from handles where org_id = ${actor.orgId} and handle = ${handle}`,
  );
  if (taken && taken.ownerId !== actor.id) {
    throw new AppError("conflict", `The handle ${handle} belongs to somebody, or did. Choose another.`);
  }
  await record(context, "handle.given", [{ subject: actor.id, data: { handle, kind: own.kind } }]);
  return { ...own, handle };
}

async function giveHandles(
  context: Context,
  people: readonly { id: string; kind: "agent" | "user"; name: string }[],
): Promise<void> {
  if (people.length === 0) return;
  const { tx, actor } = context;
  await lockHandles(context);
  const rows = await tx.execute<{ handle: string; ownerId: string }>(
    sql`select handle, owner_id as "ownerId" from handles where org_id = ${actor.orgId}`,
  );
  const taken = new Set(rows.map(({ handle }) => handle));
  const owners = new Set(rows.map(({ ownerId }) => ownerId));
  const given = people
    .filter(({ id }) => !owners.has(id))
    .map(({ id, kind, name }) => ({ subject: id, data: { kind, handle: freeHandle(name, kind, taken) } }));
  await record(context, "handle.given", given);
}

/** The name as a handle, with a number when somebody has it already. */
function freeHandle(name: string, kind: "agent" | "user", taken: Set<string>): string {
  const plain = name.normalize("NFKD").replace(/\p{M}+/gu, "");
  const base = slugOf(plain, kind === "user" ? "person" : "worker")
    .slice(0, 26)
    .replace(/-+$/, "");
  for (let number = 1; ; number++) {
    const handle = number === 1 ? base : `${base}-${number}`;
    if (taken.has(handle) || reservedHandles.has(handle)) continue;
    taken.add(handle);
    return handle;
  }
}

/** Two who take a handle at once do so one after the other. */
const lockHandles = ({ tx, actor }: Context) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`handles|${actor.orgId}`}, 0))`);

/** @throws AppError forbidden for whoever owns no channels: the system. */
function ownerKind({ kind }: Actor): "agent" | "user" {
  if (kind !== "system") return kind;
  throw new AppError("forbidden", "The system owns no channels.");
}
