import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { BoxFound, BoxProvider } from "#server/sandbox/box.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import * as keeping from "#server/sandboxes/keeping.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";
import { keepOrderInCaches } from "./caches.ts";

const lookMs = 5_000;
const reconcileMs = 60_000;

/**
 * Looks after the sandboxes of this machine: what a killed worker left running ends, what somebody asked for is done, and
 * what is there is told.
 */
export const sandboxes: Part = {
  name: "sandboxes",
  async start({ runtime, log }) {
    if (runtime.settings.sandbox === "process")
      log.warn(
        "ENTOURAGE_SANDBOX=process: agents and gates run as the server's user WITHOUT isolation. They can read and change whatever the server can. For development only.",
      );
    const looking = createLook(runtime, log);
    const rounds = startRounds(log, looking.look);
    const off = runtime.wake.on("sandboxes_asked", (orgId) => {
      // The poll behind it is quiet while nothing is asked.
      if (orgId === undefined) return;
      looking.hurry();
      rounds.ask();
    });
    const timer = setInterval(rounds.ask, lookMs);
    rounds.ask();
    return async () => {
      clearInterval(timer);
      off();
      await rounds.stop();
    };
  },
};

/** @returns one look, whole, to be done again and again; after `hurry` it is a thorough one. */
export function createLook(runtime: Runtime, log: Pick<Logger, "warn">) {
  const { settings } = runtime;
  const place = createHash("sha256").update(`${hostname()}\n${settings.dataDir}`).digest("hex").slice(0, 16);
  const over = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", "sandboxes"), { requestId: `sandboxes-${newId()}`, system: true }, work);
  let reconciledAt = Number.NEGATIVE_INFINITY;
  let wasEmpty = false;
  let trouble = "";

  async function look(): Promise<void> {
    const boxes = await openBoxes(settings).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      // The monitor shows it; the log says it once.
      if (trouble !== error.message) log.warn({ reason: error.message }, "no sandboxes can be made here");
      trouble = error.message;
      return null;
    });
    const isDue = performance.now() - reconciledAt > reconcileMs;
    if (isDue) reconciledAt = performance.now();
    if (isDue) await keepOrderInCaches(settings, place, over);
    if (boxes === null) return;
    trouble = "";
    for (const { id, asked } of await over((context) => keeping.listAsked(context, place))) await boxes[asked](id);
    let found = await (isDue ? boxes.reconcile() : boxes.list());
    if (isDue) found = await forgetUnused(boxes, found, await over((context) => keeping.listUnused(context, place)));
    const seen = await Promise.all(found.flatMap((box) => withUsage(boxes, box)));
    // Nothing where nothing was: there is nothing to say.
    if (seen.length === 0 && wasEmpty && !isDue) return;
    await over((context) => keeping.keepSandboxes(context, { place, host: hostname(), provider: boxes.name }, seen));
    wasEmpty = seen.length === 0;
  }
  const hurry = () => {
    reconciledAt = Number.NEGATIVE_INFINITY;
  };
  return { look, hurry };
}

/** Runs of a worker that was killed, and what nobody needed for a day. */
async function forgetUnused(boxes: BoxProvider, found: BoxFound[], unused: string[]): Promise<BoxFound[]> {
  const isUnused = ({ id, status, labels }: BoxFound) =>
    unused.includes(id) || (labels.kind === "run" && (status === "failed" || status === "stopped"));
  for (const { id, status } of found.filter(isUnused)) if (status !== "running") await boxes.remove(id);
  return found.filter((box) => !isUnused(box));
}

/** A box of an organization with what it uses; runs of single commands are of none. */
function withUsage(boxes: BoxProvider, box: BoxFound): Promise<keeping.SeenBox>[] {
  const { orgId } = box.labels;
  if (orgId === undefined || !/^[0-9a-f-]{36}$/.test(`${orgId}`) || !/^[0-9a-f-]{36}$/.test(box.id)) return [];
  const usage = box.status === "running" ? boxes.usage(box.id).catch(() => null) : Promise.resolve(null);
  return [usage.then((used) => ({ ...box, orgId, usage: used }))];
}
