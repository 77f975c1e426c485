-- Functions that change with the product. Run after the migrations, each time, in one transaction with the walls of
-- security.sql: what stands here is what runs. A function whose result changes its shape is dropped first.
-- Processes of the version before may run on while this is applied, and must find what they call: a function whose
-- parameters change keeps its former signature for one release, as a wrapper around the new one. A new result that they
-- could not read gets a new name.

-- Whether a team's agents take new work at a moment; null is at any time. `24:00` is the end of the day.
CREATE OR REPLACE FUNCTION within_working_hours(p_hours jsonb, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_hours IS NULL OR EXISTS (
    SELECT 1 FROM jsonb_array_elements(p_hours->'hours') h, (SELECT p_at AT TIME ZONE (p_hours->>'timeZone') AS local) l
     WHERE extract(isodow FROM l.local) = (h->>'day')::int
       AND l.local::time >= (h->>'from')::time AND l.local::time < (h->>'to')::time)
$$;

-- When a team's agents take new work again: the next beginning of its hours; null when there is none.
CREATE OR REPLACE FUNCTION next_working_hours(p_hours jsonb, p_at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT min(x.opens) FROM (SELECT p_at AT TIME ZONE (p_hours->>'timeZone') AS local) l, generate_series(0, 7) AS ahead,
    jsonb_array_elements(p_hours->'hours') h,
    LATERAL (SELECT l.local::date + ahead AS day) d,
    LATERAL (SELECT (d.day + (h->>'from')::time) AT TIME ZONE (p_hours->>'timeZone') AS opens) x
   WHERE extract(isodow FROM d.day) = (h->>'day')::int AND x.opens > p_at
$$;

-- How many approvals a review still needs by its team's rules: so many of people and of agents, at least one of
-- anybody; a person beyond those needed stands in for an agent.
CREATE OR REPLACE FUNCTION missing_approvals(p_org uuid, p_review uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('people', greatest(0, t.person_approvals - a.people),
      'agents', greatest(0, CASE WHEN t.person_approvals = 0 THEN greatest(1, t.agent_approvals) ELSE t.agent_approvals END
        - a.agents - greatest(0, a.people - t.person_approvals)))
    FROM reviews r JOIN teams t ON t.org_id = r.org_id AND t.id = r.team_id,
      LATERAL (SELECT count(*) FILTER (WHERE p.by->>'kind' = 'user')::int AS people,
        count(*) FILTER (WHERE p.by->>'kind' = 'agent')::int AS agents
        FROM review_approvals p WHERE p.org_id = r.org_id AND p.review_id = r.id) a
   WHERE r.org_id = p_org AND r.id = p_review
$$;

-- The last sign of life of an agent: a call, a key of it that was used, a lease it renewed.
CREATE OR REPLACE FUNCTION agent_last_seen(p_org uuid, p_agent uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT greatest(
    (SELECT p.last_seen_at FROM agent_presence p WHERE p.org_id = p_org AND p.agent_id = p_agent),
    (SELECT max(x.last_used_at) FROM api_keys k JOIN api_key_uses x ON x.org_id = k.org_id AND x.key_id = k.id
      WHERE k.org_id = p_org AND k.agent_id = p_agent),
    (SELECT max(c.renewed_at) FROM leases l JOIN lease_clocks c ON c.org_id = l.org_id AND c.lease_id = l.id
      WHERE l.org_id = p_org AND l.agent_id = p_agent AND l.ended_at IS NULL))
$$;

-- The one way to a task: every path (auto-assign, message, timer, retry, manual, external claim, parked waiters) goes
-- through it. For requests `{ org_id, team_id, agent_id, max }` it locks the agents, then the teams (two claims at
-- once would each count the other's task as not there, and pass the team's limit together), shares the pause switches
-- of organizations (so a pause waits for claims in flight and stops all later ones), counts free slots, and picks the
-- best ready tasks: an agent's own first, then unassigned ones (which one of the sample crew never takes); rework before priority before the longest chain of work
-- downstream before age. A paused plan gives nothing; others only to the agents of their mode. What waits for something
-- that is down (`task_waits`) goes to nobody we run. Outside of a team's
-- working hours only critical tasks go out, if any; while too many tasks wait for review, only rework. Rows another
-- claimer holds are skipped. It only picks and draws fencing tokens; the caller records `task.claimed`, whose
-- projection inserts the leases, in the same transaction. Two statements, whatever the number of requests: the locks
-- first, so that the second sees what was committed while it waited for them.
CREATE OR REPLACE FUNCTION pick_tasks(p_requests jsonb, p_task uuid DEFAULT NULL)
RETURNS TABLE (org_id uuid, team_id uuid, agent_id uuid, task_id uuid, slot integer, fence bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  -- Agents before teams before tasks before leases, each in the order of ids: the lock order of the whole product.
  PERFORM 1 FROM agents a
    JOIN jsonb_to_recordset(p_requests) AS r(org_id uuid, agent_id uuid) ON a.org_id = r.org_id AND a.id = r.agent_id
   ORDER BY a.org_id, a.id FOR UPDATE OF a;
  PERFORM 1 FROM teams t JOIN organizations o ON o.org_id = t.org_id
   WHERE (t.org_id, t.id) IN (SELECT r.org_id, r.team_id FROM jsonb_to_recordset(p_requests) AS r(org_id uuid, team_id uuid))
   ORDER BY t.org_id, t.id FOR NO KEY UPDATE OF t FOR SHARE OF o;
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    -- Who may take how many: free slots, and what the team still has room for.
    SELECT r.*, a.slots, a.is_demonstration, CASE a.runtime WHEN 'external' THEN 'external' ELSE 'auto' END AS mode, within_working_hours(t.working_hours, clock_timestamp()) AS is_open,
        t.review_limit IS NULL OR t.review_limit > (SELECT count(*) FROM tasks w WHERE w.org_id = r.org_id
          AND w.team_id = r.team_id AND w.status = 'in_review' AND w.archived_at IS NULL) AS has_review_room,
        t.max_concurrent - (SELECT count(*) FROM leases l
        WHERE l.org_id = r.org_id AND l.team_id = r.team_id AND l.ended_at IS NULL) AS team_room
      FROM ROWS FROM (jsonb_to_recordset(p_requests) AS (org_id uuid, team_id uuid, agent_id uuid, max integer))
        WITH ORDINALITY AS r(org_id, team_id, agent_id, max, place)
      JOIN agents a ON a.org_id = r.org_id AND a.id = r.agent_id AND a.team_id = r.team_id AND a.status = 'active'
      JOIN teams t ON t.org_id = r.org_id AND t.id = r.team_id AND t.archived_at IS NULL AND t.paused_at IS NULL
        AND (t.working_hours IS NULL OR (t.working_hours->>'criticalAnytime')::boolean
          OR within_working_hours(t.working_hours, clock_timestamp()))
      JOIN organizations o ON o.org_id = r.org_id AND o.paused_at IS NULL
     -- Money left is a condition of the claim: nobody starts what no call could be paid for.
     WHERE NOT EXISTS (SELECT 1 FROM closed_budgets x WHERE x.org_id = r.org_id AND x.scope_id IN (r.org_id, r.team_id, r.agent_id))
  ), seats AS MATERIALIZED (
    SELECT q.org_id, q.team_id, q.agent_id, q.place, q.team_room, q.is_open, q.has_review_room, q.mode, q.is_demonstration, f.slot,
           row_number() OVER (PARTITION BY q.agent_id ORDER BY f.slot) AS seat
      FROM asked q, LATERAL (
        SELECT s AS slot FROM generate_series(0, q.slots - 1) s
         WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.org_id = q.org_id AND l.agent_id = q.agent_id AND l.slot = s AND l.ended_at IS NULL)
         ORDER BY s LIMIT q.max) f
     WHERE q.team_room > 0
  ), mine AS MATERIALIZED (
    SELECT q.org_id, q.agent_id, k.id, row_number() OVER (PARTITION BY q.agent_id ORDER BY k.queue_rank, k.path_minutes DESC NULLS LAST, k.number) AS seat
      FROM asked q, LATERAL (
        SELECT k.id, k.queue_rank, k.path_minutes, k.number FROM tasks k
         WHERE k.org_id = q.org_id AND k.team_id = q.team_id AND k.assignee_id = q.agent_id
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL AND (p_task IS NULL OR k.id = p_task)
           AND (q.is_open OR k.priority = 'critical') AND (q.has_review_room OR k.rework > 0)
           AND NOT EXISTS (SELECT 1 FROM closed_budgets x WHERE x.org_id = k.org_id AND x.scope_id IN (k.id, k.plan_id))
           AND (q.mode = 'external' OR NOT EXISTS (SELECT 1 FROM task_waits w WHERE w.org_id = k.org_id AND w.task_id = k.id))
           AND (k.plan_id IS NULL OR EXISTS (SELECT 1 FROM plans p WHERE p.org_id = k.org_id AND p.id = k.plan_id
             AND p.status <> 'paused' AND p.mode IN ('hybrid', q.mode)))
         ORDER BY k.queue_rank, k.path_minutes DESC NULLS LAST, k.number LIMIT least(q.max, q.team_room) FOR UPDATE SKIP LOCKED) k
     WHERE q.team_room > 0
  ), left_seats AS MATERIALIZED (
    SELECT s.*, row_number() OVER (PARTITION BY s.org_id, s.team_id, s.mode ORDER BY s.seat, s.place) AS turn
      FROM seats s WHERE NOT s.is_demonstration AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.agent_id = s.agent_id AND m.seat = s.seat)
  ), free_external AS MATERIALIZED (
    SELECT g.org_id, g.team_id, g.mode, k.id, row_number() OVER (PARTITION BY g.org_id, g.team_id ORDER BY k.queue_rank, k.path_minutes DESC NULLS LAST, k.number) AS turn
      FROM (SELECT s.org_id, s.team_id, s.mode, least(count(*), max(s.team_room)) AS room,
          bool_and(s.is_open) AS is_open, bool_and(s.has_review_room) AS has_review_room FROM left_seats s WHERE s.mode = 'external' GROUP BY 1, 2, 3) g, LATERAL (
        SELECT k.id, k.queue_rank, k.path_minutes, k.number FROM tasks k
         WHERE k.org_id = g.org_id AND k.team_id = g.team_id AND k.assignee_id IS NULL
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL AND (p_task IS NULL OR k.id = p_task)
           AND (g.is_open OR k.priority = 'critical') AND (g.has_review_room OR k.rework > 0)
           AND NOT EXISTS (SELECT 1 FROM closed_budgets x WHERE x.org_id = k.org_id AND x.scope_id IN (k.id, k.plan_id))
           AND (k.plan_id IS NULL OR EXISTS (SELECT 1 FROM plans p WHERE p.org_id = k.org_id AND p.id = k.plan_id
             AND p.status <> 'paused' AND p.mode IN ('hybrid', g.mode)))
         -- By the assignee too, though it is null in all: else the order of the index is not seen, and all are read and sorted.
         ORDER BY k.assignee_id, k.queue_rank, k.path_minutes DESC NULLS LAST, k.number LIMIT g.room FOR UPDATE SKIP LOCKED) k
  ), free_auto AS MATERIALIZED (
    SELECT g.org_id, g.team_id, g.mode, k.id, row_number() OVER (PARTITION BY g.org_id, g.team_id ORDER BY k.queue_rank, k.path_minutes DESC NULLS LAST, k.number) AS turn
      FROM (SELECT s.org_id, s.team_id, s.mode, least(count(*), max(s.team_room)) AS room,
          bool_and(s.is_open) AS is_open, bool_and(s.has_review_room) AS has_review_room FROM left_seats s WHERE s.mode = 'auto' GROUP BY 1, 2, 3) g, LATERAL (
        SELECT k.id, k.queue_rank, k.path_minutes, k.number FROM tasks k
         WHERE k.org_id = g.org_id AND k.team_id = g.team_id AND k.assignee_id IS NULL
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL AND (p_task IS NULL OR k.id = p_task)
           AND (g.is_open OR k.priority = 'critical') AND (g.has_review_room OR k.rework > 0)
           AND NOT EXISTS (SELECT 1 FROM closed_budgets x WHERE x.org_id = k.org_id AND x.scope_id IN (k.id, k.plan_id))
           AND NOT EXISTS (SELECT 1 FROM task_waits w WHERE w.org_id = k.org_id AND w.task_id = k.id)
           AND NOT EXISTS (SELECT 1 FROM free_external e WHERE e.id = k.id)
           AND (k.plan_id IS NULL OR EXISTS (SELECT 1 FROM plans p WHERE p.org_id = k.org_id AND p.id = k.plan_id
             AND p.status <> 'paused' AND p.mode IN ('hybrid', g.mode)))
         -- By the assignee too, though it is null in all: else the order of the index is not seen, and all are read and sorted.
         ORDER BY k.assignee_id, k.queue_rank, k.path_minutes DESC NULLS LAST, k.number LIMIT g.room FOR UPDATE SKIP LOCKED) k
  ), matched AS (
    SELECT s.org_id, s.team_id, s.agent_id, m.id, s.slot, s.team_room, 0 AS class
      FROM seats s JOIN mine m ON m.agent_id = s.agent_id AND m.seat = s.seat
    UNION ALL
    SELECT s.org_id, s.team_id, s.agent_id, f.id, s.slot, s.team_room, 1
      FROM left_seats s JOIN (SELECT * FROM free_external UNION ALL SELECT * FROM free_auto) f
        ON f.org_id = s.org_id AND f.team_id = s.team_id AND f.mode = s.mode AND f.turn = s.turn
  )
  SELECT c.org_id, c.team_id, c.agent_id, c.id, c.slot, nextval('lease_fences')
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.org_id, x.team_id ORDER BY x.class) AS n FROM matched x) c
   WHERE c.n <= c.team_room;
