"use client";

import { useQuery } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { PauseDialog } from "#app/_shell/pause-dialog.tsx";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Organization } from "#server/organizations/schema.ts";
import { Loaded } from "./loaded.tsx";
import { refusalOf } from "./refusal.ts";
import { Section, SettingsPage } from "./settings-page.tsx";
import { useChange } from "./use-change.ts";

/** The organization: its name, and whether work may start in it. */
export function OrganizationSettings() {
  const query = useQuery(useTRPC().organizations.get.queryOptions({}));
  const { can, isKnown } = useMe();
  const isManager = can("org:manage");
  return (
    <SettingsPage title="General" lead="What holds for everybody and every team here.">
      {isKnown && !isManager ? <LookOnly what="change the organization" /> : null}
      <Loaded query={query} what="The organization" skeleton={<Skeleton className="h-96 w-full" />}>
        {({ organization, you }) => (
          <>
            <NameSection organization={organization} disabled={!isManager} />
            <WorkSection organization={organization} canPause={can("work:pause")} />
            <Section title="About">
              <dl className="grid grid-cols-[minmax(5rem,8rem)_minmax(0,1fr)] gap-y-2 text-app">
                <dt className="text-muted">Address</dt>
                <dd className="font-mono text-small/5">/o/{organization.slug}</dd>
                <dt className="text-muted">Id</dt>
                <dd className="-mx-1">
                  <CopyableId id={organization.id} />
                </dd>
                <dt className="text-muted">Made</dt>
                <dd>
                  <RelativeTime at={organization.createdAt} />
                </dd>
                <dt className="text-muted">Your role</dt>
                <dd className="capitalize">{you.role}</dd>
              </dl>
            </Section>
          </>
        )}
      </Loaded>
    </SettingsPage>
  );
}

function NameSection({ organization, disabled }: { organization: Organization; disabled: boolean }) {
  const [failure, setFailure] = useState<string>();
  const rename = useChange(useTRPC().organizations.rename.mutationOptions(), {
    done: (result) => `The organization is called ${result.organization.name} now`,
    refused: "The name was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const name = new FormData(event.currentTarget).get("name");
    try {
      await rename.send({ name: typeof name === "string" ? name : "" });
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Section title="Name">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="grow basis-64">
          <Field label="Name of the organization" name="name" hint="Its address stays as it is." error={failure}>
            <Input
              key={organization.name}
              name="name"
              required
              maxLength={100}
              defaultValue={organization.name}
              disabled={disabled}
              autoComplete="off"
            />
          </Field>
        </div>
        {disabled ? null : (
          <Button type="submit" className="self-start sm:mt-6" loading={rename.isPending}>
            Rename
          </Button>
        )}
      </form>
    </Section>
  );
}

function WorkSection({ organization, canPause }: { organization: Organization; canPause: boolean }) {
  const trpc = useTRPC();
  const asking = useLateOpen();
  const pause = useChange(trpc.organizations.pause.mutationOptions(), {
    done: () => "Nothing new starts",
    refused: "Work goes on",
  });
  const resume = useChange(trpc.organizations.resume.mutationOptions(), {
    done: () => "Work starts again",
    refused: "Work stays paused",
  });
  const { paused } = organization;
  return (
    <Section title="Work" lead="A pause holds on every path: nothing new starts. What agents hold now stays theirs.">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 text-app">
          {paused ? (
            <>
              <strong className="font-semibold text-warning">Paused</strong> by {paused.by.name}{" "}
              <RelativeTime at={paused.at} />
              {paused.reason ? `: ${paused.reason}` : "."}
            </>
          ) : (
            "Work goes on in every team that is not paused itself."
          )}
        </p>
        {!canPause ? null : paused ? (
          <Button icon={<Play className="size-4" />} loading={resume.isPending} onClick={() => void resume.apply({})}>
            Resume work
          </Button>
        ) : (
          <Button icon={<Pause className="size-4" />} onClick={() => asking.setOpen(true)}>
            Pause all work…
          </Button>
        )}
      </div>
      {asking.wasOpened ? (
        <PauseDialog
          scope="any team"
          open={asking.open}
          onOpenChange={asking.setOpen}
          onPause={(reason) => pause.send({ reason })}
        />
      ) : null}
    </Section>
  );
}
