"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { periodOf } from "./channel-words.ts";

const periods = [600, 3_600, 21_600, 86_400, 604_800];

/** How many messages of one's own channel are kept, and how long; 0 keeps none. */
export function HistoryForm({ channel: { channel, keeps } }: { channel: ChannelInfo }) {
  const [count, setCount] = useState(String(keeps?.count ?? 0));
  const [seconds, setSeconds] = useState(keeps?.seconds ?? 3_600);
  const keep = useChange(useTRPC().channels.keepHistory.mutationOptions(), {
    done: ({ channel: now }) =>
      now.keeps ? `${now.keeps.count} messages are kept` : "Messages are gone after a minute",
    refused: "The history stays as it was",
  });
  const { failure, submit } = useSubmit(async () => {
    await keep.send({ channel, count: Number(count), seconds });
  });
  const isChanged =
    Number(count) !== (keeps?.count ?? 0) || (Number(count) > 0 && seconds !== (keeps?.seconds ?? 3_600));
  const known = periods.includes(seconds) ? periods : [...periods, seconds].toSorted((a, b) => a - b);
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <div className="grid grid-cols-2 gap-2">
        <Field label="Messages kept" {...(failure ? { error: failure } : {})}>
          <Input
            type="number"
            min={0}
            max={1000}
            required
            value={count}
            onChange={(event) => setCount(event.target.value)}
          />
        </Field>
        <Field label="For">
          <Select
            value={String(seconds)}
            onValueChange={(next) => setSeconds(Number(next))}
            options={known.map((each) => ({ value: String(each), label: periodOf(each) }))}
          />
        </Field>
      </div>
      <div className="flex items-center justify-between gap-2">
        <p className="text-small text-muted">0 keeps none: gone after a minute.</p>
        <Button type="submit" size="sm" loading={keep.isPending} disabled={!isChanged || count === ""}>
          Keep so many
        </Button>
      </div>
    </form>
  );
}
