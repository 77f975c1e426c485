"use client";

import { useMutation } from "@tanstack/react-query";
import { Send, WandSparkles } from "lucide-react";
import { type SubmitEvent, useRef, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { hintsOf, skeletonOf } from "./schema-hints.ts";

/** Publishes a message: JSON, as the advert says it should be; errors in the server's words. */
export function PublishBox({ channel }: { channel: ChannelInfo }) {
  const [text, setText] = useDraft(`channel|${channel.channel}`);
  const [notJson, setNotJson] = useState<string>();
  const box = useRef<HTMLFormElement>(null);
  const publish = useMutation(useTRPC().channels.publish.mutationOptions({ onSuccess: () => setText("") }));
  const hints = channel.schema ? hintsOf(channel.schema) : [];
  const send = (payload: unknown) => {
    setNotJson(undefined);
    if (!publish.isPending) publish.mutate({ channel: channel.channel, payload });
  };
  const submit = (event?: SubmitEvent) => {
    event?.preventDefault();
    if (text.trim() === "") return;
    const read = readJson(text);
    if ("problem" in read) setNotJson(read.problem);
    else send(read.value);
  };
  useActions([
    {
      id: "channel.publish",
      title: "Write a message on this channel",
      group: "Channels",
      keys: "r",
      icon: <Send />,
      run: () => box.current?.querySelector("textarea")?.focus(),
    },
  ]);
  return (
    <form ref={box} onSubmit={submit} className="flex shrink-0 flex-col gap-2 border-t p-3">
      {hints.length > 0 ? <Hints hints={hints} /> : null}
      <Textarea
        mono
        aria-label={`Message on ${channel.channel}`}
        placeholder={'{"text": "Hello"}'}
        value={text}
        maxLength={20_000}
        spellCheck={false}
        className="max-h-60! min-h-14!"
        onChange={(event) => {
          setText(event.target.value);
          setNotJson(undefined);
          publish.reset();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          submit();
        }}
      />
      {notJson ? (
        <p role="alert" className="flex flex-wrap items-center gap-2 text-app text-danger">
          <span className="min-w-0">{notJson}</span>
          <Button size="sm" onClick={() => send(text.trim())}>
            Send it as text
          </Button>
        </p>
      ) : null}
      {publish.error ? (
        <p role="alert" className="text-app break-words text-danger">
          {refusalOf(publish.error)}
        </p>
      ) : null}
      <div className="flex items-center justify-end gap-2">
        {channel.schema && text.trim() === "" ? (
          <Button
            size="sm"
            variant="ghost"
            icon={<WandSparkles className="size-3.5" />}
            onClick={() => {
              setText(JSON.stringify(skeletonOf(channel.schema), null, 2));
              box.current?.querySelector("textarea")?.focus();
            }}
          >
            Begin with the schema
          </Button>
        ) : null}
        <Button
          type="submit"
          size="sm"
          icon={<Send className="size-3.5" />}
          loading={publish.isPending}
          disabled={text.trim() === ""}
          keys="mod+enter"
        >
          Publish
        </Button>
      </div>
    </form>
  );
}

function Hints({ hints }: { hints: ReturnType<typeof hintsOf> }) {
  return (
    <ul
      aria-label="What a message has"
      className="flex max-h-16 flex-wrap gap-x-3 gap-y-0.5 overflow-y-auto text-small text-muted"
    >
      {hints.map(({ name, is, isRequired, description }) => (
        <li key={name} title={description ?? undefined}>
          <span className={`font-mono ${isRequired ? "font-semibold text-ink" : ""}`}>{name}</span> {is}
          {isRequired ? <span className="sr-only">, required</span> : null}
        </li>
      ))}
    </ul>
  );
}

function readJson(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^JSON\.parse: /, "") : "";
    return { problem: `This is not JSON: ${why.slice(0, 160)}.` };
  }
}
