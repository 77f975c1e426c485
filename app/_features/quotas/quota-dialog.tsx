"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { Quota } from "#server/quotas/schema.ts";
import { quotaNames, quotaWords } from "./quota-words.ts";

type QuotaDialogProps = {
  /** Left out: everybody who has no quota of their own. */
  person?: { userId: string; name: string };
  limits?: Quota;
  onClose: () => void;
};

/** Says how much a person's sessions may use. An empty field is no limit. */
export function QuotaDialog({ person, limits, onClose }: QuotaDialogProps) {
  const whose = person?.name ?? "everybody else";
  const set = useChange(useTRPC().quotas.set.mutationOptions(), {
    done: () => `The quota of ${whose} is set`,
    refused: "The quota was not set",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const given = (name: (typeof quotaNames)[number]) => {
      const written = fields.get(name);
      return typeof written === "string" && written !== "" ? Math.round(Number(written) * quotaWords[name].unit) : null;
    };
    await set.send({
      userId: person?.userId ?? null,
      ...{ sessionsAtOnce: given("sessionsAtOnce"), hoursADay: given("hoursADay") },
      ...{ tokensADay: given("tokensADay"), microsADay: given("microsADay") },
    });
    onClose();
  });
  return (
    <FormDialog
      title={`Quota of ${whose}`}
      description="Empty is no limit. It counts at once, also for what was used today."
      action="Set quota"
      isPending={set.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {quotaNames.map((name, at) => {
          const { field, unit } = quotaWords[name];
          const limit = limits?.[name] ?? null;
          return (
            <Field key={name} label={field} name={name} error={at === 0 ? failure : undefined}>
              <Input
                name={name}
                type="number"
                min={0}
                step={unit === 1 ? 1 : "any"}
                placeholder="No limit"
                defaultValue={limit === null ? undefined : limit / unit}
              />
            </Field>
          );
        })}
      </div>
    </FormDialog>
  );
}
