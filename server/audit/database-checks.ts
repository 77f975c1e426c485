import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { canMove } from "../tasks/transitions.ts";
import type { TaskStatus } from "#db/enums.ts";
import type { Finding } from "./finding.ts";

interface Check {
  check: string;
  promise: string;
  unit: string;
  looked: SQL;
  /** Selects `fault text`, one row for each thing that is wrong. */
  faults: SQL;
}

/**
 * From which event to which a lease lived. By the log's numbers, which follow commits: times are those of the beginning
 * of a transaction, and one that waited for another to end began before it.
 */
const spans = sql`(select l.org_id, l.id, l.task_id, l.agent_id, l.slot, l.fence, c.seq as began, coalesce(e.seq, ${"9223372036854775807"}::bigint) as ended
    from leases l join events c on c.org_id = l.org_id and c.type = 'task.claimed' and (c.data->>'lease')::uuid = l.id
    left join events e on e.org_id = l.org_id and e.type = 'task.status_changed' and (e.data->'lease'->>'id')::uuid = l.id) s`;

/** Invariants that one statement can see. Each counts what it looked at, so that an empty table cannot look like a sound one. */
const checks: readonly Check[] = [
  {
    check: "event numbers",
    promise: "Every organization's events are numbered 1 … n without a gap.",
    unit: "events",
    looked: sql`select count(*) from events`,
    faults: sql`select 'organization ' || h.org_id || ' has ' || coalesce(e.n, 0) || ' events but its last number is ' || h.seq as fault
      from event_heads h left join (select org_id, count(*) as n, max(seq) as top from events group by 1) e on e.org_id = h.org_id
      where coalesce(e.n, 0) <> h.seq or coalesce(e.top, 0) <> h.seq
      union all select 'organization ' || e.org_id || ' has events without a head' from events e
      where not exists (select 1 from event_heads h where h.org_id = e.org_id) group by e.org_id`,
  },
  {
    check: "event chain",
    promise: "No event was changed, removed or slipped in: each hash covers the event and the one before.",
    unit: "events",
    looked: sql`select count(*) from events`,
    faults: sql`select 'event ' || seq || ' of organization ' || org_id || ' does not fit the chain' as fault from (
        select org_id, seq, hash, sha256(coalesce(lag(hash) over (partition by org_id order by seq), ''::bytea)
          || event_content(org_id, seq, id, type, team_id, task_id, subject_id, actor, correlation_id, data, occurred_at, cause_seq)) as should from events) c
      where hash <> should
      union all select 'the head of organization ' || h.org_id || ' is not its last event' from event_heads h
        join events e on e.org_id = h.org_id and e.seq = h.seq where e.hash <> h.hash`,
  },
  {
    check: "one holder per task",
    promise: "No two leases on one task ever overlapped, and fences only grow.",
    unit: "leases",
    looked: sql`select count(*) from leases`,
    faults: sql`select 'task ' || task_id || ' had two leases at event ' || began as fault from (
        select task_id, began, fence, lag(ended) over w as before_end, lag(fence) over w as before_fence
        from ${spans} window w as (partition by org_id, task_id order by began)) l
      where before_end > began or before_fence >= fence
      union all select 'lease ' || l.id || ' was given by no event' from leases l
        where not exists (select 1 from ${spans} where s.org_id = l.org_id and s.id = l.id)`,
  },
  {
    check: "one task per slot",
    promise: "No agent ever held two tasks in one slot.",
    unit: "leases",
    looked: sql`select count(*) from leases where agent_id is not null`,
    faults: sql`select 'agent ' || agent_id || ' held two tasks in slot ' || slot || ' at event ' || began as fault from (
        select agent_id, slot, began, lag(ended) over (partition by org_id, agent_id, slot order by began) as before_end
        from ${spans} where agent_id is not null) l where before_end > began`,
  },
  {
    check: "in progress means held",
    promise: "A task is in progress exactly while somebody holds a live lease on it.",
    unit: "tasks",
    looked: sql`select count(*) from tasks`,
    faults: sql`select '#' || t.number || ' is ' || t.status || case when l.id is null then ' without' else ' with' end || ' a live lease' as fault
      from tasks t left join leases l on l.org_id = t.org_id and l.task_id = t.id and l.ended_at is null
      where (t.status in ('in_progress', 'blocked')) <> (l.id is not null)`,
  },
  {
    check: "live leases have a clock",
    promise: "Every live lease can run out, and no clock runs for an ended one.",
    unit: "leases",
    looked: sql`select count(*) from leases`,
    faults: sql`select 'lease ' || coalesce(l.id, c.lease_id) || ' and its clock disagree' as fault
      from (select org_id, id from leases where ended_at is null) l
      full join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id where l.id is null or c.lease_id is null`,
  },
  {
    check: "dependencies gate",
    promise: "No task is in progress, reviewed or done while one it depends on is not done.",
    unit: "tasks",
    looked: sql`select count(*) from tasks`,
    faults: sql`select '#' || t.number || ' is ' || t.status || ' with ' || t.open_dependencies || ' open dependencies' as fault from tasks t
      where t.open_dependencies > 0 and t.status not in ('todo', 'cancelled')`,
  },
  {
    check: "dependency counters",
    promise: "What a task counts as open is what the graph says.",
    unit: "tasks",
    looked: sql`select count(*) from tasks`,
    faults: sql`select '#' || t.number || ' counts ' || t.open_dependencies || ' of ' || t.dependencies || ', the graph says ' || g.open || ' of ' || g.n as fault
      from tasks t cross join lateral (select count(*) as n, count(*) filter (where p.status <> 'done') as open from task_dependencies d
        join tasks p on p.org_id = d.org_id and p.id = d.depends_on_id where d.org_id = t.org_id and d.task_id = t.id) g
      where t.open_dependencies <> g.open or t.dependencies <> g.n`,
  },
  {
    check: "merged means gated",
    promise: "Every merged task has a gate that passed.",
    unit: "merges",
    looked: sql`select count(*) from merge_jobs`,
    faults: sql`select 'merge ' || j.id || ' landed without a passed gate' as fault from merge_jobs j
      left join gate_runs g on g.org_id = j.org_id and g.id = j.gate_run_id where j.status = 'merged' and g.passed is not true`,
  },
];

