"use client";

import { useEffect, useState } from "react";
import { fetchSignedIn } from "#app/_lib/session.ts";
import type { Chunk } from "#server/sessions/schema.ts";
import { SessionStream, type StreamState } from "./session-stream.ts";
import { emptyTranscript, foldChunks } from "./transcript.ts";

/** What was and is being said in a session, live. Give each session a component of its own: it begins empty. */
export function useTranscript(orgSlug: string, sessionId: string) {
  const [transcript, setTranscript] = useState(emptyTranscript);
  const [stream, setStream] = useState<StreamState>({ state: "connecting", reason: null });
  useEffect(() => {
    const following = new SessionStream({
      open: (after, signal) =>
        fetchSignedIn(`/api/sessions/${sessionId}/stream`, {
          headers: { accept: "text/event-stream", "x-entourage-org": orgSlug, "last-event-id": String(after) },
          cache: "no-store",
          signal,
        }),
      readChunk,
      onChunks: (chunks) => setTranscript((so) => foldChunks(so, chunks)),
      onState: setStream,
      schedule: beforePaint,
    });
    return () => following.stop();
  }, [orgSlug, sessionId]);
  return { transcript, stream };
}

export function readChunk(data: string): Chunk | undefined {
  const said: unknown = JSON.parse(data);
  return isChunk(said) ? said : undefined;
}

/** Our own server made it: what it is can be told by its name. */
const isChunk = (said: unknown): said is Chunk =>
  typeof said === "object" && said !== null && "seq" in said && typeof said.seq === "number" && "update" in said;

/** A hidden tab has no frames to paint and would wait for ever. */
function beforePaint(flush: () => void): void {
  if (document.visibilityState === "visible") requestAnimationFrame(flush);
  else setTimeout(flush, 100);
}
