import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

export interface Request {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

const run = promisify(execFile);
const program = fileURLToPath(import.meta.resolve("autocannon"));
const answer = z.object({
  requests: z.object({ average: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  errors: z.number(),
  non2xx: z.number(),
});

export interface Load {
  perSecond: number;
  p99Ms: number;
}

/** What an address answers to 16 connections, measured by autocannon in a process of its own. */
async function load(request: Request, { seconds = 4, connections = 16 } = {}): Promise<Load> {
  const { url, method = "GET", headers = {}, body } = request;
  const args = ["-j", "-n", "-c", String(connections), "-d", String(seconds), "-m", method];
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}=${value}`);
  if (body !== undefined) args.push("-b", body);
  const { stdout } = await run(process.execPath, [program, ...args, url], { maxBuffer: 10_000_000 });
  const { requests, latency, errors, non2xx } = answer.parse(JSON.parse(stdout));
  if (errors > 0 || non2xx > 0) throw new Error(`${url}: ${errors} errors, ${non2xx} answers that are not 2xx`);
  return { perSecond: requests.average, p99Ms: latency.p99 };
}

/** Loads several addresses in turns, so that what disturbs one disturbs all. */
export async function loadInTurns<Name extends string>(
  requests: Record<Name, Request>,
  options: { repeats: number; seconds: number },
): Promise<Record<Name, Load[]>> {
  const names = Object.keys(requests).filter((name): name is Name => name in requests);
  const loads = Object.fromEntries(names.map((name) => [name, [] as Load[]]));
  for (const name of names) await load(requests[name], { seconds: 1 });
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const name of names) loads[name]?.push(await load(requests[name], { seconds: options.seconds }));
  }
  // Filled above, one by one, for each of the names.
  return loads as Record<Name, Load[]>;
}

/** Requests a second of several addresses, measured in turns. */
export async function inTurns<Name extends string>(
  requests: Record<Name, Request>,
  options: { repeats: number; seconds: number },
): Promise<Record<Name, number[]>> {
  const loads = await loadInTurns(requests, options);
  const rates = Object.entries<Load[]>(loads).map(([name, each]) => [name, each.map(({ perSecond }) => perSecond)]);
  // The same names as above.
  return Object.fromEntries(rates) as Record<Name, number[]>;
}
