"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink, LogIn } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { CopyButton } from "#app/_ui/copy.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";
import type { ProviderSignIn } from "#server/provider-sign-ins/schema.ts";

/** Where a person can sign in with a code, and the codes that wait to be typed. */
export function OwnSignIns({ connected }: { connected: readonly string[] }) {
  const trpc = useTRPC().credentials;
  const query = useQuery({
    ...trpc.signIns.queryOptions({}),
    // The provider tells nobody; a worker asks it, and what came of that is seen here.
    refetchInterval: ({ state }) => (state.data?.signIns.some(({ status }) => status === "pending") ? 2_000 : 60_000),
  });
  const start = useChange(trpc.startSignIn.mutationOptions(), { refused: "No code was given" });
  const { providers = [], signIns = [] } = query.data ?? {};
  return providers.map(({ provider, baseUrl }) => {
    const last = signIns.find((one) => one.provider === provider);
    if (last?.status === "pending") return <Waiting key={provider} signIn={last} />;
    const isConnected = connected.includes(provider);
    return (
      <div key={provider} className="flex flex-wrap items-center gap-3 border-b px-4 py-3">
        <div className="min-w-0 grow basis-60">
          <p className="text-app">
            {isConnected
              ? `Sign in at ${provider} again, as yourself or another`
              : `Sign in at ${provider} with a code`}
          </p>
          <p className="truncate text-small text-muted">
            Your calls go to {new URL(baseUrl).host}, with what it lets you use.
          </p>
          {last && !isConnected && last.problem && last.status !== "connected" ? (
            <p className="text-small break-words text-danger">{last.problem}</p>
          ) : null}
        </div>
        <Button
          size="sm"
          icon={<LogIn className="size-4" />}
          loading={start.isPending}
          onClick={() => void start.apply({ provider })}
        >
          Connect {provider}
        </Button>
      </div>
    );
  });
}

function Waiting({ signIn }: { signIn: ProviderSignIn }) {
  const { id, provider, userCode, verificationUri, verificationUriComplete, problem, expiresAt } = signIn;
  const cancel = useChange(useTRPC().credentials.cancelSignIn.mutationOptions(), {
    refused: "The sign-in was not cancelled",
  });
  return (
    <div role="status" className="flex flex-col gap-2 border-b px-4 py-3">
      <p className="text-app">
        Type this code at {provider}, on <span className="font-mono break-all">{verificationUri}</span>:
      </p>
      <p className="flex items-center gap-2">
        <span className="font-mono text-title font-semibold tracking-wide">{userCode}</span>
        <CopyButton text={userCode} label="Copy the code" />
      </p>
      <p className="flex items-center gap-2 text-small text-muted">
        <Spinner />
        <span>
          {problem ?? "Waiting for you to say yes there."} The code ends <RelativeTime at={expiresAt} />.
        </span>
      </p>
      <p className="flex flex-wrap gap-2">
        <a
          className={buttonClass("primary", "sm")}
          href={verificationUriComplete ?? verificationUri}
          target="_blank"
          rel="noopener noreferrer"
        >
          <ExternalLink aria-hidden="true" className="size-4" /> Open {provider}
        </a>
        <Button
          variant="ghost"
          size="sm"
          onClick={() => void cancel.apply({ providerSignInId: id })}
          loading={cancel.isPending}
        >
          Cancel
        </Button>
      </p>
    </div>
  );
}