/** Events whose existence means that a check must find something: an empty table beside them is a fault, not a quiet day. */
const impliedBy: Record<string, string> = {
  tasks: "task.created",
  leases: "task.claimed",
  merges: "merge.queued",
};

export async function checkDatabase(tx: Tx, { expectWork }: { expectWork: boolean }): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, promise, unit, looked, faults } of checks) {
    const [counted] = await tx.execute<{ n: number; implied: boolean }>(sql`select (${looked})::int as n,
      ${unit === "events" ? sql`exists (select 1 from organizations)` : sql`exists (select 1 from events where type = ${impliedBy[unit] ?? ""})`} as implied`);
    const wrong = await tx.execute<{ fault: string; total: number }>(
      sql`select fault, count(*) over ()::int as total from (${faults}) f limit 5`,
    );
    const n = counted?.n ?? 0;
    const blind = n === 0 && (expectWork || counted?.implied) ? [`there are no ${unit} to look at`] : [];
    findings.push({
      check,
      promise,
      unit,
      looked: n,
      faults: [...wrong.map(({ fault }) => fault), ...blind],
      faultCount: (wrong[0]?.total ?? 0) + blind.length,
    });
  }
  findings.push(await checkHistories(tx));
  return findings;
}

/** Replays each task's history through the declared machine. */
async function checkHistories(tx: Tx): Promise<Finding> {
  const steps = await tx.execute<{
    task: string;
    seq: number;
    from: TaskStatus;
    to: TaskStatus;
    before: TaskStatus;
  }>(sql`
    select task, seq, "from", "to", coalesce(lag("to") over (partition by org_id, task order by seq), 'todo') as before from (
      select org_id, task_id as task, seq::int as seq,
        case when type = 'task.claimed' then 'todo' else data->>'from' end as "from",
        case when type = 'task.claimed' then 'in_progress' else data->>'to' end as "to"
      from events where type in ('task.claimed', 'task.status_changed')) s`);
  const faults = steps
    .filter(({ from, to, before }) => from !== before || !canMove(from, to))
    .map(
      ({ task, seq, from, to, before }) =>
        `event ${seq} moved task ${task} from ${from} to ${to} while it was ${before}`,
    );
  return {
    check: "legal histories",
    promise: "Every task only ever moved along its state machine.",
    unit: "moves",
    looked: steps.length,
    faults: faults.slice(0, 5),
    faultCount: faults.length,
  };
}
