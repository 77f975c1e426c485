import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { channelOf } from "#server/realtime/channels.ts";
import type { PushClient, PushFrame } from "#server/realtime/pusher.ts";
import type { LinesEvent, SessionLine } from "#server/realtime/schema.ts";
import { readToldLines } from "#server/sessions/at-work.ts";

/** A person reads no faster, and an agent that streams says something fifty times a second. */
const everyMs = 1_000;
/** Hosted Pusher takes 10 KB an event; a line has 160 characters at most. */
const linesPerEvent = 8;

const event: LinesEvent = "lines";

/**
 * Tells the pages of a team what agents do on its tasks: once a second at most, one statement for all that said something.
 * Every worker may tell; the same line twice changes nothing, and a lost one is followed by the next.
 */
export function startLines(
  runtime: Runtime,
  { push, onError }: { push: Pick<PushClient, "triggerFrames">; onError: (error: unknown) => void },
) {
  const told = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = Promise.resolve();

  const off = runtime.wake.on("session_told", (_orgId, sessionId) => {
    if (sessionId === undefined) return;
    told.add(sessionId);
    timer ??= setTimeout(() => {
      running = running.then(tell).catch(onError);
    }, everyMs);
  });

  async function tell(): Promise<void> {
    const ids = [...told];
    told.clear();
    timer = undefined;
    const rows = await inTransaction(
      runtime,
      systemActor("", "lines"),
      { requestId: `lines-${newId()}`, system: true },
      (context) => readToldLines(context, ids),
    );
    const byChannel = new Map<string, SessionLine[]>();
    for (const { orgId, teamId, epoch, session } of rows) {
      const channel = channelOf({ orgId, teamId }, epoch);
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), session]);
    }
    const frames = [...byChannel].flatMap(([channel, lines]) => framesOf(channel, lines));
    if (frames.length > 0) await push.triggerFrames(frames);
  }

  return {
    async stop(): Promise<void> {
      off();
      clearTimeout(timer);
      await running;
    },
  };
}

function framesOf(channel: string, lines: readonly SessionLine[]): PushFrame[] {
  const frames: PushFrame[] = [];
  for (let from = 0; from < lines.length; from += linesPerEvent)
    frames.push({ channel, event, data: JSON.stringify(lines.slice(from, from + linesPerEvent)) });
  return frames;
}
