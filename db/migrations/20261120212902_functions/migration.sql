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
-- never loses an event. Each row's hash covers the row before it. One pass over the events, one insert.
CREATE FUNCTION append_events(p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
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
      subject_id uuid, actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz)) WITH ORDINALITY
      AS x(org_id, id, type, team_id, task_id, subject_id, actor, correlation_id, data, occurred_at, place)
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
      v_row.subject_id, v_row.actor, v_row.correlation_id, v_row.data, v_row.occurred_at));
    v_places := v_places || v_row.place; v_seqs := v_seqs || v_seq; v_hashes := v_hashes || v_hash;
  END LOOP;
  UPDATE event_heads SET seq = v_seq, hash = v_hash WHERE org_id = v_org;
  INSERT INTO events (org_id, seq, id, type, team_id, task_id, subject_id, actor, correlation_id, data, occurred_at, hash)
  SELECT x.org_id, l.seq, x.id, x.type, x.team_id, x.task_id, x.subject_id, x.actor, x.correlation_id, x.data, x.occurred_at, l.hash
    FROM ROWS FROM (jsonb_to_recordset(p_events) AS (org_id uuid, id uuid, type text, team_id uuid, task_id uuid,
      subject_id uuid, actor jsonb, correlation_id text, data jsonb, occurred_at timestamptz)) WITH ORDINALITY
      AS x(org_id, id, type, team_id, task_id, subject_id, actor, correlation_id, data, occurred_at, place)
    JOIN unnest(v_places, v_seqs, v_hashes) AS l(place, seq, hash) USING (place);
END $$;
--> statement-breakpoint
CREATE SEQUENCE lease_fences;
