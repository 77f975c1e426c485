-- Functions that change with the product. Run after the migrations, each time, in one transaction with the walls of
-- security.sql: what stands here is what runs. A function whose result changes its shape is dropped first.

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

-- The one way to a task: every path (auto-assign, message, timer, retry, manual, external claim, parked waiters) goes
-- through it. For requests `{ org_id, team_id, agent_id, max }` it locks the agents, then the teams (two claims at
-- once would each count the other's task as not there, and pass the team's limit together), shares the pause switches
-- of organizations (so a pause waits for claims in flight and stops all later ones), counts free slots, and picks the
-- best ready tasks: an agent's own first, then unassigned ones; rework before priority before age. Outside of a team's
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
    SELECT r.*, a.slots, within_working_hours(t.working_hours, clock_timestamp()) AS is_open,
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
  ), seats AS MATERIALIZED (
    SELECT q.org_id, q.team_id, q.agent_id, q.place, q.team_room, q.is_open, q.has_review_room, f.slot,
           row_number() OVER (PARTITION BY q.agent_id ORDER BY f.slot) AS seat
      FROM asked q, LATERAL (
        SELECT s AS slot FROM generate_series(0, q.slots - 1) s
         WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.org_id = q.org_id AND l.agent_id = q.agent_id AND l.slot = s AND l.ended_at IS NULL)
         ORDER BY s LIMIT q.max) f
     WHERE q.team_room > 0
  ), mine AS MATERIALIZED (
    SELECT q.org_id, q.agent_id, k.id, row_number() OVER (PARTITION BY q.agent_id ORDER BY k.queue_rank, k.number) AS seat
      FROM asked q, LATERAL (
        SELECT k.id, k.queue_rank, k.number FROM tasks k
         WHERE k.org_id = q.org_id AND k.team_id = q.team_id AND k.assignee_id = q.agent_id
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL AND (p_task IS NULL OR k.id = p_task)
           AND (q.is_open OR k.priority = 'critical') AND (q.has_review_room OR k.rework > 0)
         ORDER BY k.queue_rank, k.number LIMIT least(q.max, q.team_room) FOR UPDATE SKIP LOCKED) k
     WHERE q.team_room > 0
  ), left_seats AS MATERIALIZED (
    SELECT s.*, row_number() OVER (PARTITION BY s.org_id, s.team_id ORDER BY s.seat, s.place) AS turn
      FROM seats s WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.agent_id = s.agent_id AND m.seat = s.seat)
  ), free AS MATERIALIZED (
    SELECT g.org_id, g.team_id, k.id, row_number() OVER (PARTITION BY g.org_id, g.team_id ORDER BY k.queue_rank, k.number) AS turn
      FROM (SELECT s.org_id, s.team_id, least(count(*), max(s.team_room)) AS room,
          bool_and(s.is_open) AS is_open, bool_and(s.has_review_room) AS has_review_room FROM left_seats s GROUP BY 1, 2) g, LATERAL (
        SELECT k.id, k.queue_rank, k.number FROM tasks k
         WHERE k.org_id = g.org_id AND k.team_id = g.team_id AND k.assignee_id IS NULL
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL AND (p_task IS NULL OR k.id = p_task)
           AND (g.is_open OR k.priority = 'critical') AND (g.has_review_room OR k.rework > 0)
         -- By the assignee too, though it is null in all: else the order of the index is not seen, and all are read and sorted.
         ORDER BY k.assignee_id, k.queue_rank, k.number LIMIT g.room FOR UPDATE SKIP LOCKED) k
  ), matched AS (
    SELECT s.org_id, s.team_id, s.agent_id, m.id, s.slot, s.team_room, 0 AS class
      FROM seats s JOIN mine m ON m.agent_id = s.agent_id AND m.seat = s.seat
    UNION ALL
    SELECT s.org_id, s.team_id, s.agent_id, f.id, s.slot, s.team_room, 1
      FROM left_seats s JOIN free f ON f.org_id = s.org_id AND f.team_id = s.team_id AND f.turn = s.turn
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
