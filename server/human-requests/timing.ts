import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { resumeClocks } from "../leases/clocks.ts";

interface Due {
  org: string;
  id: string;
  task: string | null;
  team: string;
  title: string;
}

/**
 * Ends requests whose time is over, over all organizations; the tasks they blocked go on, and their askers are told.
 * Set-based, and safe from any number of workers: what another holds is skipped and looked at again a second later.
 * @returns how many.
 */
export async function expireRequests(context: Context): Promise<number> {
  const { tx } = context;
  // Tasks before requests, as everywhere. `now()`: what may change from row to row is not looked up by an index.
  const due = await tx.execute<Due & Record<string, unknown>>(sql`
    with due as materialized (
      select h.org_id, h.id, h.task_id from human_requests h
       where h.status = 'pending' and h.expires_at <= now() order by h.expires_at limit 500
    ), held as materialized (
      select t.org_id, t.id from tasks t where (t.org_id, t.id) in (select d.org_id, d.task_id from due d)
       order by t.org_id, t.id for update skip locked
    )
    select h.org_id as org, h.id, h.task_id as task, h.team_id as team, h.title from due d
      join human_requests h on h.org_id = d.org_id and h.id = d.id and h.status = 'pending'
     where d.task_id is null or (d.org_id, d.task_id) in (select x.org_id, x.id from held x)
     order by h.org_id, h.id for update of h skip locked`);
  await record(
    context,
    "request.expired",
    due.map(({ org, id, task, team }) => ({
      ...{ orgId: org, subject: id, task, team },
      data: { reason: "Nobody answered in time." },
    })),
  );
  await letTasksGoOn(context, due);
  return due.length;
}

async function letTasksGoOn(context: Context, due: readonly Due[]): Promise<void> {
  const tasks = JSON.stringify(due.flatMap(({ org, task }) => (task ? [{ o: org, t: task }] : [])));
  if (tasks === "[]") return;
  const free = await context.tx.execute<{ org: string; task: string; team: string }>(sql`
    select distinct t.org_id as org, t.id as task, t.team_id as team
      from jsonb_to_recordset(${tasks}::text::jsonb) as q(o uuid, t uuid)
      join tasks t on t.org_id = q.o and t.id = q.t and t.status = 'blocked'
      join leases l on l.org_id = t.org_id and l.task_id = t.id and l.ended_at is null
      join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id and c.parked_at is not null
     where not exists (select 1 from human_requests h where h.org_id = t.org_id and h.task_id = t.id
       and h.status = 'pending' and h.blocks_task)
     order by 1, 2`);
  await record(
    context,
    "task.status_changed",
    free.map(({ org, task, team }) => ({
      ...{ orgId: org, subject: task, task, team },
      data: { from: "blocked" as const, to: "in_progress" as const, reason: "Nobody answered in time." },
    })),
  );
  await resumeClocks(
    context,
    free.map(({ org, task }) => ({ orgId: org, taskId: task })),
  );
}

/**
 * What waits too long goes to the top, and every owner and admin gets a message. Once per request.
 * @returns how many.
 */
export async function escalateRequests(context: Context): Promise<number> {
  const { tx } = context;
  const late = await tx.execute<Due & { asker: string } & Record<string, unknown>>(sql`
    select h.org_id as org, h.id, h.task_id as task, h.team_id as team, h.title, h.asked_by->>'name' as asker from human_requests h
     where h.status = 'pending' and h.escalated_at is null and h.escalate_at <= now()
     order by h.org_id, h.id limit 200 for update skip locked`);
  if (late.length === 0) return 0;
  await record(
    context,
    "request.escalated",
    late.map(({ org, id, task, team }) => ({ orgId: org, subject: id, task, team, data: {} })),
  );
  await tellAdmins(context, late);
  return late.length;
}

async function tellAdmins(context: Context, late: readonly (Due & { asker: string })[]): Promise<void> {
  const orgs = `{${[...new Set(late.map(({ org }) => org))].join(",")}}`;
  const admins = await context.tx.execute<{ org: string; user: string }>(sql`select org_id as org, user_id as "user"
    from memberships where org_id = any(${orgs}::uuid[]) and role in ('owner', 'admin') and status = 'active' order by 1, 2`);
  await record(
    context,
    "message.sent",
    late.flatMap(({ org, task, team, title, asker }) =>
      admins
        .filter((admin) => admin.org === org)
        .map(({ user }) => ({
          ...{ orgId: org, subject: newId(), task, team },
          data: {
            body: `Nobody has answered ${asker} yet: ${title}`,
            recipient: { kind: "user" as const, id: user },
          },
        })),
    ),
  );
}
