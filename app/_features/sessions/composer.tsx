"use client";

import clsx from "clsx";
import { ArrowUp, Clock, Paperclip, Square } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useDraft } from "#app/_lib/drafts.tsx";
import { Button } from "#app/_ui/button.tsx";
import { controlClass } from "#app/_ui/control-look.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { AttachmentChips } from "./attachment-chips.tsx";
import { filesWithin, refusedFiles } from "./attachments.ts";
import { takeFresh } from "./fresh-session.ts";

type ComposerProps = {
  sessionId: string;
  agent: string;
  isRunning: boolean;
  /** Why nothing can be said now; null when it can. */
  closed: string | null;
  /** What waits for the end of the turn; whoever stops it takes it back, and has it here again. */
  queued: readonly string[];
  /** @returns whether it was taken; what was written stays when it was not. */
  onSend: (text: string, files: readonly File[]) => Promise<boolean>;
  onStop: () => void;
  /** Pickers of mode and model. */
  children?: ReactNode;
};

/** Where one writes to the agent. ⌘↵ sends, and what is sent while it works waits for its turn; Esc stops it. */
export function Composer({ sessionId, agent, isRunning, closed, queued, onSend, onStop, children }: ComposerProps) {
  const [text, setText] = useDraft(`session|${sessionId}`);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [refused, setRefused] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const [isOver, setOver] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Where the keys of a telephone would cover the page, one taps the box when one wants to write.
    if (takeFresh(sessionId) && !matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [sessionId]);
  const add = (more: readonly File[]) => {
    setRefused(refusedFiles(files, more));
    setFiles(filesWithin(files, more));
  };
  const stop = () => {
    if (text.trim() === "" && queued.length > 0) setText(queued.join("\n\n"));
    onStop();
  };
  const send = () => {
    if ((text.trim() === "" && files.length === 0) || isSending) return field.current?.focus();
    setSending(true);
    void onSend(text, files)
      .then((taken) => {
        if (!taken) return;
        setText("");
        setFiles([]);
        setRefused(null);
      })
      .finally(() => setSending(false));
  };
  if (closed !== null) {
    return <p className="border-t px-3 py-3 text-center text-app text-muted">{closed}</p>;
  }
  return (
    <form
      aria-label={`Message to ${agent}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="@container border-t px-3 pt-2 pb-3"
    >
      <div className="mx-auto flex max-w-3xl flex-col gap-2">
        {queued.length > 0 ? (
          <p role="status" className="flex items-center gap-1.5 text-small text-muted">
            <Clock aria-hidden="true" className="size-3.5" />
            {queued.length === 1 ? "1 message waits" : `${queued.length} messages wait`} for the end of this turn.
          </p>
        ) : null}
        <AttachmentChips files={files} onRemove={(file) => setFiles(files.filter((one) => one !== file))} />
        {refused ? (
          <p role="alert" className="text-small text-danger">
            {refused}
          </p>
        ) : null}
        <textarea
          ref={field}
          data-session-composer=""
          aria-label={`Message to ${agent}`}
          placeholder={
            isRunning ? `${agent} works; what you send now waits for its turn` : `Say what ${agent} should do`
          }
          value={text}
          rows={2}
          maxLength={100_000}
          onChange={(event) => setText(event.target.value)}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            add([...event.dataTransfer.files]);
          }}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return;
            event.preventDefault();
            add([...event.clipboardData.files]);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
              event.preventDefault();
              send();
            } else if (event.key === "Escape" && !event.nativeEvent.isComposing) {
              event.preventDefault();
              if (isRunning) stop();
              else event.currentTarget.blur();
            }
          }}
          className={clsx(
            controlClass,
            "field-sizing-content max-h-64 min-h-14 resize-none px-2.5 py-2 text-read",
            isOver && "bg-accent-soft",
          )}
        />
        <div className="flex flex-wrap items-center gap-2">
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              add([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <IconButton label="Attach files" icon={<Paperclip />} onClick={() => picker.current?.click()} />
          <div className="flex min-w-0 grow basis-64 items-center gap-2 @max-xl:order-first @max-xl:basis-full">
            {children}
          </div>
          <span className="grow basis-0 @xl:hidden" />
          {isRunning ? (
            <Button variant="secondary" icon={<Square className="size-3.5" />} keys="escape" onClick={stop}>
              Stop
            </Button>
          ) : null}
          <Button
            type="submit"
            variant="primary"
            icon={isRunning ? <Clock className="size-4" /> : <ArrowUp className="size-4" />}
            keys="mod+enter"
            loading={isSending}
          >
            {isRunning ? "Queue" : "Send"}
          </Button>
        </div>
      </div>
    </form>
  );
}
