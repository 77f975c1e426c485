import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { sessionEvents } from "./events.ts";

/** The numbers of a usage, as columns of its event. */
const used = sql`(e.data->>'inputTokens')::bigint, (e.data->>'outputTokens')::bigint, (e.data->>'cacheReadTokens')::bigint,
        (e.data->>'cacheWriteTokens')::bigint, (e.data->>'costMicros')::bigint`;

export const sessionProjections: Projections<typeof sessionEvents> = {
  "session.started": (tx, events) =>
    tx.execute(sql`insert into sessions (org_id, id, team_id, agent_id, user_id, plan_id, task_id, name, model, status, input_tokens,
        output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, calls, turns, started_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'agentId')::uuid, (e.data->>'userId')::uuid, (e.data->>'planId')::uuid, e.task_id, e.data->>'name',
        e.data->>'model', 'ready', 0, 0, 0, 0, 0, 0, 0, e.at from ${events}`),
  "session.created": (tx, events) =>
    tx.execute(sql`insert into sessions (org_id, id, team_id, agent_id, user_id, plan_id, task_id, name, model, status, agent_kind, mode,
        workspace_id, parent_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, calls, turns, started_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'agentId')::uuid, (e.data->>'userId')::uuid, (e.data->>'planId')::uuid, e.task_id, e.data->>'name',
        e.data->>'model', 'initializing', e.data->>'agentKind', e.data->>'mode', (e.data->>'workspaceId')::uuid, (e.data->>'parentId')::uuid,
        0, 0, 0, 0, 0, 0, 0, e.at from ${events}`),
  "session.moved": (tx, events) =>
    tx.execute(sql`update sessions s set status = e.data->>'to', status_reason = e.data->>'reason',
        turns = coalesce((e.data->>'turn')::int, s.turns), last_used_at = e.at,
        ended_at = case when e.data->>'to' in ('stopped', 'error', 'archived', 'removing', 'removed') then coalesce(s.ended_at, e.at) end,
        end_reason = case when e.data->>'to' in ('stopped', 'error', 'archived', 'removing', 'removed') then coalesce(e.data->>'reason', s.end_reason) end
      from ${events} where s.org_id = e.org_id and s.id = e.subject_id`),
  "session.renamed": (tx, events) =>
    tx.execute(
      sql`update sessions s set name = e.data->>'name' from ${events} where s.org_id = e.org_id and s.id = e.subject_id`,
    ),
  "session.changed": (tx, events) =>
    tx.execute(sql`update sessions s set model = case when e.data ? 'model' then e.data->>'model' else s.model end,
        mode = case when e.data ? 'mode' then e.data->>'mode' else s.mode end,
        workspace_id = case when e.data ? 'workspaceId' then (e.data->>'workspaceId')::uuid else s.workspace_id end,
        sandbox_id = case when e.data ? 'sandboxId' then (e.data->>'sandboxId')::uuid else s.sandbox_id end,
        external_id = case when e.data ? 'externalId' then e.data->>'externalId' else s.external_id end
      from ${events} where s.org_id = e.org_id and s.id = e.subject_id`),
  "session.ended": (tx, events) =>
    tx.execute(sql`update sessions s set status = 'stopped', ended_at = e.at, end_reason = e.data->>'reason'
      from ${events} where s.org_id = e.org_id and s.id = e.subject_id`),
  // Three tables, in this order.
  "usage.recorded": async (tx, events) => {
    await tx.execute(sql`insert into usage_records (org_id, id, session_id, team_id, agent_id, user_id, plan_id, task_id, provider, model,
        input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, uncovered_micros, own_key, estimated, key, booked_at, recorded_at)
      select e.org_id, e.subject_id, (e.data->>'sessionId')::uuid, e.team_id, (e.data->>'agentId')::uuid, (e.data->>'userId')::uuid,
        (e.data->>'planId')::uuid, e.task_id, e.data->>'provider', e.data->>'model', ${used}, (e.data->>'uncoveredMicros')::bigint,
        coalesce((e.data->>'ownKey')::boolean, false), coalesce((e.data->>'estimated')::boolean, false), e.data->>'key',
        (e.data->>'bookedAt')::timestamptz, e.at from ${events}`);
    await tx.execute(sql`update sessions s set input_tokens = s.input_tokens + u.i, output_tokens = s.output_tokens + u.o,
        cache_read_tokens = s.cache_read_tokens + u.r, cache_write_tokens = s.cache_write_tokens + u.w,
        cost_micros = s.cost_micros + u.c, calls = s.calls + u.n, last_used_at = u.at
      from (select org_id, session_id, sum(i) as i, sum(o) as o, sum(r) as r, sum(w) as w, sum(c) as c, count(*) as n, max(at) as at
        from (select e.org_id, (e.data->>'sessionId')::uuid as session_id, e.at, ${used} from ${events}) x(org_id, session_id, at, i, o, r, w, c)
        group by 1, 2) u
      where s.org_id = u.org_id and s.id = u.session_id`);
    await tx.execute(sql`insert into task_costs (org_id, task_id, tokens, cost_micros)
      select org_id, task_id, sum(i + o + r + w)::bigint, sum(c)::bigint
        from (select e.org_id, e.task_id, ${used} from ${events} where e.task_id is not null) x(org_id, task_id, i, o, r, w, c)
        group by 1, 2 order by 1, 2
      on conflict (org_id, task_id) do update set tokens = task_costs.tokens + excluded.tokens,
        cost_micros = task_costs.cost_micros + excluded.cost_micros`);
  },
};