END $$;

-- What a link of the chain covers. Milliseconds, not a formatted time, so that no session setting changes the hash. An
-- event without a cause hashes as it did before there were causes.
CREATE OR REPLACE FUNCTION event_content(org_id uuid, seq bigint, id uuid, type text, team_id uuid, task_id uuid, subject_id uuid,
                              actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz, cause_seq bigint)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT convert_to(concat_ws('|', org_id, seq, id, type, coalesce(team_id::text, '-'), coalesce(task_id::text, '-'),
    subject_id, actor, correlation_id, data, (extract(epoch FROM occurred_at) * 1000)::bigint, cause_seq), 'UTF8')
$$;

-- Appends events of one or several organizations. Takes each organization's head row for the last moment of the
-- transaction only, in the order of ids (no deadlock), so `seq` is gap-free and in commit order: a cursor `seq > n`
-- never loses an event. Each row's hash covers the row before it. One pass over the events, one insert.
CREATE OR REPLACE FUNCTION append_events(p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_org uuid;
  v_seq bigint;
  v_hash bytea;
  v_row record;
  v_places bigint[] := '{}';
  v_seqs bigint[] := '{}';
  v_hashes bytea[] := '{}';
BEGIN
  FOR v_row IN
    SELECT x.* FROM ROWS FROM (jsonb_to_recordset(p_events) AS (org_id uuid, id uuid, type text, team_id uuid, task_id uuid,
      subject_id uuid, actor jsonb, correlation_id text, cause_seq bigint, data jsonb, occurred_at timestamptz)) WITH ORDINALITY
      AS x(org_id, id, type, team_id, task_id, subject_id, actor, correlation_id, cause_seq, data, occurred_at, place)
     ORDER BY x.org_id, x.place
  LOOP
    IF v_row.org_id IS DISTINCT FROM v_org THEN
      IF v_org IS NOT NULL THEN
        UPDATE event_heads SET seq = v_seq, hash = v_hash WHERE org_id = v_org;
      END IF;
      v_org := v_row.org_id;
      SELECT h.seq, h.hash INTO v_seq, v_hash FROM event_heads h WHERE h.org_id = v_org FOR UPDATE;
      IF NOT FOUND THEN
        INSERT INTO event_heads (org_id, seq, hash) VALUES (v_org, 0, '') ON CONFLICT DO NOTHING;
        SELECT h.seq, h.hash INTO v_seq, v_hash FROM event_heads h WHERE h.org_id = v_org FOR UPDATE;
      END IF;
    END IF;
    v_seq := v_seq + 1;
    v_hash := sha256(v_hash || event_content(v_org, v_seq, v_row.id, v_row.type, v_row.team_id, v_row.task_id,
      v_row.subject_id, v_row.actor, v_row.correlation_id, v_row.data, v_row.occurred_at, v_row.cause_seq));
    v_places := v_places || v_row.place; v_seqs := v_seqs || v_seq; v_hashes := v_hashes || v_hash;
  END LOOP;
  UPDATE event_heads SET seq = v_seq, hash = v_hash WHERE org_id = v_org;
  INSERT INTO events (org_id, seq, id, type, team_id, task_id, subject_id, actor, correlation_id, cause_seq, data, occurred_at, hash)
  SELECT x.org_id, l.seq, x.id, x.type, x.team_id, x.task_id, x.subject_id, x.actor, x.correlation_id, x.cause_seq, x.data, x.occurred_at, l.hash
    FROM ROWS FROM (jsonb_to_recordset(p_events) AS (org_id uuid, id uuid, type text, team_id uuid, task_id uuid,
      subject_id uuid, actor jsonb, correlation_id text, cause_seq bigint, data jsonb, occurred_at timestamptz)) WITH ORDINALITY
      AS x(org_id, id, type, team_id, task_id, subject_id, actor, correlation_id, cause_seq, data, occurred_at, place)
    JOIN unnest(v_places, v_seqs, v_hashes) AS l(place, seq, hash) USING (place);
END $$;

-- The first day of the period that a moment lies in, in UTC; a life begins in 1970.
CREATE OR REPLACE FUNCTION budget_period_start(p_period text, p_at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_period WHEN 'day' THEN (p_at AT TIME ZONE 'utc')::date
    WHEN 'month' THEN date_trunc('month', p_at AT TIME ZONE 'utc')::date ELSE DATE '1970-01-01' END
$$;

-- The budgets that stop whoever they cap, now: used up, or nearly (80 %) and something was refused for want of the rest.
-- A cap of nothing stops also in a period in which nobody has spent, which has no counter yet.
-- Claims look here, by index, on a table of a few rows a team.
CREATE OR REPLACE VIEW closed_budgets WITH (security_invoker = true) AS
  SELECT b.org_id, b.scope_id, b.id AS budget_id FROM budgets b
    LEFT JOIN budget_counters c ON c.org_id = b.org_id AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, now())
   WHERE b.removed_at IS NULL AND (coalesce(c.settled_micros + c.reserved_micros, 0) >= b.cap_micros
     OR (c.exhausted_at IS NOT NULL AND c.settled_micros * 5 >= b.cap_micros * 4));
GRANT SELECT ON closed_budgets TO entourage_app, entourage_system;

-- The counters that spending by these scopes at this moment counts in, made if they are not there, locked in the order of
-- budgets. The shared lock keeps caps and the list of budgets as they are until the commit (`open_counters` takes it alone).
CREATE OR REPLACE FUNCTION lock_counters(p_org uuid, p_scopes uuid[], p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('budgets|' || p_org, 0));
  INSERT INTO budget_counters (org_id, budget_id, period_start, settled_micros, reserved_micros)
    SELECT b.org_id, b.id, budget_period_start(b.period, p_at), 0, 0 FROM budgets b
     WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM budget_counters c WHERE c.org_id = b.org_id AND c.budget_id = b.id
         AND c.period_start = budget_period_start(b.period, p_at))
     ORDER BY b.id ON CONFLICT DO NOTHING;
  PERFORM 1 FROM budget_counters c JOIN budgets b ON b.org_id = c.org_id AND b.id = c.budget_id
   WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL
     AND c.period_start = budget_period_start(b.period, p_at)
   ORDER BY c.budget_id FOR UPDATE OF c;
