"use client";

import { useQuery } from "@tanstack/react-query";
import { Laptop, LogOut, SquareTerminal } from "lucide-react";
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

/** The browsers and clients a person is signed in with; each can be ended from here. */
export function SignInList() {
  const query = useQuery(useTRPC().signIns.list.queryOptions({}));
  return (
    <Section
      title="Sign-ins"
      lead="Browsers, and clients with access tokens. If one of them is not yours, end it and change your password."
      flush
    >
      <Loaded query={query} what="Your sign-ins" skeleton={<SkeletonRows count={2} label="Loading your sign-ins" />}>
        {({ signIns }) =>
          signIns.length === 0 ? (
            <p className="px-4 py-5 text-app text-muted">None: sign-in is off on this server.</p>
          ) : (
            <ul aria-label="Sign-ins">
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
  const isClient = signIn.kind === "token";
  const Icon = isClient ? SquareTerminal : Laptop;
  const revoke = useChange(useTRPC().signIns.revoke.mutationOptions(), {
    done: () => (isClient ? "That client's tokens have ended" : "That browser is signed out"),
    refused: isClient ? "That client stays signed in" : "That browser stays signed in",
  });
  const browser = isClient ? signIn.userAgent || "A client" : browserWords(signIn.userAgent);
  return (
    <li className="flex min-h-12 items-center gap-3 border-b px-4 py-1.5 text-app last:border-b-0">
      <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 grow">
        <span className="block truncate font-medium" title={signIn.userAgent}>
          {browser}
        </span>
        <span className="block text-small text-muted">
          {isClient ? "Access tokens · " : ""}
          {signIn.ip ? `${signIn.ip} · ` : ""}seen <RelativeTime at={signIn.lastSeenAt} /> · since{" "}
          <RelativeTime at={signIn.createdAt} />
        </span>
      </span>
      {signIn.isThis ? (
        <Badge tone="accent">This {isClient ? "client" : "browser"}</Badge>
      ) : (
        <ConfirmDialog
          title={`Sign out ${browser}?`}
          verb="Sign out"
          danger
          trigger={<IconButton label={`Sign out ${browser}`} icon={<LogOut />} size="sm" />}
          onConfirm={() => revoke.send({ signInId: signIn.id })}
        >
          {isClient
            ? "Its access and refresh tokens end within five seconds. Whoever uses it has to sign in again."
            : "That browser is out within five seconds. Whoever uses it has to sign in again."}
        </ConfirmDialog>
      )}
    </li>
  );
}
