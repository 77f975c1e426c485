"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { SignInProvider } from "#server/provider-sign-ins/schema.ts";
import { SignInProviderDialog } from "./sign-in-provider-dialog.tsx";

/** The providers at which people connect with a code instead of a key: set up once for all. */
export function SignInProviders() {
  const [changing, setChanging] = useState<SignInProvider | "new">();
  const [removing, setRemoving] = useState<SignInProvider>();
  const trpc = useTRPC().credentials;
  const query = useQuery(trpc.signInProviders.queryOptions({}));
  const remove = useChange(trpc.removeSignInProvider.mutationOptions(), {
    done: () => "Nobody signs in there any more",
    refused: "The sign-in was not removed",
  });
  return (
    <Section
      title="Sign-in with a code"
      lead="Some providers give people a sign-in rather than a key (OAuth device flow). Set one up once; then everybody presses Connect."
      flush
    >
      <Loaded query={query} what="The sign-ins" skeleton={<SkeletonRows count={1} label="Loading the sign-ins" />}>
        {({ signInProviders }) => (
          <ul aria-label="Sign-ins">
            {signInProviders.map((one) => (
              <li key={one.id} className="flex items-center gap-2 border-b px-4 py-2">
                <div className="min-w-0 grow">
                  <p className="text-app font-medium">{one.provider}</p>
                  <p className="truncate font-mono text-small text-muted">{one.deviceUrl}</p>
                </div>
                <IconButton
                  label={`Change the sign-in at ${one.provider}`}
                  icon={<Pencil />}
                  size="sm"
                  onClick={() => setChanging(one)}
                />
                <IconButton
                  label={`Remove the sign-in at ${one.provider}`}
                  icon={<Trash2 />}
                  size="sm"
                  onClick={() => setRemoving(one)}
                />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div className="px-4 py-3">
        <Button size="sm" icon={<Plus className="size-4" />} onClick={() => setChanging("new")}>
          Set up a sign-in
        </Button>
      </div>
      {changing ? (
        <SignInProviderDialog
          known={changing === "new" ? undefined : changing}
          onClose={() => setChanging(undefined)}
        />
      ) : null}
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => (open ? undefined : setRemoving(undefined))}
        title={`Remove the sign-in at ${removing?.provider ?? ""}?`}
        verb="Remove sign-in"
        danger
        onConfirm={() => (removing ? remove.send({ signInProviderId: removing.id }) : undefined)}
      >
        Nobody signs in there any more. Who has done so stays signed in.
      </ConfirmDialog>
    </Section>
  );
}
