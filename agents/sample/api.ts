import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { newId } from "#server/ids.ts";

const refusal = z.object({ error: z.object({ message: z.string() }) });

/** The HTTP door, as a script uses it. Outlives a restart of the server: a lost answer is asked for again under one key. */
export class Api {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  constructor({ url, token, org }: { url: string; token: string; org?: string | undefined }) {
    this.#base = url.replace(/\/$/, "");
    this.#headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...(org ? { "x-entourage-org": org } : {}),
    };
  }

  /** @throws Error with the server's own words when it refuses. */
  async call<Result>(operation: string, input: Record<string, unknown> = {}): Promise<Result> {
    const headers = { ...this.#headers, "idempotency-key": newId() };
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${this.#base}/api/v1/${operation}`, {
        method: "POST",
        headers,
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(30_000),
      }).catch((error: unknown) => (attempt < 60 ? undefined : Promise.reject(error)));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server parsed it by the operation's output schema
      if (response?.ok) return (await response.json()) as Result;
      if (response && response.status < 500 && response.status !== 429)
        throw new Error(await refusalOf(response, operation));
      if (response && attempt >= 60) throw new Error(await refusalOf(response, operation));
      await delay(Math.min(2_000, 100 * 2 ** attempt));
    }
  }
}

async function refusalOf(response: Response, operation: string): Promise<string> {
  const body = await response.text();
  try {
    return refusal.parse(JSON.parse(body)).error.message;
  } catch {
    return `${operation}: HTTP ${response.status} ${body.slice(0, 200)}`;
  }
}
