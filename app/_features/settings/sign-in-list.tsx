"use client";

import { useQuery } from "@tanstack/react-query";
import { Laptop, LogOut } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { SignIn } from "#server/sign-ins/schema.ts";
import { browserWords } from "./browser-words.ts";
import { Loaded } from "./loaded.tsx";
import { Section } from "./settings-page.tsx";
import { useChange } from "./use-change.ts";

/** The browsers a person is signed in with; each can be ended from here. */
export function SignInList() {
  const query = useQuery(useTRPC().signIns.list.queryOptions({}));
  return (
    <Section title="Signed-in browsers" lead="If one of them is not yours, end it and change your password." flush>
      <Loaded query={query} what="Your browsers" skeleton={<SkeletonRows count={2} label="Loading your browsers" />}>
        {({ signIns }) =>
          signIns.length === 0 ? (
            <p className="px-4 py-5 text-app text-muted">None: sign-in is off on this server.</p>
          ) : (
            <ul aria-label="Signed-in browsers">
              {signIns.map((signIn) => (
                <SignInRow key={signIn.id} signIn={signIn} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function SignInRow({ signIn }: { signIn: SignIn }) {
  const revoke = useChange(useTRPC().signIns.revoke.mutationOptions(), {
    done: () => "That browser is signed out",
    refused: "That browser stays signed in",
  });
  const browser = browserWords(signIn.userAgent);
  return (
    <li className="flex min-h-12 items-center gap-3 border-b px-4 py-1.5 text-app last:border-b-0">
      <Laptop aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 grow">
        <span className="block truncate font-medium" title={signIn.userAgent}>
          {browser}
        </span>
        <span className="block text-small text-muted">
          {signIn.ip ? `${signIn.ip} · ` : ""}seen <RelativeTime at={signIn.lastSeenAt} /> · since{" "}
          <RelativeTime at={signIn.createdAt} />
        </span>
      </span>
      {signIn.isThis ? (
        <Badge tone="accent">This browser</Badge>
      ) : (
        <ConfirmDialog
          title={`Sign out ${browser}?`}
          verb="Sign out"
          danger
          trigger={<IconButton label={`Sign out ${browser}`} icon={<LogOut />} size="sm" />}
          onConfirm={() => revoke.send({ signInId: signIn.id })}
        >
          That browser is out within five seconds. Whoever uses it has to sign in again.
        </ConfirmDialog>
      )}
    </li>
  );
}
