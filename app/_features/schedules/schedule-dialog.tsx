"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { type Parameters, ParameterFields } from "#app/_features/templates/parameter-fields.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { catchUpPolicies } from "#db/enums.ts";
import type { Schedule } from "#server/schedules/schema.ts";
import { catchUpWords, commonTimes, nextTimes } from "./schedule-words.ts";
import { NextTimes } from "./next-times.tsx";

const other = "other";
const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
const zoneOptions = zones.map((value) => ({ value, label: value.replaceAll("_", " ") }));

type ScheduleDialogProps = { schedule?: Schedule; templateId?: string | undefined; onClose: () => void };

/** When tasks are made from a template. What comes next is shown while one writes. */
export function ScheduleDialog({ schedule, templateId, onClose }: ScheduleDialogProps) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.templates.list.queryOptions({ kind: "task" }));
  const templates = data?.templates ?? [];
  const [chosen, setChosen] = useState<string | null>(schedule?.templateId ?? templateId ?? null);
  const template = templates.find(({ id }) => id === chosen) ?? templates[0];
  const [cron, setCron] = useState<string>(schedule?.cron ?? commonTimes[0].value);
  const [isOther, setOther] = useState(!commonTimes.some(({ value }) => value === cron));
  const [timeZone, setZone] = useState(schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [catchUp, setCatchUp] = useState<Schedule["catchUp"]>(schedule?.catchUp ?? "once");
  const [parameters, setParameters] = useState<Parameters>(schedule?.parameters ?? {});
  const save = useChange(trpc.schedules.save.mutationOptions(), {
    done: (output) => `${output.schedule.name} is set`,
    refused: "The schedule was not set",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const name = new FormData(form).get("name");
    await save.send({
      ...(schedule ? { scheduleId: schedule.id } : { templateId: template?.id }),
      ...{ name: typeof name === "string" ? name : "", cron, timeZone, parameters, catchUp },
      enabled: schedule?.enabled ?? true,
    });
    onClose();
  });
  return (
    <FormDialog
      size="lg"
      title={schedule ? `Change ${schedule.name}` : "Set a schedule"}
      description="Each run is made in your name: it needs your rights and counts against your quota."
      action={schedule ? "Change schedule" : "Set schedule"}
      isPending={save.isPending}
      disabled={!template}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" name="name" error={failure}>
          <Input name="name" required maxLength={200} autoComplete="off" defaultValue={schedule?.name} />
        </Field>
        {schedule ? null : (
          <Field label="Template" hint={data && templates.length === 0 ? "Keep one of a task first." : undefined}>
            <Select
              value={template?.id ?? null}
              onValueChange={(next) => {
                setChosen(next);
                setParameters({});
              }}
              options={templates.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        )}
        <Field label="When">
          <Select
            value={isOther ? other : cron}
            onValueChange={(next: string) => {
              setOther(next === other);
              if (next !== other) setCron(next);
            }}
            options={[...commonTimes, { value: other, label: "Other times, as cron" }]}
          />
        </Field>
        <Field label="Time zone">
          <Combobox options={zoneOptions} value={timeZone} onValueChange={(next) => next && setZone(next)} />
        </Field>
        {isOther ? (
          <Field label="Cron" hint="Minute, hour, day, month, weekday: 0 9 * * 1-5.">
            <Input required mono maxLength={100} autoComplete="off" value={cron} onValueChange={setCron} />
          </Field>
        ) : null}
        <Field label="Times missed while nothing ran">
          <Select
            value={catchUp}
            onValueChange={setCatchUp}
            options={catchUpPolicies.map((value) => ({ value, label: catchUpWords[value] }))}
          />
        </Field>
      </div>
      <NextTimes times={nextTimes(cron, timeZone, 3)} timeZone={timeZone} />
      {template ? (
        <ParameterFields
          key={template.id}
          variables={template.variables}
          values={parameters}
          onChange={setParameters}
        />
      ) : null}
    </FormDialog>
  );
}