END $$;

-- Sets money aside if every cap has room for it, or changes nothing. Answers every budget that was asked, after it.
-- `p_scopes`: org, team, agent, user, plan, task, session, those there are.
DROP FUNCTION IF EXISTS reserve_money(uuid, uuid, uuid[], bigint, timestamptz, jsonb);
CREATE FUNCTION reserve_money(p_org uuid, p_id uuid, p_scopes uuid[], p_asked bigint, p_at timestamptz, p_for jsonb)
RETURNS TABLE (budget_id uuid, period_start date, cap bigint, settled bigint, reserved bigint, fits boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE v_fits boolean;
BEGIN
  PERFORM lock_counters(p_org, p_scopes, p_at);
  SELECT coalesce(bool_and(c.settled_micros + c.reserved_micros + p_asked <= b.cap_micros), true) INTO v_fits
    FROM budgets b JOIN budget_counters c ON c.org_id = b.org_id AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, p_at)
   WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL;
  IF v_fits THEN
    INSERT INTO reservations (org_id, id, team_id, agent_id, user_id, plan_id, task_id, session_id, model, own_key, is_call, micros, status, booked_at, expires_at)
      SELECT p_org, p_id, f.team_id, f.agent_id, f.user_id, f.plan_id, f.task_id, f.session_id, f.model, coalesce(f.own_key, false), coalesce(f.is_call, false), p_asked, 'open', p_at,
        clock_timestamp() + make_interval(secs => f.seconds)
      FROM jsonb_to_record(p_for) AS f(team_id uuid, agent_id uuid, user_id uuid, plan_id uuid, task_id uuid, session_id uuid, model text, own_key boolean, is_call boolean, seconds integer);
    WITH changed AS (
      UPDATE budget_counters c SET reserved_micros = c.reserved_micros + p_asked FROM budgets b
       WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL AND c.org_id = b.org_id
         AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, p_at)
      RETURNING c.budget_id, c.period_start, c.settled_micros, c.reserved_micros, b.cap_micros)
    INSERT INTO ledger (org_id, budget_id, period_start, kind, reservation_id, settled_delta, reserved_delta, settled_after, reserved_after, cap_micros, at)
      SELECT p_org, x.budget_id, x.period_start, 'reserved', p_id, 0, p_asked, x.settled_micros, x.reserved_micros, x.cap_micros, clock_timestamp() FROM changed x;
  END IF;
  RETURN QUERY SELECT b.id, c.period_start, b.cap_micros, c.settled_micros, c.reserved_micros,
      v_fits OR c.settled_micros + c.reserved_micros + p_asked <= b.cap_micros
    FROM budgets b JOIN budget_counters c ON c.org_id = b.org_id AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, p_at)
   WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL ORDER BY b.id;
