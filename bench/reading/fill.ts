import type { Sql } from "#db/client.ts";
import { taskStatuses } from "#db/enums.ts";

/** Puts tasks straight into the table, over all columns of the board; for reading only: there are no events of them. */
export async function fillTasks(client: Sql, { orgId, teamId }: { orgId: string; teamId: string }, count: number) {
  for (let from = 1; from <= count; from += 100_000) {
    await client`insert into tasks (org_id, id, number, team_id, title, description, type, priority, queue_rank, status, pinned, tags,
        branch, open_dependencies, dependencies, rework, created_by, created_at, updated_at, status_changed_at)
      select ${orgId}, uuidv7(), n, ${teamId}, 'Task ' || n || ' of many, with a title as long as people write', repeat('x', 200),
        'feature', 'medium', 3, (${[...taskStatuses]}::text[])[1 + n % ${taskStatuses.length}::int], false, array['tag-' || n % 7],
        'task-' || n, 0, 0, 0, '{"kind":"system","id":"bench","name":"bench"}', now(), now(), now()
      from generate_series(${from}::int, ${Math.min(count, from + 99_999)}::int) n`;
  }
  await client`insert into number_counters (org_id, name, value) values (${orgId}, 'task', ${count})
    on conflict (org_id, name) do update set value = excluded.value`;
  await client`vacuum analyze tasks`;
}
