-- Row-level security under every table of a tenant. Run after the migrations, each time, and idempotent: a table that a
-- later migration adds with an `org_id` is walled in without anybody remembering to.
--
-- Two roles besides the owner, both reached with set_config('role', …, true) from one login:
--   entourage_app     sees the rows of the organization in app.org_id; unset is no rows, not an error
--   entourage_system  sees all; for what is across organizations: keys, sign-in, dispatch, relay, reaper, doctor
DO $$
DECLARE
  v_table record;
BEGIN
  FOR v_table IN
    SELECT c.relname AS name, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped) AS tenant
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table.name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', v_table.name);
    EXECUTE format('DROP POLICY IF EXISTS system_all ON %I', v_table.name);
    EXECUTE format('CREATE POLICY system_all ON %I TO entourage_system USING (true) WITH CHECK (true)', v_table.name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO entourage_system', v_table.name);
    EXECUTE format('DROP POLICY IF EXISTS own_organization ON %I', v_table.name);
    IF v_table.tenant THEN
      EXECUTE format('CREATE POLICY own_organization ON %I TO entourage_app
        USING (org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid)
        WITH CHECK (org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid)', v_table.name);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO entourage_app', v_table.name);
    END IF;
  END LOOP;

  -- The log is append-only by right as well as by trigger.
  REVOKE UPDATE, DELETE, TRUNCATE ON events FROM entourage_app, entourage_system;

  -- People are global; within an organization one sees the names of its members, never a password hash.
  DROP POLICY IF EXISTS own_organization ON users;
  CREATE POLICY own_organization ON users FOR SELECT TO entourage_app USING (EXISTS (
    SELECT 1 FROM memberships m WHERE m.user_id = users.id
       AND m.org_id = nullif(current_setting('app.org_id', true), '')::uuid));
  REVOKE ALL ON users FROM entourage_app;
  GRANT SELECT (id, email, name, created_at) ON users TO entourage_app;

  -- How the installation is, is nobody's secret: names and states, written by the monitor alone.
  DROP POLICY IF EXISTS everybody_reads ON instance_resources;
  CREATE POLICY everybody_reads ON instance_resources FOR SELECT TO entourage_app USING (true);
  GRANT SELECT ON instance_resources TO entourage_app;
  -- Whether any worker lives decides what can be asked for.
  DROP POLICY IF EXISTS everybody_reads ON worker_beats;
  CREATE POLICY everybody_reads ON worker_beats FOR SELECT TO entourage_app USING (true);
  GRANT SELECT ON worker_beats TO entourage_app;

  GRANT USAGE ON SCHEMA public TO entourage_app, entourage_system;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO entourage_app, entourage_system;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO entourage_app, entourage_system;
END $$;
