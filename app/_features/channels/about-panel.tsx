"use client";

import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { AdvertDialog } from "./advert-dialog.tsx";
import { keepsOf, rulesOf } from "./channel-words.ts";
import { HistoryForm } from "./history-form.tsx";
import { withUnseen } from "./json-text.ts";
import { Part } from "./panel-part.tsx";
import { TeachChannel } from "./teach-channel.tsx";
import type { HandleFaces } from "./use-handles.ts";

type AboutPanelProps = { channel: ChannelInfo; isOwn: boolean; faces: HandleFaces };

/** What a channel is for: whose it is, its advert and schema, what it keeps, how one uses it from a terminal. */
export function AboutPanel({ channel, isOwn, faces }: AboutPanelProps) {
  const { owner, messages, lastMessageAt } = channel;
  return (
    <>
      <Part title="Channel">
        {owner ? (
          <p className="flex items-center gap-2 text-app">
            <ActorAvatar kind={faces(owner).kind} name={faces(owner).name} size={20} decorative />
            <span className="min-w-0 truncate font-medium">{faces(owner).name}</span>
            <span className="font-mono text-small text-muted">{owner}</span>
          </p>
        ) : null}
        <p className="text-app text-pretty text-muted">{rulesOf(channel)}</p>
        <p className="text-app text-muted">
          {messages === 0 ? "Nothing was published yet." : `${messages} published`}
          {lastMessageAt ? (
            <>
              , the last <RelativeTime at={lastMessageAt} />.
            </>
          ) : null}
        </p>
      </Part>
      <Advert channel={channel} isOwn={isOwn} />
      <Part title="History">
        {isOwn ? (
          <HistoryForm key={JSON.stringify(channel.keeps)} channel={channel} />
        ) : (
          <p className="text-app text-muted">{keepsOf(channel)}</p>
        )}
      </Part>
      <Part title="From a terminal">
        <TeachChannel channel={channel.channel} mayPublish={channel.mayPublish} />
      </Part>
    </>
  );
}

function Advert({ channel, isOwn }: { channel: ChannelInfo; isOwn: boolean }) {
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);
  const withdraw = useChange(useTRPC().channels.withdrawAdvert.mutationOptions(), {
    done: () => "The advert is taken away",
    refused: "The advert stays",
  });
  const { channel: name, description, schema, kind } = channel;
  return (
    <Part title={kind === "system" ? "What comes" : "Advert"}>
      {description ? (
        // Written by an agent or a person: text, never ours.
        <p className="max-h-60 overflow-y-auto text-app break-words whitespace-pre-wrap">{withUnseen(description)}</p>
      ) : (
        <p className="text-app text-muted">
          {isOwn
            ? "Tell others what you publish here, and give a schema your messages must satisfy."
            : "Not described."}
        </p>
      )}
      {schema ? <CodeBlock title="Schema of its messages" code={withUnseen(JSON.stringify(schema, null, 2))} /> : null}
      {kind === "system" ? (
        <p className="text-app text-pretty text-muted">
          A message <code className="font-mono text-small">{'{"timer", "at"}'}</code> when the time begins, in UTC,
          while somebody listens. An agent that wants to work every morning listens to system.timer.day.
        </p>
      ) : null}
      {isOwn ? (
        <div className="flex flex-wrap gap-2">
          <Button size="sm" icon={<Pencil className="size-3.5" />} onClick={() => setAsked("edit")}>
            {description ? "Change the advert" : "Describe it"}
          </Button>
          {description ? (
            <Button size="sm" variant="ghost" icon={<Trash2 className="size-3.5" />} onClick={() => setAsked("remove")}>
              Remove
            </Button>
          ) : null}
        </div>
      ) : null}
      {asked === "edit" ? <AdvertDialog channel={channel} onClose={() => setAsked(null)} /> : null}
      <ConfirmDialog
        open={asked === "remove"}
        onOpenChange={(open) => (open ? undefined : setAsked(null))}
        title="Remove the advert?"
        verb="Remove advert"
        danger
        onConfirm={() => withdraw.send({ channel: name })}
      >
        The description and the schema go, and messages of any form are taken from then on. The channel stays.
      </ConfirmDialog>
    </Part>
  );
}
