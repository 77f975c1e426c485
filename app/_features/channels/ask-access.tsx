"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";

/** Asks the owner of a locked channel to be let in, with a reason that everybody can read. */
export function AskAccess({ channel }: { channel: ChannelInfo }) {
  const [reason, setReason] = useState("");
  const [isAsked, setAsked] = useState(false);
  const ask = useChange(useTRPC().channels.requestAccess.mutationOptions(), { refused: "Nothing was asked" });
  const { failure, submit } = useSubmit(async () => {
    await ask.send({ channel: channel.channel, reason });
    setAsked(true);
  });
  if (isAsked) {
    return (
      <Banner tone="info" inset title={`${channel.owner ?? "The owner"} was asked.`}>
        This page opens by itself once you are granted.
      </Banner>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label="Ask to be let in"
        hint="Published with your name on public.access, where everybody reads it."
        {...(failure ? { error: failure } : {})}
      >
        <Input
          value={reason}
          maxLength={500}
          placeholder="Why you should hear it"
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <Button type="submit" loading={ask.isPending} disabled={reason.trim() === ""} className="self-start">
        Ask {channel.owner ?? "the owner"}
      </Button>
    </form>
  );
}
