import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { countFor, takeUnwritten } from "../tally.ts";

type Base = Pick<Runtime, "db" | "wake" | "settings">;

/** Writes down what this process counted for organizations. What could not be written is kept for the next time. */
export async function writeCounts(runtime: Base): Promise<void> {
  const counts = takeUnwritten();
  if (counts.size === 0) return;
  const rows = JSON.stringify(
    [...counts].map(([org, { events, rateLimited, denied }]) => ({ org, events, limited: rateLimited, denied })),
  );
  try {
    await inAll(
      runtime,
      sql`insert into realtime_minutes as m (org_id, minute, events, rate_limited, denied)
      select c.org, date_trunc('minute', now()), c.events, c.limited, c.denied
        from jsonb_to_recordset(${rows}::text::jsonb) as c(org uuid, events int, limited int, denied int)
        join organizations o on o.org_id = c.org order by c.org
      on conflict (org_id, minute) do update set events = m.events + excluded.events,
        rate_limited = m.rate_limited + excluded.rate_limited, denied = m.denied + excluded.denied`,
    );
  } catch (error) {
    for (const [orgId, { events, rateLimited, denied }] of counts) {
      countFor(orgId, "events", events);
      countFor(orgId, "rateLimited", rateLimited);
      countFor(orgId, "denied", denied);
    }
    throw error;
  }
}

/** Writes down how many pages of each organization are open at this moment; of several looks a minute keeps the most. */
export async function writeConnections(runtime: Base, openPages: ReadonlyMap<string, number>): Promise<void> {
  if (openPages.size === 0) return;
  const rows = JSON.stringify([...openPages].map(([org, pages]) => ({ org, pages })));
  await inAll(
    runtime,
    sql`insert into realtime_minutes as m (org_id, minute, connections)
    select p.org, date_trunc('minute', now()), p.pages
      from jsonb_to_recordset(${rows}::text::jsonb) as p(org uuid, pages int)
      join organizations o on o.org_id = p.org order by p.org
    on conflict (org_id, minute) do update set connections = greatest(m.connections, excluded.connections)`,
  );
}

function inAll(runtime: Base, statement: ReturnType<typeof sql>): Promise<unknown> {
  const options = { requestId: `minutes-${newId()}`, system: true };
  return inTransaction(runtime, systemActor("", "minutes"), options, ({ tx }) => tx.execute(statement));
}
