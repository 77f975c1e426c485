import { useSyncExternalStore } from "react";

const listeners = new Map<number, { wake: Set<() => void>; now: number; timer: ReturnType<typeof setInterval> }>();

/**
 * The time, renewed every `seconds`, from one timer for the whole page. Null while rendering on the server and
 * hydrating: the two clocks differ, and their texts must not.
 */
export function useNow(seconds = 60): number | null {
  return useSyncExternalStore(
    subscriberOf(seconds),
    () => listeners.get(seconds)?.now ?? latest(),
    () => null,
  );
}

// The same function at every render: with a new one React subscribes anew, and a page of rows would restart the clock,
// read another time and render for ever.
const subscribers = new Map<number, (wake: () => void) => () => void>();
function subscriberOf(seconds: number): (wake: () => void) => () => void {
  const known = subscribers.get(seconds) ?? ((wake) => subscribe(seconds, wake));
  subscribers.set(seconds, known);
  return known;
}

// Between two renders before the subscription the answer must be stable, or React would render for ever.
let lastRead = 0;
function latest(): number {
  const now = Date.now();
  if (now - lastRead > 1000) lastRead = now;
  return lastRead;
}

function subscribe(seconds: number, wake: () => void): () => void {
  let clock = listeners.get(seconds);
  if (!clock) {
    const created = { wake: new Set<() => void>(), now: latest(), timer: setInterval(() => tick(), seconds * 1000) };
    const tick = () => {
      created.now = Date.now();
      for (const each of created.wake) each();
    };
    listeners.set(seconds, created);
    clock = created;
  }
  const { wake: wakes, timer } = clock;
  wakes.add(wake);
  return () => {
    wakes.delete(wake);
    if (wakes.size > 0) return;
    clearInterval(timer);
    listeners.delete(seconds);
  };
}
