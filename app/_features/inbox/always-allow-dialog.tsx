"use client";

import { useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { HumanRequest } from "./inbox-types.ts";

type Always = { action: string; repoId: string | null; until: string | null };

type AlwaysAllowDialogProps = {
  request: HumanRequest;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAllow: (always: Always) => Promise<void>;
};

const spans = [
  { value: "day", label: "For a day" },
  { value: "friday", label: "Until Friday evening" },
  { value: "month", label: "For 30 days" },
  { value: "ever", label: "Until somebody ends it" },
] as const;
type Span = (typeof spans)[number]["value"];

/** Approves, and grants the same from now on: which action, where, until when. */
export function AlwaysAllowDialog({ request, open, onOpenChange, onAllow }: AlwaysAllowDialogProps) {
  const [action, setAction] = useState(request.action?.name ?? "");
  const [where, setWhere] = useState<"repo" | "team">(request.repo ? "repo" : "team");
  const [span, setSpan] = useState<Span>("friday");
  const [isPending, setPending] = useState(false);
  const allow = async () => {
    setPending(true);
    await onAllow({ action, repoId: where === "repo" ? (request.repo?.id ?? null) : null, until: endOf(span) });
    setPending(false);
  };
  return (
    <Dialog
      title="Always allow this"
      description="The open request is approved, and whatever matches is granted at once from now on, in your name. It stands under “Always allowed”, where it can be ended."
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button variant="primary" loading={isPending} disabled={action.trim() === ""} onClick={() => void allow()}>
            Approve and always allow
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Action" hint="A star stands for anything: deploy.* covers every deployment.">
          <Input mono value={action} maxLength={200} onChange={(event) => setAction(event.target.value)} />
        </Field>
        {request.repo ? (
          <Field label="Where">
            <Select
              options={[
                { value: "repo" as const, label: `Only in ${request.repo.name}` },
                { value: "team" as const, label: `Everywhere in ${request.teamName}` },
              ]}
              value={where}
              onValueChange={setWhere}
            />
          </Field>
        ) : null}
        <Field label="How long">
          <Select options={spans} value={span} onValueChange={setSpan} />
        </Field>
      </div>
    </Dialog>
  );
}

const dayMs = 86_400_000;

/** When it ends, as ISO text; Friday is the coming one, at 18:00 of whoever allows it. */
export function endOf(span: Span, now = new Date()): string | null {
  if (span === "ever") return null;
  if (span !== "friday") return new Date(now.getTime() + (span === "day" ? 1 : 30) * dayMs).toISOString();
  const friday = new Date(now);
  friday.setHours(18, 0, 0, 0);
  friday.setDate(friday.getDate() + ((5 - friday.getDay() + 7) % 7));
  return (friday <= now ? new Date(friday.getTime() + 7 * dayMs) : friday).toISOString();
}
