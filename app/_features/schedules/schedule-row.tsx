"use client";

import { CircleCheck, CircleSlash, Ellipsis, Pencil, Power, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import type { Schedule } from "#server/schedules/schema.ts";
import { NextTimes } from "./next-times.tsx";
import { catchUpWords, clockIn, commonTimes, nextTimes } from "./schedule-words.ts";

type ScheduleRowProps = { orgSlug: string; schedule: Schedule; canManage: boolean; onEdit: () => void };

/** One schedule: its times, whose it is, and what became of its last runs. */
export function ScheduleRow({ orgSlug, schedule, canManage, onEdit }: ScheduleRowProps) {
  const { name, templateName, cron, timeZone, catchUp, enabled, owner, nextAt, runs } = schedule;
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 text-app font-medium break-words">{name}</span>
          {enabled ? null : <Badge tone="warning">Switched off</Badge>}
          <When cron={cron} />
        </p>
        <p className="text-small text-muted">
          From {templateName} · by {owner.name} · {catchUpWords[catchUp].toLowerCase()}
        </p>
        {enabled && nextAt ? (
          <NextTimes
            times={[new Date(nextAt), ...nextTimes(cron, timeZone, 2, new Date(nextAt))]}
            timeZone={timeZone}
          />
        ) : null}
        {runs.length > 0 ? (
          <details className="mt-1">
            <summary className="cursor-pointer text-small text-muted hover:text-ink">
              {runs.length === 1 ? "1 run" : `${runs.length} runs`}
            </summary>
            <ul aria-label={`Runs of ${name}`} className="mt-1 flex flex-col gap-1">
              {runs.map((run) => (
                <Run key={run.dueAt} {...{ orgSlug, run, timeZone }} />
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      {canManage ? <ScheduleMenu schedule={schedule} onEdit={onEdit} /> : null}
    </li>
  );
}

const outcomes = {
  created: { words: "Task made", icon: CircleCheck, tone: "text-success" },
  skipped: { words: "Let go", icon: CircleSlash, tone: "text-muted" },
  failed: { words: "Refused", icon: TriangleAlert, tone: "text-danger" },
} as const;

type RunProps = { orgSlug: string; run: Schedule["runs"][number]; timeZone: string };

function Run({ orgSlug, run, timeZone }: RunProps) {
  const { words, icon: Icon, tone } = outcomes[run.outcome];
  return (
    <li className="flex flex-wrap items-center gap-x-2 text-small text-muted">
      <Icon aria-hidden="true" className={`size-3.5 ${tone}`} />
      <span className="tabular-nums">{clockIn(timeZone, new Date(run.dueAt))}</span>
      {run.taskNumber === null ? (
        <span>{words}</span>
      ) : (
        <Link href={taskHref(orgSlug, run.taskNumber)}>{`#${run.taskNumber}`}</Link>
      )}
      {run.detail ? <span className="min-w-0 break-words">{run.detail}</span> : null}
    </li>
  );
}

function ScheduleMenu({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { id: scheduleId, name, cron, timeZone, parameters, catchUp, enabled } = schedule;
  const { schedules } = useTRPC();
  const [isRemoving, setRemoving] = useState(false);
  const save = useChange(schedules.save.mutationOptions(), {
    done: (output) => `${name} is switched ${output.schedule.enabled ? "on" : "off"}`,
    refused: "It was not changed",
  });
  const remove = useChange(schedules.remove.mutationOptions(), {
    done: () => `${name} is ended`,
    refused: "The schedule was not ended",
  });
  const settings = { scheduleId, name, cron, timeZone, parameters, catchUp };
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${name}`} icon={<Ellipsis />} size="sm" />}>
        <MenuItem icon={<Pencil />} onSelect={onEdit}>
          Change…
        </MenuItem>
        <MenuItem icon={<Power />} onSelect={() => void save.apply({ ...settings, enabled: !enabled })}>
          {enabled ? "Switch off" : "Switch on"}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 />} danger onSelect={() => setRemoving(true)}>
          End…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        title={`End ${name}?`}
        verb="End schedule"
        danger
        onConfirm={() => remove.send({ scheduleId })}
      >
        Nothing more is made by it. The tasks it made stay.
      </ConfirmDialog>
    </>
  );
}

/** In words where there are some for it; else as it was written. */
function When({ cron }: { cron: string }) {
  const known = commonTimes.find(({ value }) => value === cron);
  return known ? (
    <span className="text-small text-muted">{known.label}</span>
  ) : (
    <code className="font-mono text-small text-muted">{cron}</code>
  );
}
