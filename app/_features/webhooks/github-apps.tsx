"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink, Plus, Trash2 } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { safeHref } from "#app/_ui/safe-href.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { GithubApp } from "#server/github-apps/schema.ts";
import { StartAppDialog } from "./start-app-dialog.tsx";
import { appOutcomes } from "./webhook-words.ts";

/** Apps at GitHub that send for many repositories by one endpoint. */
export function GithubApps() {
  const query = useQuery(useTRPC().githubApps.list.queryOptions({}));
  const [outcome] = useQueryState("app", parseAsString);
  const [starting, setStarting] = useState(false);
  const told = outcome === null ? undefined : (appOutcomes[outcome] ?? appOutcomes.conflict);
  return (
    <Section
      title="GitHub App"
      lead="Made at GitHub in two presses; it sends for every repository it is installed on, without an endpoint for each."
    >
      <div className="flex flex-col gap-4">
        {told ? (
          <Banner tone={told.tone} inset title={told.title}>
            {told.words}
          </Banner>
        ) : null}
        <Loaded
          query={query}
          what="The GitHub Apps"
          skeleton={<SkeletonRows count={2} label="Loading the GitHub Apps" />}
        >
          {({ githubApps, isReachable, githubUrl }) => (
            <>
              {isReachable ? null : (
                <Banner tone="warning" inset title="GitHub cannot reach this server.">
                  Its address is one of this machine or network. ENTOURAGE_PUBLIC_URL names the one from outside.
                </Banner>
              )}
              {githubApps.map((app) => (
                <App key={app.id} app={app} />
              ))}
              <Button icon={<Plus className="size-4" />} className="self-start" onClick={() => setStarting(true)}>
                Make a GitHub App
              </Button>
              {starting ? <StartAppDialog githubUrl={githubUrl} onClose={() => setStarting(false)} /> : null}
            </>
          )}
        </Loaded>
      </div>
    </Section>
  );
}

function App({ app }: { app: GithubApp }) {
  const remove = useChange(useTRPC().githubApps.remove.mutationOptions(), {
    done: () => `${app.name} is forgotten`,
    refused: "The App was not forgotten",
  });
  const install = safeHref(app.installUrl);
  return (
    <article aria-label={app.name} className="rounded-md border">
      <header className="flex items-center gap-2 px-3 py-2">
        <h3 className="min-w-0 truncate text-app font-medium">{app.name}</h3>
        <span className="text-small text-muted">of {app.owner}</span>
        <span className="grow" />
        {install ? (
          <a href={install} target="_blank" rel="noreferrer" className={buttonClass("secondary")}>
            <ExternalLink aria-hidden="true" className="size-4" /> Install
          </a>
        ) : null}
        <ConfirmDialog
          title={`Forget ${app.name}?`}
          verb="Forget App"
          danger
          trigger={<IconButton label={`Forget ${app.name}`} icon={<Trash2 />} size="sm" />}
          onConfirm={() => remove.send({ githubAppId: app.id })}
        >
          Its secrets are removed and what it sends is refused. Delete it at GitHub as well. This cannot be undone.
        </ConfirmDialog>
      </header>
      {app.installations.length === 0 ? (
        <p className="border-t px-3 py-2 text-app text-muted">
          Not installed yet. Install it on the repositories it should tell of.
        </p>
      ) : (
        <ul>
          {app.installations.map(({ installationId, account, status, repositories, repositoryCount }) => (
            <li key={installationId} className="flex flex-wrap items-center gap-2 border-t px-3 py-2 text-app">
              <span className="font-medium">{account}</span>
              {status === "active" ? null : (
                <Badge tone="warning">{status === "removed" ? "Removed" : "Suspended"}</Badge>
              )}
              <span className="min-w-0 truncate text-muted" title={repositories.join(", ")}>
                {repositoryCount === 0 ? "no repository" : repositories.join(", ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
