"use client";

import { useQuery } from "@tanstack/react-query";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { PauseSection } from "#app/_features/pauses/pause-section.tsx";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Organization } from "#server/organizations/schema.ts";
import { Loaded } from "./loaded.tsx";
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
            <PauseSection
              target={{}}
              name="All work"
              paused={organization.paused}
              running="Work goes on in every team that is not paused itself."
              canPause={can("work:pause")}
            />
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
  const rename = useChange(useTRPC().organizations.rename.mutationOptions(), {
    done: (result) => `The organization is called ${result.organization.name} now`,
    refused: "The name was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const name = new FormData(form).get("name");
    await rename.send({ name: typeof name === "string" ? name : "" });
  });
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
