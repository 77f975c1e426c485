import { EventSourceParserStream } from "eventsource-parser/stream";
import { backOffMs } from "#app/_lib/back-off.ts";
import type { z } from "zod";
import type { turnLog } from "#server/turns/schema.ts";

export type TurnLog = z.output<typeof turnLog>;

/** The log with what came: another try begins anew; what is kept of the model's words stands in the entries now. */
export function joinLog(so: TurnLog | undefined, came: TurnLog): TurnLog {
  if (!so || so.turns[0]?.id !== came.turns[0]?.id) return came;
  const known = so.entries.at(-1)?.number ?? -1;
  const last = so.parts.at(-1)?.id ?? 0;
  const isSpeaking = came.turns[0]?.status === "running";
  return {
    ...came,
    entries: [...so.entries, ...came.entries.filter(({ number }) => number > known)],
    parts: isSpeaking
      ? [...so.parts, ...came.parts.filter(({ id }) => id > last)].filter(({ id }) => id > came.keptUpTo)
      : [],
  };
}

type FollowOptions = {
  open: (signal: AbortSignal) => Promise<Response>;
  /** `undefined`: the stream begins anew. */
  onLog: (came: TurnLog, isFirst: boolean) => void;
};

/** Follows the stream of a task's latest try until it is stopped; after a cut it is read from the beginning. */
export function followTurns({ open, onLog }: FollowOptions): () => void {
  const ended = new AbortController();
  const follow = async () => {
    for (let failures = 0; !ended.signal.aborted; failures++) {
      const isRefused = await readOnce(open, ended.signal, (came, isFirst) => {
        failures = 0;
        onLog(came, isFirst);
      }).catch(() => false);
      if (isRefused || ended.signal.aborted) return;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, backOffMs(failures));
        ended.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
    }
  };
  void follow();
  return () => ended.abort();
}

/** @returns whether the server refused, which is not different in a moment. */
async function readOnce(
  open: FollowOptions["open"],
  signal: AbortSignal,
  onLog: FollowOptions["onLog"],
): Promise<boolean> {
  const response = await open(signal);
  if (response.status >= 400 && response.status < 500 && response.status !== 429) return true;
  if (!response.ok || !response.body) return false;
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (let isFirst = true; ; isFirst = false) {
    const { done, value } = await reader.read();
    if (done) return false;
    const came: unknown = JSON.parse(value.data);
    if (isLog(came)) onLog(came, isFirst);
  }
}

/** Our own server made it: what it is can be told by its name. */
const isLog = (came: unknown): came is TurnLog => typeof came === "object" && came !== null && "turns" in came;
