import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { ChannelKind } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { findChannel } from "./finding.ts";
import { requireOwnerOf } from "./handles.ts";
import { formatChannelName } from "./name.ts";
import { accessChannel } from "./publishing.ts";
import type { ChannelInfo, channelList, listInput, listScopes, locks, profile } from "./schema.ts";
import { timerPaths } from "./timers.ts";

/** What the product itself says on channels. */
const builtIn: { kind: ChannelKind; path: string; description: string }[] = [
  {
    kind: "public",
    path: accessChannel.replace("public.", ""),
    description: "Requests to be let in to locked channels, with their reason.",
  },
  ...timerPaths.map((path) => ({
    kind: "system" as const,
    path,
    description: `Ticks when a ${path.replace("timer.", "").replaceAll(".", " ")} begins, in UTC.`,
  })),
];

/** A channel as the actor sees it, whether it was ever used or not. */
export async function readChannel(context: Context, name: string): Promise<ChannelInfo> {
  const { kind, owner, path } = await findChannel(context, name);
  const ownerId = owner?.id ?? context.actor.orgId;
  const only = sql`select ${kind}::text as kind, ${ownerId}::uuid as owner_id, ${path}::text as path`;
  const [found] = await readChannels(context, only, { limit: 1 });
  if (!found) throw new Error("a channel that was found is not there");
  return found;
}

/** Channels that are used, decided about or the product's own, by name. */
export async function listChannels(
  context: Context,
  { scope, search, owner: handle, cursor, limit }: z.output<typeof listInput>,
): Promise<z.output<typeof channelList>> {
  const owner = handle === undefined ? undefined : await requireOwnerOf(context, handle);
  const known = owner ? knownOf(context, owner.id) : allKnown(context);
  const rows = await readChannels(context, known, { limit: limit + 1, search, after: cursor, scope });
  const channels = rows.slice(0, limit).map(({ schema: _schema, grants: _grants, ...channel }) => channel);
  const { tx, actor } = context;
  const [own] = await tx.execute<{ handle: string }>(
    sql`select handle from handles where org_id = ${actor.orgId} and owner_id::text = ${actor.id} and is_current`,
  );
  return {
    handle: own?.handle ?? null,
    channels,
    next: rows.length > limit ? (channels.at(-1)?.channel ?? null) : null,
  };
}

/** Who somebody is, with the channels they have. @throws AppError not_found for the handle. */
export async function readProfile(context: Context, handle: string): Promise<z.output<typeof profile>> {
  const owner = await requireOwnerOf(context, handle);
  const { tx, actor } = context;
  const [person] = await tx.execute<{ name: string; role: string }>(
    owner.kind === "agent"
      ? sql`select name, role from agents where org_id = ${actor.orgId} and id = ${owner.id}`
      : sql`select u.name, m.role from memberships m join users u on u.id = m.user_id
          where m.org_id = ${actor.orgId} and m.user_id = ${owner.id}`,
  );
  const rows = await readChannels(context, knownOf(context, owner.id), { limit: 200 });
  const channels = rows.map(({ grants: _grants, ...channel }) => channel);
  return { handle: owner.handle, kind: owner.kind, name: person?.name ?? "", role: person?.role ?? "", channels };
}

/** Which channels of somebody are locked. @throws AppError not_found for the handle. */
export async function listLocks(context: Context, handle: string): Promise<z.output<typeof locks>> {
  const owner = await requireOwnerOf(context, handle);
  const rows = await context.tx.execute<{ path: string }>(sql`select path from channels
    where org_id = ${context.actor.orgId} and owner_id = ${owner.id} and locked_at is not null order by path`);
  return { handle: owner.handle, locked: rows.map(({ path }) => formatChannelName("agent", owner.handle, path)) };
}

const allKnown = ({ actor }: Context) => sql`
  select s.kind, s.owner_id, s.path from channel_streams s where s.org_id = ${actor.orgId}
  union select 'agent', c.owner_id, c.path from channels c where c.org_id = ${actor.orgId}
  union select b.kind, ${actor.orgId}::uuid, b.path from ${builtInRows}`;
