"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { OwnSignIns } from "./own-sign-ins.tsx";
import { ProviderRow } from "./provider-row.tsx";

/** What a person's own sessions go with, before the organization's. */
export function OwnKeys({ onAdd }: { onAdd: () => void }) {
  // A pause ends by the clock and a sign-in somewhere else, without an event that would bring the page up to date.
  const query = useQuery({ ...useTRPC().credentials.own.queryOptions({}), refetchInterval: 5_000 });
  return (
    <Loaded query={query} what="Your keys" skeleton={<SkeletonRows count={1} label="Loading your keys" />}>
      {({ credentials, shared }) => (
        <Section
          title="Yours"
          lead="Your free sessions go with a key of your own where you have one; nobody else uses or reads it, and no budget of the organization counts it."
          flush
        >
          {credentials.length > 0 ? (
            <ul aria-label="Your keys" className="border-b">
              {credentials.map((credential) => (
                <ProviderRow key={credential.id} credential={credential} isOwn />
              ))}
            </ul>
          ) : (
            <p className="border-b px-4 py-3 text-app text-muted">
              {shared.length > 0
                ? `None yet: you go with the organization's (${shared.map(({ provider }) => provider).join(", ")}).`
                : "None yet, and the organization has none either: sessions need one of them."}
            </p>
          )}
          <OwnSignIns connected={credentials.map(({ provider }) => provider)} />
          <div className="px-4 py-3">
            <Button size="sm" icon={<Plus className="size-4" />} onClick={onAdd}>
              Add my key
            </Button>
          </div>
        </Section>
      )}
    </Loaded>
  );
}
