"use client";

import { useQuery } from "@tanstack/react-query";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { ToolEffect } from "#db/enums.ts";

const effectWords: Record<ToolEffect, string> = {
  none: "Only reads",
  workspace: "Changes files of the task",
  outside: "Acts outside",
};

/** The tools that come with the product, and why one of them is not offered just now. */
export function BuiltInTools() {
  // An image server or local model that comes up is no event.
  const query = useQuery({ ...useTRPC().tools.list.queryOptions({}), refetchInterval: 15_000 });
  return (
    <Loaded query={query} what="The tools" skeleton={<SkeletonRows count={7} label="Loading the tools" />}>
      {({ tools }) => (
        <Section
          title="Built in"
          lead="Every agent of the runtime Model has these, unless its task names the only ones it may use."
          flush
        >
          <ul aria-label="Built-in tools">
            {tools.map(({ name, description, sideEffect, why }) => (
              <li key={name} className="border-b px-4 py-2.5 last:border-b-0">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-mono text-small">{name}</span>
                  <Badge tone={sideEffect === "none" ? "neutral" : "info"}>{effectWords[sideEffect]}</Badge>
                  {why === null ? null : <Badge tone="warning">Not offered</Badge>}
                </p>
                <p className="mt-0.5 text-small text-muted">{why ?? description}</p>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Loaded>
  );
}
