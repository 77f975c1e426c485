import { setTimeout as delay } from "node:timers/promises";

/** Begins `count` pieces of work at a steady rate, whether the ones before have ended or not; resolves when all have. */
export async function openLoop(count: number, perSecond: number, work: (index: number) => Promise<void>) {
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const waitMs = begun + (index * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await delay(waitMs);
    all.push(work(index));
  }
  await Promise.all(all);
}

/** Looks until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinSeconds = 30): Promise<void> {
  for (const deadline = Date.now() + withinSeconds * 1_000; Date.now() < deadline; await delay(5)) {
    if (await isSo()) return;
  }
  throw new Error(`${what}: not within ${withinSeconds} s`);
}
