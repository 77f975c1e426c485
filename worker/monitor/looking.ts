import { statfs } from "node:fs/promises";
import { z } from "zod";
import type { ModelApi } from "#db/enums.ts";
import type { Settings } from "#server/context.ts";
import { testEndpoint } from "#server/credentials/asking-provider.ts";
import { chooseSandbox } from "#server/sandbox/choose.ts";
import { AppError } from "#server/errors.ts";
import { guardedFetch } from "#server/outgoing/guarded-fetch.ts";
import type { Seen } from "#server/resources/service.ts";
import type { Sql } from "#db/client.ts";

const patienceMilliseconds = 5_000;
const leastFreeMegabytes = 512;

/** What the installation stands on. Each look has an end, and none fails the others. */
export async function lookAtInstance(sql: Sql, settings: Settings): Promise<Seen[]> {
  return Promise.all([
    lookAtDatabase(sql),
    lookAtDisk(settings),
    lookAtSandbox(settings),
    lookAtImages(settings),
    lookAtEmbeddings(settings),
    lookAtRealtime(sql),
  ]);
}

async function lookAtDatabase(sql: Sql): Promise<Seen> {
  const begun = performance.now();
  const [row] = await sql<{ size: string }[]>`select pg_size_pretty(pg_database_size(current_database())) as size`;
  return {
    name: "database",
    status: "up",
    detail: `${row?.size ?? "?"}, answers in ${Math.round(performance.now() - begun)} ms`,
  };
}

async function lookAtDisk({ dataDir }: Settings): Promise<Seen> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = Math.round((bavail * bsize) / 1024 / 1024);
  const status = free < leastFreeMegabytes ? "down" : "up";
  return {
    name: "disk",
    status,
    detail: `${free >= 1024 ? `${(free / 1024).toFixed(1)} GB` : `${free} MB`} free`,
    data: { freeMegabytes: free },
  };
}

async function lookAtSandbox(settings: Settings): Promise<Seen> {
  try {
    const { provider, reason, warning } = await chooseSandbox(settings);
    const { name, isolated } = provider;
    const detail = `${name}: ${reason}${warning === null ? "" : ` ${warning}`}`;
    return { name: "sandbox", status: "up", detail, data: { provider: name, isolated, warning } };
  } catch (error) {
    return {
      name: "sandbox",
      status: "down",
      detail: error instanceof AppError ? error.message : "It cannot be started.",
    };
  }
}

/** ComfyUI tells of itself at /system_stats. https://docs.comfy.org/development/comfyui-server/comms_routes */
async function lookAtImages({ images }: Settings): Promise<Seen> {
  if (!images) return { name: "image_server", status: "off", detail: "Not set up (ENTOURAGE_IMAGE_URL)." };
  return answersAt("image_server", `${images.url.replace(/\/+$/, "")}/system_stats`, images.model);
}

async function lookAtEmbeddings({ embeddings }: Settings): Promise<Seen> {
  if (!embeddings)
    return { name: "embeddings", status: "up", detail: "The local model, started when somebody searches." };
  const headers: Record<string, string> = embeddings.key ? { authorization: `Bearer ${embeddings.key}` } : {};
  return answersAt("embeddings", `${embeddings.url.replace(/\/+$/, "")}/models`, embeddings.model, headers);
}

async function answersAt(name: string, url: string, what: string, headers: Record<string, string> = {}): Promise<Seen> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(patienceMilliseconds) });
    await response.body?.cancel();
    return response.ok
      ? { name, status: "up", detail: what }
      : { name, status: "down", detail: `It answers ${response.status}.` };
  } catch {
    return { name, status: "down", detail: "It does not answer." };
  }
}

async function lookAtRealtime(sql: Sql): Promise<Seen> {
  const nodes = await sql<
    { trouble: string | null }[]
  >`select trouble from realtime_nodes where beat_at > now() - interval '15 seconds'`;
  const trouble = nodes.find((node) => node.trouble)?.trouble;
  if (nodes.length === 0)
    return { name: "realtime", status: "off", detail: "No node of ours; another host may serve it." };
  return trouble
    ? { name: "realtime", status: "down", detail: trouble }
    : { name: "realtime", status: "up", detail: nodes.length === 1 ? "1 node" : `${nodes.length} nodes` };
}

export interface Endpoint {
  provider: string;
  api: ModelApi;
  baseUrl: string;
  key: string | null;
}

/** One provider of models: whether it answers, which models it has, and (Ollama) which it holds in memory. */
export async function lookAtModels(endpoint: Endpoint, settings: Settings): Promise<Seen> {
  const name = `model:${endpoint.provider}`;
  try {
    const { ok, answer, models } = await testEndpoint(endpoint, settings);
    const loaded = ok && endpoint.api === "ollama" ? await loadedAt(endpoint, settings) : [];
    const detail = loaded.length > 0 ? `${answer} In memory: ${loaded.join(", ")}.` : answer;
    return {
      name,
      status: ok ? "up" : "down",
      detail: detail.slice(0, 500),
      data: { models: models.slice(0, 200), loaded, api: endpoint.api },
    };
  } catch (error) {
    return { name, status: "down", detail: error instanceof AppError ? error.message : "It could not be asked." };
  }
}

const running = z.object({ models: z.array(z.object({ name: z.string() })) });

/** GET /api/ps lists the models in memory. https://github.com/ollama/ollama/blob/main/docs/api.md#list-running-models */
async function loadedAt({ baseUrl }: Endpoint, { trustedHosts }: Settings): Promise<string[]> {
  const call = guardedFetch({ trustedHosts, mostBytes: 1024 * 1024 });
  try {
    const response = await call(`${baseUrl.replace(/\/+$/, "")}/api/ps`, {
      signal: AbortSignal.timeout(patienceMilliseconds),
    });
    const parsed = running.safeParse(await response.json());
    return parsed.success ? parsed.data.models.slice(0, 50).map(({ name }) => name) : [];
  } catch {
    return [];
  }
}
