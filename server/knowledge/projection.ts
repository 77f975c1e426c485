import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { knowledgeEvents } from "./events.ts";

export const knowledgeProjections: Projections<typeof knowledgeEvents> = {
  "knowledge.added": (tx, events) =>
    tx.execute(sql`insert into knowledge_sources (org_id, id, team_id, kind, title, repo_id, content_hash, created_by, created_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'kind', e.data->>'title', (e.data->>'repoId')::uuid, e.data->>'contentHash',
        e.actor, e.at from ${events}`),
  "knowledge.replaced": (tx, events) =>
    tx.execute(sql`update knowledge_sources k set title = e.data->>'title', content_hash = e.data->>'contentHash' from ${events}
      where k.org_id = e.org_id and k.id = e.subject_id`),
  "knowledge.removed": (tx, events) =>
    tx.execute(
      sql`update knowledge_sources k set removed_at = e.at from ${events} where k.org_id = e.org_id and k.id = e.subject_id`,
    ),
};
