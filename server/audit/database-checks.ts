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
  /** Nothing to look at is no fault, whatever else is there. */
  mayBeEmpty?: true;
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
    check: "realtime nodes",
    promise: "The realtime servers of all workers hear each other.",
    unit: "nodes",
    looked: sql`select count(*) from realtime_nodes where beat_at > now() - interval '15 seconds'`,
    faults: sql`select 'node ' || id || ': ' || trouble as fault from realtime_nodes
      where trouble is not null and beat_at > now() - interval '15 seconds'`,
    mayBeEmpty: true,
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
    check: "waiting stands still",
    promise: "A lease stands still exactly while people are asked something its task waits for.",
    unit: "tasks",
    looked: sql`select count(*) from tasks`,
    faults: sql`select '#' || t.number || ' is ' || t.status || case when c.parked_at is null then ' and its lease runs' else ' and its lease stands still' end
        || case when h.waits then ' while it waits for an answer' else ' although nobody is asked' end as fault
      from tasks t left join leases l on l.org_id = t.org_id and l.task_id = t.id and l.ended_at is null
      left join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id
      cross join lateral (select exists (select 1 from human_requests r where r.org_id = t.org_id and r.task_id = t.id
        and r.status = 'pending' and r.blocks_task) as waits) h
      where (c.parked_at is not null) <> h.waits or (h.waits and t.status <> 'blocked')`,
  },
  {
    check: "one answer",
    promise: "No request to people was ever closed twice.",
    unit: "events",
    looked: sql`select count(*) from events`,
    faults: sql`select 'request ' || subject_id || ' was closed ' || count(*) || ' times' as fault from events
      where type in ('request.resolved', 'request.expired', 'request.withdrawn') group by org_id, subject_id having count(*) > 1`,
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
  {
    check: "ledger and usage",
    promise:
      "What each budget counts as spent and set aside is what the usage records and open reservations sum up to.",
    unit: "counters",
    mayBeEmpty: true,
    looked: sql`select count(*) from budget_counters`,
    faults: sql`select 'budget ' || b.id || ' from ' || c.period_start || ' counts ' || c.settled_micros || ' + ' || c.reserved_micros
        || ', the records say ' || s.settled || ' + ' || s.reserved as fault
      from budget_counters c join budgets b on b.org_id = c.org_id and b.id = c.budget_id and b.removed_at is null
      cross join lateral (select
        (select coalesce(sum(u.cost_micros - u.uncovered_micros), 0) from usage_records u where u.org_id = b.org_id
          and (not u.own_key or b.scope = 'session') and b.scope_id in (u.org_id, u.team_id, u.agent_id, u.user_id, u.plan_id, u.task_id, u.session_id)
          and budget_period_start(b.period, u.booked_at) = c.period_start) as settled,
        (select coalesce(sum(r.micros), 0) from reservations r where r.org_id = b.org_id and r.status = 'open'
          and (not r.own_key or b.scope = 'session') and b.scope_id in (r.org_id, r.team_id, r.agent_id, r.user_id, r.plan_id, r.task_id, r.session_id)
          and budget_period_start(b.period, r.booked_at) = c.period_start) as reserved) s
      where c.settled_micros <> s.settled or c.reserved_micros <> s.reserved`,
  },
  {
    check: "no cap passed",
    promise: "Nothing was ever set aside or booked beyond a cap, and the ledger ends in what the counters say.",
    unit: "ledger entries",
    mayBeEmpty: true,
    looked: sql`select count(*) from ledger`,
    faults: sql`select 'entry ' || l.id || ' brought budget ' || l.budget_id || ' to ' || (l.settled_after + l.reserved_after)
        || ' of ' || l.cap_micros as fault from ledger l
      where l.kind in ('reserved', 'settled', 'estimated') and l.settled_delta + l.reserved_delta > 0 and l.settled_after + l.reserved_after > l.cap_micros
      union all select 'budget ' || c.budget_id || ' from ' || c.period_start || ' counts otherwise than its ledger ends' from budget_counters c
        left join lateral (select l.settled_after, l.reserved_after from ledger l where l.org_id = c.org_id and l.budget_id = c.budget_id
          and l.period_start = c.period_start order by l.id desc limit 1) e on true
      where coalesce(e.settled_after, 0) <> c.settled_micros or coalesce(e.reserved_after, 0) <> c.reserved_micros`,
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
  for (const { check, promise, unit, looked, faults, mayBeEmpty } of checks) {
    const [counted] = await tx.execute<{ n: number; implied: boolean }>(sql`select (${looked})::int as n,
      ${unit === "events" ? sql`exists (select 1 from organizations)` : sql`exists (select 1 from events where type = ${impliedBy[unit] ?? ""})`} as implied`);
    const wrong = await tx.execute<{ fault: string; total: number }>(
      sql`select fault, count(*) over ()::int as total from (${faults}) f limit 5`,
    );
    const n = counted?.n ?? 0;
    const blind = n === 0 && !mayBeEmpty && (expectWork || counted?.implied) ? [`there are no ${unit} to look at`] : [];
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