END $$;

-- Books what a call really cost, in the periods of its reservation. What was set aside is always enough for itself; what
-- exceeds it is booked as far as every cap has room, and the rest is answered as `uncovered`: it is in no counter. Without a
-- reservation, or after it ended, all of it is such an excess. One row for each budget, or a single one without a budget.
-- `p_kind`: settled, or estimated where nobody knows what was used.
DROP FUNCTION IF EXISTS settle_money(uuid, uuid, uuid, uuid[], bigint, timestamptz, text);
CREATE FUNCTION settle_money(p_org uuid, p_reservation uuid, p_usage uuid, p_scopes uuid[], p_actual bigint, p_at timestamptz, p_kind text)
RETURNS TABLE (booked_at timestamptz, uncovered bigint, budget_id uuid, period_start date, cap bigint, settled bigint, reserved bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE v_held bigint := 0; v_at timestamptz := p_at; v_covered bigint;
BEGIN
  UPDATE reservations r SET status = 'settled', ended_at = clock_timestamp()
   WHERE r.org_id = p_org AND r.id = p_reservation AND r.status = 'open' RETURNING r.micros, r.booked_at INTO v_held, v_at;
  IF NOT FOUND THEN v_held := 0; v_at := p_at; END IF;
  PERFORM lock_counters(p_org, p_scopes, v_at);
  SELECT least(p_actual, greatest(v_held, coalesce(min(b.cap_micros - c.settled_micros - c.reserved_micros) + v_held, p_actual))) INTO v_covered
    FROM budgets b JOIN budget_counters c ON c.org_id = b.org_id AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, v_at)
   WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL;
  RETURN QUERY WITH changed AS (
    UPDATE budget_counters c SET settled_micros = c.settled_micros + v_covered, reserved_micros = c.reserved_micros - v_held FROM budgets b
     WHERE b.org_id = p_org AND b.scope_id = ANY (p_scopes) AND b.removed_at IS NULL AND c.org_id = b.org_id
       AND c.budget_id = b.id AND c.period_start = budget_period_start(b.period, v_at)
    RETURNING c.budget_id, c.period_start, c.settled_micros, c.reserved_micros, b.cap_micros
  ), written AS (
    INSERT INTO ledger (org_id, budget_id, period_start, kind, reservation_id, usage_id, settled_delta, reserved_delta, settled_after, reserved_after, cap_micros, at)
      SELECT p_org, x.budget_id, x.period_start, p_kind, p_reservation, p_usage, v_covered, -v_held, x.settled_micros, x.reserved_micros, x.cap_micros, clock_timestamp() FROM changed x)
  SELECT v_at, p_actual - v_covered, x.budget_id, x.period_start, x.cap_micros, x.settled_micros, x.reserved_micros
    FROM (SELECT 1) one LEFT JOIN changed x ON true;
