"use client";

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { MembersKeys } from "./members-keys.tsx";
import { ProviderRow } from "./provider-row.tsx";
import { SignInProviders } from "./sign-in-providers.tsx";

/** The providers that a key was saved for, each with its state now. */
export function Providers({ onAdd }: { onAdd: () => void }) {
  // A pause ends by the clock, without an event that would bring the page up to date.
  const query = useQuery({ ...useTRPC().credentials.list.queryOptions({}), refetchInterval: 15_000 });
  return (
    <Loaded query={query} what="The keys" skeleton={<SkeletonRows count={3} label="Loading the keys" />}>
      {({ credentials, ofMembers }) => (
        <>
          {credentials.length === 0 ? (
            <Section title="The organization's">
              <EmptyState
                icon={<KeyRound />}
                title="No key yet"
                action={
                  <Button variant="primary" icon={<Plus className="size-4" />} onClick={onAdd}>
                    Add the first key
                  </Button>
                }
              >
                Without one, plans come from templates and the sample's scripted crew works. With one, a sentence
                becomes a plan, and agents of the runtime Model carry it out.
              </EmptyState>
            </Section>
          ) : (
            <Section title="The organization's" flush>
              <ul aria-label="Providers">
                {credentials.map((credential) => (
                  <ProviderRow key={credential.id} credential={credential} />
                ))}
              </ul>
            </Section>
          )}
          {ofMembers.length > 0 ? <MembersKeys held={ofMembers} /> : null}
          <SignInProviders />
        </>
      )}
    </Loaded>
  );
}
