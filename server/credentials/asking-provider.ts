import { z } from "zod";
import type { ModelApi } from "#db/enums.ts";
import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { guardedFetch } from "../outgoing/guarded-fetch.ts";
import type { Endpoint } from "./schema.ts";

export interface Tested {
  ok: boolean;
  /** What the provider answered, in words for the person who saves the key. */
  answer: string;
  /** The models it lists; at most 500. */
  models: string[];
}

const secondsToAnswer = 10;
const mostModels = 500;

const listed = z.object({ data: z.array(z.object({ id: z.string() })) });
const tags = z.object({ models: z.array(z.object({ name: z.string() })) });
const complaint = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/**
 * Asks a provider for its list of models, with the key: the cheapest real call there is, it costs nothing. Sources:
 * GET /v1/models of Anthropic and of the OpenAI API, GET /api/tags of Ollama. No redirect is followed with the key.
 */
export async function testEndpoint(endpoint: Endpoint, settings: Settings): Promise<Tested> {
  const call = guardedFetch({ trustedHosts: settings.trustedHosts, mostBytes: 4 * 1024 * 1024 });
  const { url, headers } = requestFor(endpoint);
  try {
    const response = await call(url, { headers, signal: AbortSignal.timeout(secondsToAnswer * 1_000) });
    const body = await response.text();
    if (!response.ok) return { ok: false, answer: `It answered ${response.status}: ${wordsOf(body)}.`, models: [] };
    const models = modelsIn(endpoint.api, body);
    if (!models)
      return { ok: false, answer: "It answered, but not with a list of models: check the address.", models: [] };
    return {
      ok: true,
      answer: `It answered with ${models.length} ${models.length === 1 ? "model" : "models"}.`,
      models,
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    return { ok: false, answer: unreachable(error), models: [] };
  }
}

function requestFor({ api, baseUrl, key }: Endpoint): { url: string; headers: Record<string, string> } {
  const base = baseUrl.replace(/\/+$/, "");
  const accept = { accept: "application/json" };
  if (api === "anthropic")
    return {
      url: `${base}/models?limit=1000`,
      headers: { ...accept, "x-api-key": key ?? "", "anthropic-version": "2023-06-01" },
    };
  const bearer: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return { url: api === "ollama" ? `${base}/api/tags` : `${base}/models`, headers: { ...accept, ...bearer } };
}

function modelsIn(api: ModelApi, body: string): string[] | undefined {
  const parsed = parse(body);
  const names =
    api === "ollama"
      ? tags.safeParse(parsed).data?.models.map(({ name }) => name)
      : listed.safeParse(parsed).data?.data.map(({ id }) => id);
  return names
    ?.filter((name) => name.length <= 200 && name.isWellFormed() && !name.includes("\0"))
    .slice(0, mostModels);
}

/** The provider's own words, shortened and without the full stop; what is no JSON is not repeated: it may be anything. */
function wordsOf(body: string): string {
  const { data } = complaint.safeParse(parse(body));
  const text = data ? (typeof data.error === "string" ? data.error : data.error.message) : "without saying why";
  return text
    .replaceAll("\0", "")
    .toWellFormed()
    .slice(0, 300)
    .replace(/[\s.]+$/, "");
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof Error && error.name === "TimeoutError")
    return `It did not answer within ${secondsToAnswer} seconds.`;
  return `It cannot be reached${code ? ` (${code})` : ""}.`;
}
