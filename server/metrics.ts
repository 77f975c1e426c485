import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "drizzle-orm";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { systemActor } from "./context.ts";
import { inTransaction } from "./execute.ts";
import { newId } from "./ids.ts";
import type { OpenRuntime } from "./runtime.ts";
import { type Counted, counted } from "./tally.ts";

/** What is counted in every process; each label takes a bounded number of words, never a name that callers choose. */
const counters: [Counted, string, string, string][] = [
  [
    "refusals",
    "entourage_refusals_total",
    "code",
    "Answers that refused, by code: unauthenticated are failed authorizations, forbidden are denials.",
  ],
  [
    "rateLimits",
    "entourage_rate_limited_total",
    "limit",
    "What came too fast: requests of an actor or address, messages on channels.",
  ],
  ["events", "entourage_events_appended_total", "noun", "Events appended to the log by this process."],
  [
    "channelMessages",
    "entourage_channel_messages_total",
    "kind",
    "Messages published on channels through this process.",
  ],
  ["sessionTurns", "entourage_session_turns_total", "outcome", "Turns of sessions that ended in this process."],
  [
    "sessionTurnSeconds",
    "entourage_session_turn_seconds_total",
    "outcome",
    "How long they took together; over their number it is the mean.",
  ],
  [
    "modelTokens",
    "entourage_model_tokens_total",
    "direction",
    "Tokens that calls of models used, as they were booked.",
  ],
  ["modelMicros", "entourage_model_cost_micros_total", "covered", "What they cost, in micro-dollars: 1000000 is $1."],
  ["realtimeDenials", "entourage_realtime_denied_total", "what", "Subscriptions that were not signed."],
];

/** A registry with what every process can tell of itself. */
export function openMetrics(runtime: OpenRuntime | undefined): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [what, name, label, help] of counters) addCounter(registry, { what, name, label, help });
  if (!runtime) return registry;
  addGauge(
    registry,
    "entourage_listen_heard_seconds",
    "How long ago this process heard its own heartbeat over LISTEN.",
    () => runtime.wake.heardSecondsAgo(),
  );
  addGauge(
    registry,
    "entourage_waiting_agents",
    "Calls of agents that wait for work here.",
    () => runtime.parking?.waiting() ?? 0,
  );
  addGauge(
    registry,
    "entourage_waiting_readers",
    "Calls that wait for a message on a channel here.",
    () => runtime.listening?.waiting() ?? 0,
  );
  addGauge(
    registry,
    "entourage_event_streams",
    "Open streams of events (server-sent events).",
    () => runtime.streams?.streams() ?? 0,
  );
  return registry;
}

/** A value that is asked for when somebody reads; one that cannot be told is left out. */
export function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
}

function addCounter(
  registry: Registry,
  { what, name, label, help }: { what: Counted; name: string; label: string; help: string },
) {
  const counter: Counter = new Counter({
    ...{ name, help, labelNames: [label], registers: [registry] },
    collect: () => {
      counter.reset();
      for (const [word, total] of counted(what)) counter.inc({ [label]: word }, total);
    },
  });
}

/** What only the database knows, of all organizations together. Every web process tells the same: take one, or the highest. */
export function addDatabaseMetrics(registry: Registry, runtime: OpenRuntime): void {
  let looked: { at: number; rows: Promise<readonly Row[] | undefined> } | undefined;
  // One look for all of them, at most once a second, whoever asks. A database that is away makes no figures of its own.
  const look = () => {
    if (!looked || Date.now() - looked.at > 1_000)
      looked = { at: Date.now(), rows: readDatabase(runtime).catch(() => undefined) };
    return looked.rows;
  };
  const up: Gauge = new Gauge({
    ...{ name: "entourage_database_up", help: "Whether the database answered.", registers: [registry] },
    collect: async () => up.set((await look()) ? 1 : 0),
  });
  for (const [name, { help, label }] of Object.entries(databaseGauges)) {
    const gauge: Gauge = new Gauge({
      ...{ name: `entourage_${name}`, help, labelNames: label ? [label] : [], registers: [registry] },
      collect: async () => {
        gauge.reset();
        for (const row of (await look()) ?? [])
          if (row.name === name) gauge.set(label && row.label !== null ? { [label]: row.label } : {}, row.value);
      },
    });
  }
}

