-- The event log: who may change it (nobody), and the one function that appends to it.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are immutable: % is not possible', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER events_immutable BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER events_not_truncated BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- What a link of the chain covers. Milliseconds, not a formatted time, so that no session setting changes the hash.
CREATE FUNCTION event_content(org_id uuid, seq bigint, id uuid, type text, team_id uuid, task_id uuid, subject_id uuid,
                              actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT convert_to(concat_ws('|', org_id, seq, id, type, coalesce(team_id::text, '-'), coalesce(task_id::text, '-'),
    subject_id, actor, correlation_id, data, (extract(epoch FROM occurred_at) * 1000)::bigint), 'UTF8')
$$;
--> statement-breakpoint
-- Appends events of one or several organizations. Takes each organization's head row for the last moment of the
-- transaction only, in the order of ids (no deadlock), so `seq` is gap-free and in commit order: a cursor `seq > n`
-- never loses an event. Each row's hash covers the row before it.
CREATE FUNCTION append_events(p_events jsonb) RETURNS TABLE (org uuid, last_seq bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_org uuid;
  v_seq bigint;
  v_hash bytea;
  v_row record;
  v_ids uuid[];
  v_seqs bigint[];
  v_hashes bytea[];
BEGIN
  FOR v_org IN SELECT DISTINCT (e->>'org_id')::uuid AS o FROM jsonb_array_elements(p_events) e ORDER BY o LOOP
    INSERT INTO event_heads (org_id, seq, hash) VALUES (v_org, 0, '\x') ON CONFLICT DO NOTHING;
    SELECT h.seq, h.hash INTO v_seq, v_hash FROM event_heads h WHERE h.org_id = v_org FOR UPDATE;
    v_ids := '{}'; v_seqs := '{}'; v_hashes := '{}';
    FOR v_row IN
      SELECT x.* FROM jsonb_array_elements(p_events) WITH ORDINALITY AS a(e, n)
        CROSS JOIN LATERAL jsonb_to_record(a.e) AS x(org_id uuid, id uuid, type text, team_id uuid, task_id uuid,
          subject_id uuid, actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz)
       WHERE x.org_id = v_org ORDER BY a.n
    LOOP
      v_seq := v_seq + 1;
      v_hash := sha256(v_hash || event_content(v_org, v_seq, v_row.id, v_row.type, v_row.team_id, v_row.task_id,
        v_row.subject_id, v_row.actor, v_row.correlation_id, v_row.data, v_row.occurred_at));
      v_ids := v_ids || v_row.id; v_seqs := v_seqs || v_seq; v_hashes := v_hashes || v_hash;
    END LOOP;
    INSERT INTO events (org_id, seq, id, type, team_id, task_id, subject_id, actor, correlation_id, data, occurred_at, hash)
    SELECT v_org, l.seq, x.id, x.type, x.team_id, x.task_id, x.subject_id, x.actor, x.correlation_id, x.data, x.occurred_at, l.hash
      FROM unnest(v_ids, v_seqs, v_hashes) AS l(id, seq, hash)
      JOIN jsonb_to_recordset(p_events) AS x(org_id uuid, id uuid, type text, team_id uuid, task_id uuid,
        subject_id uuid, actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz) ON x.id = l.id
     ORDER BY l.seq;
    UPDATE event_heads h SET seq = v_seq, hash = v_hash WHERE h.org_id = v_org;
    org := v_org; last_seq := v_seq;
    RETURN NEXT;
  END LOOP;
END $$;
--> statement-breakpoint
CREATE SEQUENCE lease_fences;
--> statement-breakpoint
-- The one way to a task: every path (auto-assign, message, timer, retry, manual, external claim, parked waiters) goes
-- through it. For each request `{ org_id, team_id, agent_id, max }` it locks the agent, shares the pause switches of
-- organization and team (so a pause waits for claims in flight and stops all later ones), counts free slots, and picks
-- the best ready tasks: the agent's own first, then unassigned ones; rework before priority before age. Rows another
-- claimer holds are skipped. It only picks and draws fencing tokens; the caller records `task.claimed`, whose
-- projection inserts the leases, in the same transaction.
CREATE FUNCTION pick_tasks(p_requests jsonb, p_task uuid DEFAULT NULL)
RETURNS TABLE (org_id uuid, team_id uuid, agent_id uuid, task_id uuid, slot integer, fence bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_request record;
  v_agent record;
  v_room integer;
  v_free integer[];
  v_picked record;
BEGIN
  -- Agents before tasks before leases, each in the order of ids: the lock order of the whole product.
  PERFORM 1 FROM agents a
    JOIN jsonb_to_recordset(p_requests) AS r(org_id uuid, agent_id uuid) ON a.org_id = r.org_id AND a.id = r.agent_id
   ORDER BY a.org_id, a.id FOR UPDATE OF a;
  FOR v_request IN SELECT * FROM jsonb_to_recordset(p_requests) AS r(org_id uuid, team_id uuid, agent_id uuid, max integer) LOOP
    SELECT a.slots, t.max_concurrent INTO v_agent
      FROM agents a JOIN teams t ON t.org_id = a.org_id AND t.id = a.team_id
      JOIN organizations o ON o.org_id = a.org_id
     WHERE a.org_id = v_request.org_id AND a.id = v_request.agent_id AND a.team_id = v_request.team_id
       AND a.status = 'active' AND t.archived_at IS NULL AND t.paused_at IS NULL AND o.paused_at IS NULL
       FOR SHARE OF t, o;
    CONTINUE WHEN NOT FOUND;
    SELECT v_agent.max_concurrent - count(*) INTO v_room FROM leases l
     WHERE l.org_id = v_request.org_id AND l.team_id = v_request.team_id AND l.ended_at IS NULL;
    SELECT array_agg(s ORDER BY s) INTO v_free FROM generate_series(0, v_agent.slots - 1) s
     WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.org_id = v_request.org_id AND l.agent_id = v_request.agent_id
                          AND l.slot = s AND l.ended_at IS NULL);
    v_room := least(v_room, coalesce(cardinality(v_free), 0), v_request.max);
    CONTINUE WHEN v_room <= 0;
    org_id := v_request.org_id; team_id := v_request.team_id; agent_id := v_request.agent_id;
    FOR v_picked IN
      WITH mine AS MATERIALIZED (
        SELECT k.id FROM tasks k
         WHERE k.org_id = v_request.org_id AND k.team_id = v_request.team_id AND k.assignee_id = v_request.agent_id
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL
           AND (p_task IS NULL OR k.id = p_task)
         ORDER BY k.queue_rank, k.number LIMIT v_room FOR UPDATE SKIP LOCKED
      ), free AS MATERIALIZED (
        SELECT k.id FROM tasks k
         WHERE k.org_id = v_request.org_id AND k.team_id = v_request.team_id AND k.assignee_id IS NULL
           AND k.status = 'todo' AND k.open_dependencies = 0 AND k.archived_at IS NULL
           AND (p_task IS NULL OR k.id = p_task)
         ORDER BY k.queue_rank, k.number LIMIT greatest(v_room - (SELECT count(*) FROM mine), 0) FOR UPDATE SKIP LOCKED
      )
      SELECT id FROM mine UNION ALL SELECT id FROM free
    LOOP
      task_id := v_picked.id;
      slot := v_free[1];
      v_free := v_free[2:];
      fence := nextval('lease_fences');
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;
