"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { subjectOf } from "#app/_features/policies/policy-words.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { PolicyScope } from "#db/enums.ts";
import type { HumanRequest } from "./inbox-types.ts";

type ToolAlways = { scope: PolicyScope; repoId: null; until: string | null };

type ToolAlwaysDialogProps = {
  request: HumanRequest;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAllow: (always: ToolAlways) => Promise<void>;
};

const spans = [
  { value: "hour", label: "For an hour" },
  { value: "day", label: "For a day" },
  { value: "ever", label: "Until somebody ends it" },
] as const;
type Span = (typeof spans)[number]["value"];
const hours: Record<Exclude<Span, "ever">, number> = { hour: 1, day: 24 };

/** Approves what an agent's tool asks for, and lets exactly that happen unasked from now on: where, and until when. */
export function ToolAlwaysDialog({ request, open, onOpenChange, onAllow }: ToolAlwaysDialogProps) {
  const { can } = useMe();
  const { sessionId } = request;
  const parts = request.lasting ?? [];
  const { data } = useQuery(
    useTRPC().sessions.get.queryOptions({ sessionId: sessionId ?? "" }, { enabled: sessionId !== null }),
  );
  const [scope, setScope] = useState<PolicyScope>("session");
  const [span, setSpan] = useState<Span>("hour");
  const [isPending, setPending] = useState(false);
  const decidesForAll = can("policies:manage");
  const places: { value: PolicyScope; label: string }[] = [
    { value: "session", label: "Only in this session" },
    ...(decidesForAll && data?.session.agentId
      ? [{ value: "agent" as const, label: `Wherever ${request.askedBy.name} works` }]
      : []),
    ...(decidesForAll ? [{ value: "team" as const, label: `For every agent of ${request.teamName}` }] : []),
  ];
  const allow = async () => {
    setPending(true);
    const until = span === "ever" ? null : new Date(Date.now() + hours[span] * 3_600_000).toISOString();
    await onAllow({ scope, repoId: null, until });
    setPending(false);
  };
  return (
    <Dialog
      title="Always allow this"
      description={
        parts.length > 1
          ? "Each of these is allowed without asking from now on, also by itself or in another order, and nothing else. They stand under Settings → Permissions, where each can be ended."
          : "Exactly this is allowed without asking from now on, and nothing else. It stands under Settings → Permissions, where it can be ended."
      }
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button variant="primary" loading={isPending} onClick={() => void allow()}>
            Approve and always allow
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {parts.length === 0 ? (
          <p className="rounded-md bg-sunken px-3 py-2 font-mono text-small break-words">{request.title}</p>
        ) : (
          <ul aria-label="What will be allowed" className="flex flex-col gap-1">
            {parts.map((part) => (
              <li key={`${subjectOf(part)} ${part.pattern}`} className="rounded-md bg-sunken px-3 py-1.5 text-small">
                <span className="text-muted">{subjectOf(part)} </span>
                <span className="font-mono break-words">{part.pattern}</span>
              </li>
            ))}
          </ul>
        )}
        <Field label="Where">
          <Select options={places} value={scope} onValueChange={setScope} />
        </Field>
        <Field label="How long">
          <Select options={spans} value={span} onValueChange={setSpan} />
        </Field>
      </div>
    </Dialog>
  );
}
