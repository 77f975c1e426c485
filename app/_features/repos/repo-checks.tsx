"use client";

import { Fragment } from "react";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import type { Repo } from "#server/repos/schema.ts";
import { hostsIn, SetupHostsField } from "./setup-hosts-field.tsx";

const scripts = [
  {
    name: "setupScript",
    label: "Set-up",
    placeholder: "npm ci",
    hint: "Once in each new working copy, before anybody works in it.",
  },
  {
    name: "turnCheck",
    label: "After each turn",
    placeholder: "npx tsc --noEmit",
    hint: "When a coding agent changed files. Where it fails, the agent is told in the same turn and mends it.",
  },
  {
    name: "commitCheck",
    label: "Before each commit",
    placeholder: "npm run lint",
    hint: "Of agents and people. Where it fails, nothing is committed. The gate is what holds: an agent can go around this.",
  },
] as const;

/** What runs in the working copies of a repository besides the work itself. */
export function RepoChecks({ repo }: { repo: Repo }) {
  const update = useChange(useTRPC().repos.update.mutationOptions(), {
    done: () => `${repo.name} was changed`,
    refused: "The repository was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const said = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value : "";
    };
    await update.send({
      repoId: repo.id,
      setupHosts: hostsIn(said("setupHosts")),
      ...{ setupScript: said("setupScript"), turnCheck: said("turnCheck"), commitCheck: said("commitCheck") },
    });
  });
  return (
    <Section
      title="While agents work"
      lead="Shell that runs in the working copies of sessions, in their sandbox. The set-up reaches the hosts it is given; nothing else has a network. Caches are at /cache."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {scripts.map(({ name, label, hint, placeholder }) => (
          <Fragment key={name}>
            <Field label={label} name={name} hint={hint} optional>
              <Textarea
                {...{ name, placeholder, mono: true, rows: 2, maxLength: 20_000, spellCheck: false }}
                defaultValue={repo[name]}
              />
            </Field>
            {name === "setupScript" ? (
              <SetupHostsField key={repo.setupHosts.join()} name="setupHosts" hosts={repo.setupHosts} />
            ) : null}
          </Fragment>
        ))}
        {failure ? <Banner tone="danger" title={failure} inset /> : null}
        <div>
          <Button type="submit" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