END $$;

-- As the version before calls it. To be removed with the next release.
CREATE OR REPLACE FUNCTION settle_money(p_org uuid, p_reservation uuid, p_usage uuid, p_scopes uuid[], p_actual bigint, p_at timestamptz)
RETURNS TABLE (booked_at timestamptz, uncovered bigint, budget_id uuid, period_start date, cap bigint, settled bigint, reserved bigint) LANGUAGE sql AS $$
  SELECT * FROM settle_money(p_org, p_reservation, p_usage, p_scopes, p_actual, p_at, 'settled')
$$;

-- Gives money back that was set aside: of the named reservations of an organization, or (as the system) of those that ran
-- out and on which no call of ours was made (that may have cost something: it is booked). All counters first, in the order of everybody; what somebody settles at this moment is left to them.
CREATE OR REPLACE FUNCTION free_reservations(p_org uuid, p_ids uuid[], p_kind text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE v_freed jsonb; v_parts jsonb; v_org uuid;
BEGIN
  WITH due AS MATERIALIZED (
    SELECT r.org_id, r.id FROM reservations r
     WHERE r.status = 'open' AND CASE WHEN p_org IS NULL THEN r.expires_at <= clock_timestamp() AND NOT r.is_call ELSE r.org_id = p_org AND r.id = ANY (p_ids) END
     ORDER BY r.org_id, r.id LIMIT 500 FOR UPDATE SKIP LOCKED
  ), ended AS (
    UPDATE reservations r SET status = p_kind, ended_at = clock_timestamp() FROM due d WHERE r.org_id = d.org_id AND r.id = d.id RETURNING r.*)
  SELECT coalesce(jsonb_agg(to_jsonb(e)), '[]') INTO v_freed FROM ended e;
  IF v_freed = '[]' THEN RETURN 0; END IF;
  FOR v_org IN SELECT DISTINCT f.org_id FROM jsonb_to_recordset(v_freed) AS f(org_id uuid) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('budgets|' || v_org, 0));
  END LOOP;
  SELECT coalesce(jsonb_agg(jsonb_build_object('reservation_id', f.id, 'micros', f.micros, 'org_id', b.org_id, 'budget_id', b.id,
      'period_start', budget_period_start(b.period, f.booked_at), 'cap_micros', b.cap_micros)), '[]') INTO v_parts
    FROM jsonb_to_recordset(v_freed) AS f(org_id uuid, id uuid, micros bigint, team_id uuid, agent_id uuid, user_id uuid, plan_id uuid, task_id uuid, session_id uuid, own_key boolean, booked_at timestamptz)
    JOIN budgets b ON b.org_id = f.org_id AND b.removed_at IS NULL AND (NOT f.own_key OR b.scope = 'session')
     AND b.scope_id IN (f.org_id, f.team_id, f.agent_id, f.user_id, f.plan_id, f.task_id, f.session_id);
  PERFORM 1 FROM budget_counters c WHERE (c.org_id, c.budget_id, c.period_start) IN (
      SELECT x.org_id, x.budget_id, x.period_start FROM jsonb_to_recordset(v_parts) AS x(org_id uuid, budget_id uuid, period_start date))
   ORDER BY c.org_id, c.budget_id, c.period_start FOR UPDATE;
  UPDATE budget_counters c SET reserved_micros = c.reserved_micros - s.micros
    FROM (SELECT x.org_id, x.budget_id, x.period_start, sum(x.micros)::bigint AS micros
      FROM jsonb_to_recordset(v_parts) AS x(org_id uuid, budget_id uuid, period_start date, micros bigint) GROUP BY 1, 2, 3) s
   WHERE c.org_id = s.org_id AND c.budget_id = s.budget_id AND c.period_start = s.period_start;
  INSERT INTO ledger (org_id, budget_id, period_start, kind, reservation_id, settled_delta, reserved_delta, settled_after, reserved_after, cap_micros, at)
    SELECT x.org_id, x.budget_id, x.period_start, p_kind, x.reservation_id, 0, -x.micros, c.settled_micros, c.reserved_micros, x.cap_micros, clock_timestamp()
      FROM jsonb_to_recordset(v_parts) AS x(org_id uuid, budget_id uuid, period_start date, micros bigint, cap_micros bigint, reservation_id uuid)
      JOIN budget_counters c ON c.org_id = x.org_id AND c.budget_id = x.budget_id AND c.period_start = x.period_start;
  RETURN jsonb_array_length(v_freed);
