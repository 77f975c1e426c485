"use client";

import { useQuery } from "@tanstack/react-query";
import { CalendarClock, LayoutTemplate, Plus } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { ScheduleRow } from "./schedule-row.tsx";

/** When tasks are made by themselves: the next times, and what became of those that passed. */
export function SchedulesSettings() {
  const trpc = useTRPC();
  const { org } = useParams<{ org: string }>();
  const { can, isKnown } = useMe();
  const canManage = can("task:manage");
  const [isOpen, setOpen] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [templateId, setTemplate] = useQueryState("template", parseAsString);
  const [editedId, setEdited] = useQueryState("edit", parseAsString);
  const query = useQuery(trpc.schedules.list.queryOptions({ history: 20 }));
  const templates = useQuery(trpc.templates.list.queryOptions({ kind: "task" }));
  const edited = query.data?.schedules.find(({ id }) => id === editedId);
  const hasTemplates = templates.data === undefined || templates.data.templates.length > 0;
  const add = () => void setOpen(true);
  const close = () => {
    void setOpen(null);
    void setTemplate(null);
  };
  useActions([
    {
      id: "schedule.add",
      title: "Set a schedule",
      group: "Schedules",
      keys: "c",
      icon: <Plus />,
      when: () => canManage && hasTemplates,
      run: add,
    },
  ]);
  const button = hasTemplates ? (
    <Button variant="primary" icon={<Plus className="size-4" />} keys="c" onClick={add}>
      Set a schedule
    </Button>
  ) : (
    <Link href={`${settingsHref(org, "templates")}?new=true`} className={buttonClass("primary")}>
      <LayoutTemplate aria-hidden="true" className="size-4" />
      Keep a template first
    </Link>
  );
  return (
    <SettingsPage
      title="Schedules"
      lead="Tasks that are made from a template at set times, in the name of whoever set it and within their quota."
      action={canManage ? button : null}
    >
      {isKnown && !canManage ? <LookOnly what="set schedules" /> : null}
      <Loaded query={query} what="The schedules" skeleton={<SkeletonRows count={4} label="Loading the schedules" />}>
        {({ schedules }) => (
          <Section title={schedules.length === 0 ? "Schedules" : `Schedules (${schedules.length})`} flush>
            {schedules.length === 0 ? (
              <EmptyState icon={<CalendarClock />} title="Nothing is made by itself" action={canManage ? button : null}>
                Have what comes back made for you: raised dependencies on Mondays, a report on the first of the month.
              </EmptyState>
            ) : (
              <ul aria-label="Schedules" className="divide-y">
                {schedules.map((schedule) => (
                  <ScheduleRow
                    key={schedule.id}
                    orgSlug={org}
                    schedule={schedule}
                    canManage={canManage}
                    onEdit={() => void setEdited(schedule.id)}
                  />
                ))}
              </ul>
            )}
          </Section>
        )}
      </Loaded>
      {canManage && (isOpen || templateId) ? (
        <ScheduleDialog templateId={templateId ?? undefined} onClose={close} />
      ) : null}
      {canManage && edited ? <ScheduleDialog schedule={edited} onClose={() => void setEdited(null)} /> : null}
    </SettingsPage>
  );
}
