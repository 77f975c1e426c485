import { join } from "node:path";
import { connect, type Sql } from "#db/client.ts";
import { openAccessWatch } from "./auth/access-watch.ts";
import { type Config, config } from "./config.ts";
import type { Runtime, Settings } from "./context.ts";
import { openListening } from "./channels/listening.ts";
import { openParking } from "./dispatch/parking.ts";
import { openStreams } from "./event-streams/hub.ts";
import { startWake } from "./events/wake.ts";
import { openAnswers } from "./human-requests/waiting.ts";
import { openSecrets } from "./keyring.ts";
import { createLogger, type Logger } from "./log.ts";
import { createRates, type Rates } from "./rates.ts";
import { writeCounts } from "./realtime/minutes.ts";
import { pusherSettings } from "./realtime/host.ts";
import { connectPusher, type PushClient } from "./realtime/pusher.ts";

/** A runtime with doors: what route handlers and pages of one process share. */
export type OpenRuntime = Runtime & {
  config: Config;
  log: Logger;
  rates: Rates;
  /** For LISTEN, COPY and rows that belong to no organization. */
  sql: Sql;
  /** Lets waiting agents go and gives the connections back. */
  close(): Promise<void>;
};

const writeCountsEveryMs = 5_000;

/** What somebody may use of sessions where nobody set a quota, by the kind of installation. */
const usualQuotas: Record<Config["profile"], NonNullable<Settings["usualQuota"]>> = {
  development: { sessionsAtOnce: 5, hoursADay: 24, tokensADay: 5_000_000, microsADay: 10_000_000 },
  staging: { sessionsAtOnce: 50, hoursADay: null, tokensADay: null, microsADay: null },
  production: { sessionsAtOnce: 50, hoursADay: null, tokensADay: null, microsADay: null },
};

/** What of the configuration domain code reads. */
const settingsOf = (from: Config): Settings => ({
  dataDir: from.dataDir,
  publicUrl: from.publicUrl,
  rateSignIn: from.rateSignIn,
  githubUrl: (from.githubBaseUrl ?? "https://github.com").replace(/\/+$/, ""),
  sessionIdleMinutes: from.sessionIdleMinutes,
  leaseSeconds: { driven: from.leaseSeconds, external: from.externalLeaseSeconds },
  // The sample's repositories are made by the operator, on this machine.
  repoRoots: [...from.repoRoots, join(from.dataDir, "samples")],
  trustedHosts: from.trustedHosts,
  previewHost: from.previewHost,
  sandbox: from.sandbox,
  docker: { host: from.dockerHost, image: from.dockerImage },
  gateOutputLimitBytes: from.gateOutputKilobytes * 1024,
  channelRate: from.channelRate,
  usualQuota: usualQuotas[from.profile],
  mcpStdio: from.mcpStdio === "on",
  ...(from.embeddingsUrl
    ? { embeddings: { url: from.embeddingsUrl, model: from.embeddingsModel, key: from.embeddingsKey } }
    : {}),
  ...(from.imageUrl ? { images: { url: from.imageUrl, model: from.imageModel } } : {}),
});

/** Opens the database, the ear for wake-ups and the line of waiting agents, once where a process starts. */
export async function openRuntime(name: string, from: Config = config()): Promise<OpenRuntime> {
  const url = from.databaseUrl;
  if (!url) throw new Error(`The ${name} process needs DATABASE_URL; \`npm start\` sets it.`);
  const log = createLogger(name);
  const { sql, db, close } = connect(url, { poolSize: from.poolSize, name: `entourage-${name}` });
  const wake = await startWake({
    url,
    sql,
    onError: (error) => log.warn({ error }, "wake-ups are disturbed; the poll goes on"),
  });
  const settings = settingsOf(from);
  const parking = openParking({
    db,
    wake,
    settings,
    onError: (error) => log.error({ error }, "giving work to waiting agents failed"),
  });
  const listening = openListening({
    db,
    wake,
    settings,
    onError: (error) => log.error({ error }, "bringing messages of channels failed; it looks again in a moment"),
  });
  const answers = openAnswers({
    db,
    wake,
    settings,
    onError: (error) => log.error({ error }, "bringing answers failed; it looks again in a moment"),
  });
  const access = openAccessWatch({
    db,
    wake,
    settings,
    onError: (error) => log.warn({ error }, "open requests could not be checked; the next look is soon"),
  });
  // The keys of the host are read when somebody asks for the first time.
  let host: PushClient | undefined;
  const push = () => (host ??= connectPusher(pusherSettings(from, openSecrets(from.dataDir))));
  const streams = openStreams({
    db,
    wake,
    settings,
    onError: (error) => log.warn({ error }, "event streams were not told; the next look goes on from there"),
  });
  const writing = setInterval(
    () => void writeCounts({ db, wake, settings }).catch((error: unknown) => log.debug({ error }, "counts wait")),
    writeCountsEveryMs,
  );
  writing.unref();
  return {
    db,
    wake,
    settings,
    streams,
    parking,
    access,
    answers,
    listening,
    subscribersOf: (channel) => push().subscribersOf(channel),
    config: from,
    log,
    sql,
    rates: createRates(from),
    async close() {
      clearInterval(writing);
      await writeCounts({ db, wake, settings }).catch(() => {});
      streams.close();
      parking.close();
      access.close();
      answers.close();
      listening.close();
      host?.close();
      await wake.close();
      await close();
    },
  };
}

declare global {
  // Next bundles route modules apart from each other and from the process that serves them; globalThis is what they share.
  var entourageRuntime: Promise<OpenRuntime> | undefined;
}

/** The runtime of the web process, opened by the first request. A database that was away is tried again by the next. */
export function webRuntime(): Promise<OpenRuntime> {
  globalThis.entourageRuntime ??= openRuntime("web").catch((error: unknown) => {
    globalThis.entourageRuntime = undefined;
    throw error;
  });
  return globalThis.entourageRuntime;
}
