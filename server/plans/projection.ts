import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import { applyEdit, planDocument } from "./document.ts";
import { planEvents } from "./events.ts";

const edited = planEvents["plan.edited"];

export const planProjections: Projections<typeof planEvents> = {
  "plan.created": (tx, events) =>
    tx.execute(sql`insert into plans (org_id, id, number, team_id, repo_id, title, requirements, files, status, rigor, mode,
        claim_seconds, latest_version, cloned_from_id, created_by, created_at, updated_at, status_changed_at)
      select e.org_id, e.subject_id, (e.data->>'number')::int, e.team_id, (e.data->>'repoId')::uuid, e.data->>'title',
        e.data->>'requirements', e.data->'files', 'draft', e.data->>'rigor', e.data->>'mode', (e.data->>'claimSeconds')::int, 0,
        (e.data->>'clonedFromId')::uuid, e.actor, e.at, e.at, e.at from ${events}`),
  "plan.updated": (tx, events) =>
    tx.execute(sql`update plans p set title = coalesce(e.data->>'title', p.title),
      requirements = coalesce(e.data->>'requirements', p.requirements), files = coalesce(e.data->'files', p.files),
      rigor = coalesce(e.data->>'rigor', p.rigor), mode = coalesce(e.data->>'mode', p.mode),
      repo_id = case when e.data ? 'repoId' then (e.data->>'repoId')::uuid else p.repo_id end,
      claim_seconds = case when e.data ? 'claimSeconds' then (e.data->>'claimSeconds')::int else p.claim_seconds end, updated_at = e.at
      from ${events} where p.org_id = e.org_id and p.id = e.subject_id`),
  "plan.version_written": async (tx, events) => {
    await tx.execute(sql`update plan_versions v set status = 'superseded', updated_at = e.at from ${events}
      where v.org_id = e.org_id and v.plan_id = e.subject_id and v.status = 'draft'`);
    await tx.execute(sql`insert into plan_versions (org_id, plan_id, version, status, document, source, written_with, created_by,
        created_at, updated_at)
      select e.org_id, e.subject_id, (e.data->>'version')::int, 'draft', e.data->'document', e.data->>'source',
        e.data->>'writtenWith', e.actor, e.at, e.at from ${events}`);
    await tx.execute(sql`update plans p set latest_version = (e.data->>'version')::int, updated_at = e.at from ${events}
      where p.org_id = e.org_id and p.id = e.subject_id`);
  },
  // Applied here and not told whole by the event: a plan of a thousand tasks is edited a word at a time.
  "plan.edited": async (tx, _events, list) => {
    for (const { orgId, subjectId, data, at } of list) {
      const { version, edits } = edited.parse(data);
      const which = sql`v.org_id = ${orgId} and v.plan_id = ${subjectId} and v.version = ${version}`;
      const [row] = await tx.execute<{ document: unknown }>(sql`select v.document from plan_versions v where ${which}`);
      if (!row) throw new Error("a version of a plan that was edited is not there");
      const document = edits.reduce(applyEdit, planDocument.parse(row.document));
      await tx.execute(sql`update plan_versions v set document = ${JSON.stringify(document)}::text::jsonb, updated_at = ${at}::timestamptz
        where ${which}`);
      await tx.execute(
        sql`update plans set updated_at = ${at}::timestamptz where org_id = ${orgId} and id = ${subjectId}`,
      );
    }
  },
  "plan.approved": async (tx, events) => {
    await tx.execute(sql`update plan_versions v set status = case when v.version = (e.data->>'version')::int then 'approved' else 'superseded' end,
        updated_at = e.at from ${events}
      where v.org_id = e.org_id and v.plan_id = e.subject_id and (v.version = (e.data->>'version')::int or v.status = 'approved')`);
    await tx.execute(sql`update plans p set approved_version = (e.data->>'version')::int, updated_at = e.at from ${events}
      where p.org_id = e.org_id and p.id = e.subject_id`);
  },
  // Under a number of its own: whoever still sees the draft can neither edit nor approve another in its place.
  "plan.revision_discarded": async (tx, events) => {
    await tx.execute(sql`update plan_versions v set status = 'superseded', updated_at = e.at from ${events}
      where v.org_id = e.org_id and v.plan_id = e.subject_id and v.status = 'draft'`);
    await tx.execute(sql`insert into plan_versions (org_id, plan_id, version, status, document, source, written_with, created_by,
        created_at, updated_at)
      select v.org_id, v.plan_id, (e.data->>'version')::int, 'approved', v.document, v.source, v.written_with, v.created_by, e.at, e.at
        from ${events} join plans p on p.org_id = e.org_id and p.id = e.subject_id
        join plan_versions v on v.org_id = p.org_id and v.plan_id = p.id and v.version = p.approved_version`);
    await tx.execute(sql`update plan_versions v set status = 'superseded', updated_at = e.at
      from ${events} join plans p on p.org_id = e.org_id and p.id = e.subject_id
      where v.org_id = p.org_id and v.plan_id = p.id and v.version = p.approved_version`);
    await tx.execute(sql`update plans p set latest_version = (e.data->>'version')::int, approved_version = (e.data->>'version')::int,
      updated_at = e.at from ${events} where p.org_id = e.org_id and p.id = e.subject_id`);
  },
  "plan.status_changed": (tx, events) =>
    tx.execute(sql`update plans p set status = e.data->>'to', reason = e.data->>'reason', updated_at = e.at, status_changed_at = e.at
      from ${events} where p.org_id = e.org_id and p.id = e.subject_id`),
};
