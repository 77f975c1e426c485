-- What is cancelled is no part of any chain. Tasks that were cancelled before that was so are counted anew, from the ends of
-- the graph upwards: each round is right for one more layer, and the last one changes nothing. Row-level security, which
-- would hide all rows from an owner, is forced again behind the migrations.
ALTER TABLE "tasks" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "task_dependencies" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DO $$
BEGIN
  LOOP
    UPDATE tasks t SET path_minutes = n.path
      FROM (SELECT o.org_id, o.id, coalesce(o.estimate_minutes, CASE o.complexity WHEN 'simple' THEN 15 WHEN 'complex' THEN 60 ELSE 30 END)
          + coalesce(max(c.path_minutes), 0) AS path
        FROM tasks o
        LEFT JOIN task_dependencies d ON d.org_id = o.org_id AND d.depends_on_id = o.id
        LEFT JOIN tasks c ON c.org_id = d.org_id AND c.id = d.task_id AND c.status <> 'cancelled'
        GROUP BY o.org_id, o.id) n
      WHERE n.org_id = t.org_id AND n.id = t.id AND t.path_minutes IS DISTINCT FROM n.path;
    EXIT WHEN NOT FOUND;
  END LOOP;
END $$;
