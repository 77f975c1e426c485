import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { learningEvents } from "./events.ts";

export const learningProjections: Projections<typeof learningEvents> = {
  "learning.recorded": (tx, events) =>
    tx.execute(sql`insert into learnings (org_id, id, team_id, repo_id, task_id, kind, body, source, created_by, created_at, updated_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'repoId')::uuid, e.task_id, e.data->>'kind', e.data->>'body',
        e.data->>'source', e.actor, e.at, e.at from ${events}`),
  "learning.edited": (tx, events) =>
    tx.execute(sql`update learnings l set kind = e.data->>'kind', body = e.data->>'body', updated_at = e.at from ${events}
      where l.org_id = e.org_id and l.id = e.subject_id`),
  "learning.removed": (tx, events) =>
    tx.execute(sql`update learnings l set removed_at = e.at, updated_at = e.at from ${events}
      where l.org_id = e.org_id and l.id = e.subject_id`),
};
