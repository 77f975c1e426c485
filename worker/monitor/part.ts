import { sql } from "drizzle-orm";
import type { ModelApi } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { openKey } from "#server/credentials/service.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Keyring } from "#server/keyring.ts";
import { checkMcpServer, listAttached } from "#server/mcp-servers/checking.ts";
import { forgetSilent } from "#server/resources/processes.ts";
import {
  copyMcpStates,
  forgetRemoved,
  keepInstance,
  keepOfProvider,
  settleWaits,
  tellWaits,
} from "#server/resources/service.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";
import { lookAtInstance, lookAtModels } from "./looking.ts";
import { lookAtDataFolder } from "./storage.ts";

const EVERY_MILLISECONDS = 30_000;
const MEASURE_MILLISECONDS = 10 * 60_000;
const atOnce = 8;

/**
 * Looks every 30 seconds at what the work stands on, and has tasks wait that need what is down. Several workers may look:
 * what was seen lately by another is not asked for again.
 */
export const monitor: Part = {
  name: "monitor",
  async start({ runtime, secrets, log, signal }) {
    const stopping = new AbortController();
    const until = AbortSignal.any([signal, stopping.signal]);
    const rounds = startRounds(log, () => lookAround(runtime, secrets.keyring, until));
    // Somebody asked for a server to be looked at now; the poll behind it is quiet while nothing is asked.
    const off = runtime.wake.on("resources_changed", (orgId) => {
      if (orgId !== undefined) rounds.ask();
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    // Beside the rounds: a large folder takes minutes, and nothing waits for it.
    const measuring = startRounds(log, () => measureStorage(runtime, until));
    const measureTimer = setInterval(measuring.ask, MEASURE_MILLISECONDS);
    rounds.ask();
    measuring.ask();
    return async () => {
      clearInterval(timer);
      clearInterval(measureTimer);
      off();
      stopping.abort();
      await Promise.all([rounds.stop(), measuring.stop()]);
    };
  },
};

/** Measures the data folder, unless another worker did lately. */
export async function measureStorage(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const over = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", "monitor"), { requestId: `monitor-${newId()}`, system: true }, work);
  const [fresh] = await over(({ tx }) =>
    tx.execute(
      sql`select 1 from instance_resources where name = 'data_folder' and checked_at > now() - interval '9 minutes'`,
    ),
  );
  if (fresh) return;
  const seen = await lookAtDataFolder(runtime.settings.dataDir, signal);
  if (signal.aborted) return;
  await over((context) => keepInstance(context, [seen]));
}

interface Due extends Record<string, unknown> {
  orgId: string;
  id: string;
  provider: string;
  api: ModelApi;
  baseUrl: string;
  sealed: string | null;
  changedAt: string;
}

/** One round, whole: what is seen, and what follows for tasks. */
export async function lookAround(runtime: Runtime, keyring: Keyring, signal: AbortSignal): Promise<void> {
  const over = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", "monitor"), { requestId: `monitor-${newId()}`, system: true }, work);
  const seen = await lookAtInstance(runtime.db.$client, runtime.settings);
  await over(async (context) => {
    await keepInstance(context, seen);
    await forgetSilent(context);
  });
  await eachOf(await over(listDueEndpoints), async ({ sealed, ...endpoint }) => {
    const key = openKey(runtime, endpoint, sealed);
    const found = await lookAtModels({ ...endpoint, key }, runtime.settings);
    if (!signal.aborted) await over((context) => keepOfProvider(context, endpoint, found));
  });
  await eachOf(await over((context) => listAttached(context, "due")), (server) =>
    checkMcpServer(runtime, keyring, server, signal),
  );
  if (signal.aborted) return;
  const changed = await over(async (context) => {
    await copyMcpStates(context);
    await forgetRemoved(context);
    return settleWaits(context);
  });
  for (const [orgId, tasks] of Map.groupBy(changed, (one) => one.orgId)) {
    const options = { requestId: `monitor-${newId()}` };
    const told = tasks.map(({ taskId }) => taskId);
    await inTransaction(runtime, systemActor(orgId, "monitor"), options, (context) => tellWaits(context, told));
    if (tasks.some(({ goesOn }) => goesOn)) runtime.wake.announce("task_status_changed", orgId);
  }
}

/** Local ones each round; those that others pay for every five minutes, and each round while they are down; saved ones at once. */
function listDueEndpoints({ tx }: Context): Promise<Due[]> {
  return tx.execute<Due>(sql`select c.org_id as "orgId", c.id, c.provider, c.api, c.base_url as "baseUrl", s.sealed,
      ${isoTime(sql`c.updated_at`)} as "changedAt"
    from model_credentials c left join model_credential_secrets s on s.org_id = c.org_id and s.credential_id = c.id
    left join org_resources r on r.org_id = c.org_id and r.name = 'model:' || c.provider
   where c.removed_at is null and c.user_id is null and c.status = 'working' and (r.checked_at is null or r.checked_at < c.updated_at or r.checked_at < now() -
     case when c.api = 'ollama' or r.status = 'down' then interval '20 seconds' else interval '5 minutes' end)
   order by r.checked_at nulls first limit 500`);
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const one = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