END $$;

-- Counts anew what a budget has seen: when it is set after there was spending. Needs the budgets lock alone, so that no
-- spender is between having looked which budgets there are and having counted.
CREATE OR REPLACE FUNCTION open_counters(p_org uuid, p_budget uuid, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  DELETE FROM budget_counters c WHERE c.org_id = p_org AND c.budget_id = p_budget;
  WITH asked AS (SELECT * FROM budgets b WHERE b.org_id = p_org AND b.id = p_budget),
  held AS (
    SELECT budget_period_start(b.period, r.booked_at) AS period_start, sum(r.micros)::bigint AS micros FROM asked b
      JOIN reservations r ON r.org_id = b.org_id AND r.status = 'open' AND (NOT r.own_key OR b.scope = 'session')
       AND b.scope_id IN (r.org_id, r.team_id, r.agent_id, r.user_id, r.plan_id, r.task_id, r.session_id)
     GROUP BY 1
  ), periods AS (
    SELECT period_start FROM held UNION SELECT budget_period_start(b.period, p_at) FROM asked b
  ), used AS (
    SELECT budget_period_start(b.period, u.booked_at) AS period_start, sum(u.cost_micros - u.uncovered_micros)::bigint AS micros FROM asked b
      JOIN usage_records u ON u.org_id = b.org_id AND (NOT u.own_key OR b.scope = 'session')
       AND b.scope_id IN (u.org_id, u.team_id, u.agent_id, u.user_id, u.plan_id, u.task_id, u.session_id)
     WHERE u.booked_at >= (SELECT min(period_start) FROM periods)::timestamp AT TIME ZONE 'utc' GROUP BY 1
  ), opened AS (
    INSERT INTO budget_counters (org_id, budget_id, period_start, settled_micros, reserved_micros)
      SELECT p_org, p_budget, p.period_start, coalesce(u.micros, 0), coalesce(h.micros, 0) FROM periods p
        LEFT JOIN used u USING (period_start) LEFT JOIN held h USING (period_start) RETURNING *)
  INSERT INTO ledger (org_id, budget_id, period_start, kind, settled_delta, reserved_delta, settled_after, reserved_after, cap_micros, at)
    SELECT o.org_id, o.budget_id, o.period_start, 'opened', o.settled_micros, o.reserved_micros, o.settled_micros, o.reserved_micros, b.cap_micros, clock_timestamp()
      FROM opened o CROSS JOIN asked b;
$$;