const knownOf = ({ actor }: Context, ownerId: string) => sql`
  select s.kind, s.owner_id, s.path from channel_streams s
    where s.org_id = ${actor.orgId} and s.kind = 'agent' and s.owner_id = ${ownerId}
  union select 'agent', c.owner_id, c.path from channels c where c.org_id = ${actor.orgId} and c.owner_id = ${ownerId}`;
const builtInRows = sql`jsonb_to_recordset(${JSON.stringify(builtIn)}::text::jsonb) as b(kind text, path text, description text)`;

type Row = ChannelInfo & { isOwn: boolean; isGranted: boolean } & Record<string, unknown>;

interface Narrowing {
  limit: number;
  search?: string;
  /** The name of a channel. */
  after?: string | undefined;
  scope?: (typeof listScopes)[number];
}

const inScope = ({ actor }: Context, scope: Narrowing["scope"]): SQL => {
  if (scope === "mine") return sql`k.kind = 'agent' and k.owner_id::text = ${actor.id}`;
  if (scope === "others") return sql`k.kind = 'agent' and k.owner_id::text <> ${actor.id}`;
  return scope === "public" || scope === "system" ? sql`k.kind = ${scope}` : sql`true`;
};

async function readChannels(
  context: Context,
  known: SQL,
  { limit, search = "", after = "", scope = "all" }: Narrowing,
): Promise<ChannelInfo[]> {
  const { tx, actor } = context;
  const words = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await tx.execute<Row>(sql`with known as (${known}), described as (
      select case k.kind when 'agent' then 'agent.' || h.handle else k.kind end || '.' || k.path as channel, k.kind,
        case k.kind when 'agent' then h.handle end as owner, k.owner_id, k.path, coalesce(c.description, b.description) as description,
        c.schema, c.locked_at, c.keep_count, c.keep_seconds, c.org_id, c.id
      from known k
      left join handles h on h.org_id = ${actor.orgId} and h.owner_id = k.owner_id and h.is_current
      left join channels c on c.org_id = ${actor.orgId} and c.owner_id = k.owner_id and c.path = k.path and k.kind = 'agent'
      left join ${builtInRows} on b.kind = k.kind and b.path = k.path
      where (k.kind <> 'agent' or h.handle is not null) and ${inScope(context, scope)}
    )
    select d.channel, d.kind, d.owner, d.locked_at is not null as locked, d.description, d.schema,
      case d.kind when 'public' then json_build_object('count', 100, 'seconds', 3600)
        else case when d.keep_count is not null then json_build_object('count', d.keep_count, 'seconds', d.keep_seconds) end end as keeps,
      coalesce(s.seq, 0)::float8 as messages, ${isoTime(sql`s.used_at`)} as "lastUsedAt", ${isoTime(sql`s.spoken_at`)} as "lastMessageAt",
      coalesce((select sum(n.messages) from channel_minutes n where n.org_id = s.org_id and n.channel_id = s.id
        and n.minute > now() - interval '1 hour'), 0)::int as "lastHour", d.owner_id::text = ${actor.id} as "isOwn",
      exists (select 1 from channel_grants g where g.org_id = d.org_id and g.channel_id = d.id and g.grantee_id::text = ${actor.id}) as "isGranted",
      coalesce((select json_agg(gh.handle order by gh.handle) from channel_grants g
        join handles gh on gh.org_id = g.org_id and gh.owner_id = g.grantee_id and gh.is_current
        where g.org_id = d.org_id and g.channel_id = d.id), '[]') as grants
    from described d
    left join channel_streams s on s.org_id = ${actor.orgId} and s.kind = d.kind and s.owner_id = d.owner_id and s.path = d.path
    where d.channel collate "C" > ${after} and (${search} = '' or d.channel ilike ${words} or d.description ilike ${words})
    order by d.channel collate "C" limit ${limit}`);
  const mayPublishAtAll = actor.permissions.has("channel:write");
  return rows.map(({ isOwn, isGranted, grants, ...row }) => ({
    ...row,
    grants: isOwn ? grants : null,
    maySubscribe: !row.locked || isOwn || isGranted,
    mayPublish: mayPublishAtAll && (row.kind === "public" || isOwn),
  }));
}
