"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { channelHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

type NewChannelDialogProps = { orgSlug: string; handle: string | null; onClose: () => void };

/** Goes to a channel by its name. It needs no making: it begins with its first message. */
export function NewChannelDialog({ orgSlug, handle, onClose }: NewChannelDialogProps) {
  const router = useRouter();
  const [name, setName] = useState(handle ? `agent.${handle}.` : "public.");
  const api = useTRPCClient();
  // The server knows which names there can be, and says what is wrong with any other.
  const find = useMutation({
    mutationFn: (channel: string) => api.channels.get.query({ channel }),
    onSuccess: ({ channel }) => router.push(channelHref(orgSlug, channel.channel)),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    find.mutate(name.trim().toLowerCase());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Open a channel"
      description="A channel begins with its first message: name it, then publish or listen."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="open-channel" variant="primary" loading={find.isPending}>
            Open channel
          </Button>
        </>
      }
    >
      <form id="open-channel" onSubmit={submit}>
        <Field
          label="Name"
          hint={`${handle ? `agent.${handle}.… is yours alone to publish on. ` : ""}public.… is everybody's.`}
          {...(find.error ? { error: refusalOf(find.error) } : {})}
        >
          <Input
            mono
            value={name}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            onFocus={(event) => event.currentTarget.setSelectionRange(name.length, name.length)}
            onChange={(event) => {
              setName(event.target.value);
              find.reset();
            }}
          />
        </Field>
      </form>
    </Dialog>
  );
}
