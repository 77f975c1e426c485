import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../context.ts";

/**
 * Who may read what an event `e` says of a conversation that is somebody's own, or of a working copy in which people talk:
 * ids of people; null where that is everybody who sees the team. The same as who sees the conversation (`shownTo` of
 * sessions) and the working copy (`reachedBy` of workspaces).
 */
export const confidants = sql`case split_part(e.type, '.', 1)
  when 'session' then (select array[s.user_id::text] from sessions s
    where s.org_id = e.org_id and s.id = e.subject_id and s.agent_kind is not null and s.user_id is not null)
  when 'workspace' then (select array_agg(s.user_id::text) || min(w.created_by->>'id') from workspaces w
    join sessions s on s.org_id = w.org_id and s.workspace_id = w.id
     and s.agent_id is null and s.task_id is null and s.user_id is not null
    where w.org_id = e.org_id and w.id = e.subject_id and w.task_id is null group by w.id)
  end` satisfies SQL;

/** Is the reader one of them? Admins are trusted with all. */
export const isConfidant = ({ id, kind, permissions }: Actor, confidants: readonly string[] | null): boolean =>
  confidants === null || kind === "system" || permissions.has("budgets:manage") || confidants.includes(id);

/** What in an event's data tells of what people talk about; that something happened, and to what status, is everybody's. */
const confidences = new Set(["name", "reason", "because", "sourceUrl", "branch", "setupScript", "error"]);

/** The data of such an event for everybody else. */
export const withoutConfidences = (data: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([field]) => !confidences.has(field)));