const databaseGauges: Record<string, { help: string; label?: string }> = {
  relay_behind_events: { help: "Events that browsers were not told yet, of the organization furthest behind." },
  relay_behind_seconds: { help: "How old the oldest event is that browsers were not told yet." },
  leases_live: { help: "Tasks that somebody works on now." },
  tasks_open: { help: "Tasks that are not over.", label: "status" },
  merge_queue: { help: "Merges that wait or are tested.", label: "status" },
  requests_pending: { help: "Questions that wait for people." },
  webhook_deliveries_due: { help: "Deliveries that were accepted and not worked on yet." },
  channel_messages_unpushed: { help: "Messages of channels that the realtime host has not yet." },
  sessions: { help: "Sessions that are not put away.", label: "status" },
  sandboxes: { help: "Sandboxes as the workers beside them saw them last.", label: "status" },
  sandbox_memory_bytes: { help: "Memory that sandboxes use together." },
  sandbox_cpu_seconds: { help: "CPU that those which run now used together since they began." },
  disk_free_bytes: { help: "Room left where the data folder is." },
  data_folder_bytes: {
    help: "Room the data folder takes, by its folders; measured every ten minutes.",
    label: "folder",
  },
  workers_live: { help: "Workers that gave a sign of life within ten seconds." },
  open_pages: { help: "Pages in browsers that were open within the last minute." },
  database_connections: { help: "Connections of Entourage to the database, by what they do.", label: "state" },
};

type Row = { name: string; label: string | null; value: number };

async function readDatabase(runtime: OpenRuntime): Promise<readonly Row[]> {
  const options = { requestId: `metrics-${newId()}`, system: true, snapshot: true };
  // As who signed in: the roles of requests do not see what others' connections do.
  const connections = await runtime.sql<Row[]>`
    select 'database_connections' as name, coalesce(state, 'other') as label, count(*)::float8 as value from pg_stat_activity
     where datname = current_database() and application_name like 'entourage-%' group by 2`;
  const rows = await inTransaction(runtime, systemActor("", "metrics"), options, ({ tx }) =>
    tx.execute<Row>(sql`
      with behind as (select h.org_id, coalesce(c.seq, 0) as told, h.seq - coalesce(c.seq, 0) as events
        from event_heads h left join relay_cursors c on c.org_id = h.org_id where h.seq > coalesce(c.seq, 0))
      select 'relay_behind_events' as name, null as label, coalesce(max(events), 0)::float8 as value from behind
      union all select 'relay_behind_seconds', null, coalesce(extract(epoch from now() - min(e.occurred_at)), 0)::float8
        from behind b join events e on e.org_id = b.org_id and e.seq = b.told + 1
      union all select 'leases_live', null, count(*)::float8 from leases where ended_at is null
      union all select 'tasks_open', status, count(*)::float8 from tasks
        where archived_at is null and status not in ('done', 'failed', 'cancelled') group by status
      union all select 'merge_queue', status, count(*)::float8 from merge_jobs where status in ('queued', 'testing') group by status
      union all select 'requests_pending', null, count(*)::float8 from human_requests where status = 'pending'
      union all select 'webhook_deliveries_due', null, count(*)::float8 from webhook_deliveries where status = 'received'
      union all select 'channel_messages_unpushed', null, count(*)::float8 from channel_messages where not is_pushed
      union all select 'sessions', status, count(*)::float8 from sessions
        where status in ('initializing', 'ready', 'running', 'waiting', 'paused', 'error') group by status
      union all select 'sandboxes', status, count(*)::float8 from sandboxes group by status
      union all select 'sandbox_memory_bytes', null, coalesce(sum(memory_bytes), 0)::float8 from sandboxes where status = 'running'
      union all select 'sandbox_cpu_seconds', null, coalesce(sum(cpu_seconds), 0)::float8 from sandboxes where status = 'running'
      union all select 'disk_free_bytes', null, (data->>'freeMegabytes')::float8 * 1048576 from instance_resources where name = 'disk'
      union all select 'data_folder_bytes', key, value::float8 from instance_resources, jsonb_each_text(data->'folders')
        where name = 'data_folder'
      union all select 'workers_live', null, count(*)::float8 from worker_beats where beat_at > now() - interval '10 seconds'
      union all select 'open_pages', null, coalesce(sum(connections), 0)::float8 from realtime_minutes
        where minute = date_trunc('minute', now() - interval '30 seconds')`),
  );
  return [...rows, ...connections];
}

/** Whether a bearer header brings the token that was set. */
export function bringsToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}
