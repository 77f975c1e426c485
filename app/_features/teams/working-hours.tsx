"use client";

import { useState } from "react";
import { Checkbox, Switch } from "#app/_ui/checkbox.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { TeamSettings } from "#server/team-settings/schema.ts";
import { SettingsForm, textIn } from "./settings-form.tsx";

type Hours = NonNullable<TeamSettings["workingHours"]>;
const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const office: Hours["hours"] = [1, 2, 3, 4, 5].map((day) => ({ day, from: "08:00", to: "18:00" }));

/** When a team's agents take new work. What runs goes on, and people do as they like. */
export function WorkingHoursSettings({ settings, canChange }: { settings: TeamSettings; canChange: boolean }) {
  const given = settings.workingHours;
  const [isOn, setOn] = useState(given !== null);
  const [zone, setZone] = useState(given?.timeZone ?? null);
  const hours = given?.hours ?? office;
  // A day may have two spans, as night shifts do; the form shows the first and keeps the others as they are.
  const spanOf = (day: number) => hours.find((span) => span.day === day);
  const read = (fields: FormData): Hours => ({
    timeZone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    criticalAnytime: fields.get("criticalAnytime") !== null,
    hours: days.flatMap((_, index) => {
      const day = index + 1;
      if (fields.get(`on-${day}`) === null) return [];
      const more = hours.filter((span) => span.day === day).slice(1);
      return [{ day, from: textIn(fields, `from-${day}`), to: endOf(textIn(fields, `to-${day}`)) }, ...more];
    }),
  });
  return (
    <SettingsForm
      settings={settings}
      canChange={canChange}
      title="Working hours"
      lead="Outside of them agents take nothing new. What runs goes on, and people do as they like."
      read={(fields) => ({ workingHours: isOn ? read(fields) : null })}
    >
      <Switch label="Only at these times" checked={isOn} onCheckedChange={setOn} />
      {isOn ? (
        <>
          <Field label="Time zone" hint="Left out: the one of this browser.">
            <Combobox
              options={zones()}
              value={zone}
              onValueChange={setZone}
              placeholder="Europe/Berlin"
              disabled={!canChange}
            />
          </Field>
          <ul aria-label="Days" className="flex flex-col gap-1.5">
            {days.map((name, index) => {
              const day = index + 1;
              const span = spanOf(day);
              return (
                <li
                  key={name}
                  className="grid grid-cols-[8rem_8rem_8rem] items-center gap-2 max-sm:grid-cols-[1fr_7rem_7rem]"
                >
                  <Checkbox name={`on-${day}`} label={name} defaultChecked={span !== undefined} />
                  <Input
                    name={`from-${day}`}
                    type="time"
                    aria-label={`${name} from`}
                    defaultValue={span?.from ?? "08:00"}
                  />
                  <Input
                    name={`to-${day}`}
                    type="time"
                    aria-label={`${name} until`}
                    defaultValue={span?.to === "24:00" ? "00:00" : (span?.to ?? "18:00")}
                  />
                </li>
              );
            })}
          </ul>
          <Checkbox
            name="criticalAnytime"
            label="Critical tasks at any time"
            defaultChecked={given?.criticalAnytime ?? true}
          />
        </>
      ) : null}
    </SettingsForm>
  );
}

/** A browser has no 24:00: midnight as an end is the end of the day. */
const endOf = (time: string) => (time === "00:00" ? "24:00" : time);

const zones = () => ["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => ({ value: zone, label: zone }));
