"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import type { TailEntry } from "#app/_lib/channel-tail.ts";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CopyButton } from "#app/_ui/copy.tsx";
import { compactJson, indentedJson, type JsonToken, jsonTokens } from "./json-text.ts";
import type { HandleFace } from "./use-handles.ts";

const shortCharacters = 280;

type Told = Exclude<TailEntry, { kind: "gap" }>;
type TailLineProps = { entry: Told; kind: HandleFace["kind"]; name: string; onOpen: () => void };

/** A message in a tail: when, who, what on one line; a press shows all of it. Whatever it holds, it is shown as text. */
export const TailLine = memo(function TailLine({ entry, kind, name, onOpen }: TailLineProps) {
  const [isOpen, setOpen] = useState(false);
  const { seq, message } = entry;
  const [whole, state] = useWhole(entry, isOpen);
  const short = entry.kind === "message" ? compactJson(entry.message.payload ?? null, shortCharacters) : undefined;
  const isLong = short === undefined || short.isCut || short.text.length > 60;
  return (
    <li className="group border-b border-line/60 text-app" data-seq={seq}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          if (!isOpen) onOpen();
          setOpen(!isOpen);
        }}
        className="flex w-full items-start gap-x-2 px-3 py-1 text-left -outline-offset-2 hover:bg-hover max-sm:flex-wrap coarse:py-2"
      >
        <time
          dateTime={message.timestamp}
          title={`${exact.format(new Date(message.timestamp))}, message ${seq}`}
          className="shrink-0 font-mono text-small/5 text-faint tabular-nums"
        >
          {clock.format(new Date(message.timestamp))}
        </time>
        <span className="flex h-5 w-28 shrink-0 items-center gap-1.5 max-sm:w-auto" title={name}>
          <ActorAvatar kind={kind} name={name} size={16} decorative />
          <span className={clsx("truncate text-small/5 max-sm:max-w-48", kind === "agent" ? "text-agent" : "text-ink")}>
            {message.sender}
          </span>
        </span>
        <span
          className={clsx(
            "min-w-0 grow font-mono text-small/5 wrap-anywhere max-sm:order-last max-sm:w-full",
            !isOpen && isLong && "line-clamp-2",
          )}
        >
          {short ? <Json text={short.text} /> : <span className="text-muted">A large message; open it to read it</span>}
          {short?.isCut ? <span className="text-faint"> …</span> : null}
        </span>
        <ChevronRight
          aria-hidden="true"
          className={clsx("mt-1 size-3 shrink-0 text-faint max-sm:ml-auto", isOpen && "rotate-90")}
        />
      </button>
      {isOpen ? (
        <div className="px-3 pb-2">
          {whole === undefined ? (
            <p className="text-small text-muted">{state}</p>
          ) : (
            <div className="relative rounded-md border bg-sunken">
              <div className="absolute top-1 right-1">
                <CopyButton text={JSON.stringify(whole, null, 2)} label="Copy the message" />
              </div>
              <pre
                tabIndex={0}
                className="max-h-96 overflow-auto p-2 pr-10 font-mono text-small/5 wrap-anywhere whitespace-pre-wrap -outline-offset-2"
              >
                <Json text={indentedJson(whole)} />
              </pre>
            </div>
          )}
        </div>
      ) : null}
    </li>
  );
});

/** The whole message: what was pushed, or read when it is asked for. */
function useWhole(entry: Told, isWanted: boolean): [whole: unknown, state: string] {
  const api = useTRPCClient();
  const [read, setRead] = useState<{ payload: unknown }>();
  const [state, setState] = useState("");
  const { seq, message } = entry;
  if (entry.kind === "message") return [entry.message.payload ?? null, ""];
  if (isWanted && !read && state === "") {
    setState("Reading it…");
    const asked = { channels: [{ channel: message.channel, since: seq - 1 }], timeoutSeconds: 0, limit: 1 };
    api.channels.read.query(asked).then(
      ({ messages }) =>
        messages[0]?.seq === seq
          ? setRead({ payload: messages[0].payload })
          : setState("It was not kept: the channel has gone on without it."),
      (error: unknown) => setState(error instanceof Error ? error.message : "It could not be read."),
    );
  }
  return [read?.payload, state];
}

const colours: Record<JsonToken["kind"], string> = {
  key: "text-muted",
  string: "text-ink",
  number: "text-info",
  word: "text-agent",
  mark: "text-faint",
};

function Json({ text }: { text: string }) {
  return jsonTokens(text).map((token, index) => (
    // A text does not change: the place of a piece is which one it is.
    <span key={index} className={colours[token.kind]}>
      {token.text}
    </span>
  ));
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** Some messages were gone before they could be read. */
export function TailGap({ missed }: { missed: number }) {
  return (
    <li className="flex items-center gap-2 border-b border-line/60 px-3 py-1 text-small text-muted">
      <span className="h-px grow bg-line" />
      {missed === 1 ? "1 message was" : `${missed} messages were`} not kept
      <span className="h-px grow bg-line" />
    </li>
  );
}

/** Asks for the rows before the ones that are shown. */
export function EarlierButton({ onPress }: { onPress: () => void }) {
  return (
    <li className="flex justify-center border-b border-line/60 py-1">
      <Button size="sm" variant="ghost" onClick={onPress}>
        Show earlier messages
      </Button>
    </li>
  );
}
