"use client";

import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useParams } from "next/navigation";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Link } from "#app/_ui/link.tsx";
import { Age, RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Resource, resourceList } from "#server/resources/schema.ts";
import type { z } from "zod";
import { Health } from "./health.tsx";
import { kindWords } from "./resource-words.ts";

type Waiting = z.output<typeof resourceList>["waiting"];

/** What the work stands on, as it was seen last, and what waits because something of it is down. */
export function ResourcesSettings() {
  // Looked at every 30 seconds by the worker; that it looked is no event.
  const query = useQuery({ ...useTRPC().resources.list.queryOptions({}), refetchInterval: 10_000 });
  return (
    <SettingsPage
      title="Resources"
      lead="What the work stands on, looked at every 30 seconds. A task that needs what is down waits, says so, and goes on by itself."
    >
      <Loaded query={query} what="The resources" skeleton={<Skeleton className="h-96 w-full" />}>
        {({ resources, waiting }) => (
          <>
            {waiting.length > 0 ? <WaitingTasks waiting={waiting} /> : null}
            {resources.length === 0 ? (
              <EmptyState icon={<Activity />} title="Nothing was looked at yet">
                The worker looks half a minute after it was started. If nothing comes, it does not run.
              </EmptyState>
            ) : (
              kinds.map((kind) => (
                <Kind key={kind} kind={kind} resources={resources.filter((each) => each.kind === kind)} />
              ))
            )}
          </>
        )}
      </Loaded>
    </SettingsPage>
  );
}

const kinds = ["installation", "model", "mcp"] as const satisfies readonly Resource["kind"][];

function WaitingTasks({ waiting }: { waiting: Waiting }) {
  const { org } = useParams<{ org: string }>();
  return (
    <Section title={waiting.length === 1 ? "1 task waits" : `${waiting.length} tasks wait`} flush>
      <ul aria-label="Waiting tasks">
        {waiting.map(({ task, reason, since }) => (
          <li key={task.id} className="border-b px-4 py-2 text-app last:border-b-0">
            <p className="break-words">
              <Link href={taskHref(org, task.number)}>
                #{task.number} {task.title}
              </Link>
            </p>
            <p className="text-small break-words text-muted">
              {reason} Since <RelativeTime at={since} />.
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Kind({ kind, resources }: { kind: Resource["kind"]; resources: readonly Resource[] }) {
  if (resources.length === 0) return null;
  const { title, lead } = kindWords[kind];
  return (
    <Section title={title} lead={lead} flush>
      <ul aria-label={title}>
        {resources.map((resource) => (
          <Part key={resource.name} resource={resource} />
        ))}
      </ul>
    </Section>
  );
}

function Part({ resource: { name, status, detail, models, loaded, since, checkedAt } }: { resource: Resource }) {
  return (
    <li aria-label={name} className="border-b px-4 py-2.5 last:border-b-0">
      <p className="flex flex-wrap items-center gap-2 text-app">
        <span className="inline-block min-w-0 font-medium break-words first-letter:uppercase">
          {name.replaceAll("_", " ")}
        </span>
        <Health status={status} />
        <span className="text-small text-muted max-sm:basis-full sm:ml-auto">
          for <Age since={since} />, looked at <RelativeTime at={checkedAt} />
        </span>
      </p>
      {detail ? <p className="mt-0.5 text-small break-words text-muted">{detail}</p> : null}
      {models.length > 0 ? (
        <p className="mt-0.5 text-small break-words text-muted">
          {loaded.length > 0 ? `In memory: ${loaded.join(", ")}. ` : ""}
          {models.length === 1 ? "1 model" : `${models.length} models`} there.
        </p>
      ) : null}
    </li>
  );
}
