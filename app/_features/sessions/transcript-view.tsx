"use client";

import { ArrowDown } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";
import { AskCard } from "./ask-card.tsx";
import { pendingAsks, type Transcript } from "./transcript.ts";
import { TranscriptEntry } from "./transcript-entry.tsx";
import { useFollowEnd } from "./use-follow-end.ts";

type TranscriptViewProps = {
  transcript: Transcript;
  agent: string;
  canAnswer: boolean;
  isRunning: boolean;
  /** Its sandbox is being made; what was said is read after that. */
  isStarting: boolean;
  /** What was said and waits for its turn. */
  waiting: readonly { id: string; text: string; by: string }[];
  /** What stands there before the first word. */
  empty: ReactNode;
};

/** The conversation. It stays at its end while one reads there, and where one reads when one has gone back. */
export function TranscriptView({
  transcript,
  agent,
  canAnswer,
  isRunning,
  isStarting,
  waiting,
  empty,
}: TranscriptViewProps) {
  const scroller = useRef<HTMLElement>(null);
  const { isAtEnd, goToEnd } = useFollowEnd(scroller);
  const asks = pendingAsks(transcript);
  const last = transcript.entries.length - 1;
  return (
    <div className="relative flex min-h-0 grow flex-col">
      <section
        ref={scroller}
        aria-label={`Conversation with ${agent}`}
        tabIndex={0}
        className="min-h-0 grow overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div role="log" aria-live="off" className="mx-auto flex max-w-3xl flex-col gap-3 px-3 py-4">
          {transcript.entries.length === 0 && waiting.length === 0 ? empty : null}
          {transcript.entries.map((entry, index) => {
            const ask = asks.find(({ key }) => key === entry.key);
            return (
              <div
                key={entry.key}
                className={
                  index < last - 30 ? "[content-visibility:auto] [contain-intrinsic-size:auto_40px]" : undefined
                }
              >
                <TranscriptEntry
                  entry={entry}
                  agent={agent}
                  isGrowing={isRunning && index === last}
                  ask={
                    ask ? <AskCard requestId={ask.requestId} isFirst={asks[0] === ask} canAnswer={canAnswer} /> : null
                  }
                />
              </div>
            );
          })}
          {isRunning ? (
            <p role="status" className="flex min-h-6 items-center gap-2 text-small text-muted">
              <AgentMark name={agent} size={16} decorative />
              <Spinner immediate />
              {asks.length > 0 ? `${agent} waits for an answer` : `${agent} is working`}
            </p>
          ) : null}
          {isStarting && waiting.length > 0 ? (
            <p role="status" className="flex min-h-6 items-center gap-2 text-small text-muted">
              <AgentMark name={agent} size={16} decorative />
              <Spinner immediate />
              {agent} is starting: its sandbox is being made
            </p>
          ) : null}
          {waiting.map(({ id, text, by }) => (
            <section
              key={id}
              aria-label={`Waits for its turn, written by ${by}`}
              className="rounded-md border border-dashed px-3 py-2 text-muted"
            >
              <p className="text-small">{by} · waits for its turn</p>
              <p className="text-read break-words whitespace-pre-wrap">{text}</p>
            </section>
          ))}
        </div>
      </section>
      {isAtEnd ? null : (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            size="sm"
            className="pointer-events-auto shadow-popup"
            icon={<ArrowDown className="size-3.5" />}
            onClick={goToEnd}
          >
            To the end
          </Button>
        </div>
      )}
    </div>
  );
}
