import type { Actor, Runtime } from "../context.ts";
import type { Wake } from "../events/wake.ts";

/** An actor as the database said, and the moment from which on it would say something else by itself. */
export interface Resolved {
  actor: Actor;
  endsAt: number;
}

interface Entry {
  loadedAt: number;
  resolved: Promise<Resolved>;
}

/** A revocation reaches every process by `access_changed` within milliseconds; when that is lost, by this. */
const keptMilliseconds = 2_000;
const caches = new WeakMap<Wake, Map<string, Entry>>();

/**
 * Resolves an actor, or takes the one resolved less than two seconds ago. Refusals are never kept. Requests that come
 * together share one look-up.
 */
export async function resolveActor({ wake }: Runtime, key: string, load: () => Promise<Resolved>): Promise<Actor> {
  const cache = caches.get(wake) ?? openCache(wake);
  const kept = cache.get(key);
  if (kept && Date.now() - kept.loadedAt < keptMilliseconds) {
    const { actor, endsAt } = await kept.resolved;
    if (endsAt > Date.now()) return actor;
  }
  const entry: Entry = { loadedAt: Date.now(), resolved: load() };
  cache.set(key, entry);
  try {
    return (await entry.resolved).actor;
  } catch (error) {
    if (cache.get(key) === entry) cache.delete(key);
    throw error;
  }
}

/** Any change of access, and every poll, empties it: a look-up that was under way then is not kept either. */
function openCache(wake: Wake): Map<string, Entry> {
  const cache = new Map<string, Entry>();
  caches.set(wake, cache);
  wake.on("access_changed", () => cache.clear());
  return cache;
}
