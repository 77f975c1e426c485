"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { PaneSizes } from "./pane-sizes.ts";
import { SessionChat } from "./session-chat.tsx";
import { SessionHead } from "./session-head.tsx";
import { SessionPanes } from "./session-panes.tsx";
import { useFailedCopy } from "./set-up-failed.tsx";
import { useAgentNames } from "./use-agent-names.ts";
import { useTranscript } from "./use-transcript.ts";

type SessionPageProps = {
  orgSlug: string;
  sessionId: string;
  /** How wide and high its parts were when they were last moved. */
  sizes: PaneSizes;
};

/** One session: the conversation, and beside it what the agent works on. */
export function SessionPage({ orgSlug, sessionId, sizes }: SessionPageProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery(trpc.sessions.get.queryOptions({ sessionId }));
  const { transcript, stream } = useTranscript(orgSlug, sessionId);
  const nameOf = useAgentNames();
  const failedCopy = useFailedCopy(query.data?.session.workspaceId ?? null);
  const { runningSince, touched } = transcript;
  useEffect(() => {
    // A turn began or ended: where the session stands and what waits in it is different, whatever the events say.
    void client.invalidateQueries(trpc.sessions.get.queryFilter({ sessionId }));
    // What it has had to do with is no event either.
    void client.invalidateQueries(trpc.policies.flags.queryFilter({ sessionId }));
  }, [client, trpc, sessionId, runningSince, touched]);
  if (stream.state === "closed" && query.data === undefined) {
    return <ErrorState title="The session cannot be shown">{stream.reason}</ErrorState>;
  }
  return (
    <Loaded query={query} what="The session" skeleton={<SkeletonRows count={8} label="Loading the session" />}>
      {(view) => {
        const agent = nameOf(view.session.agentKind);
        return (
          <div className="flex h-full min-h-0 flex-col">
            <SessionHead
              orgSlug={orgSlug}
              session={view.session}
              agent={agent}
              // To resume it alone would fail again: both are tried again where the failure is told.
              possible={failedCopy ? view.possible.filter((one) => one !== "resume_session") : view.possible}
              usage={transcript.usage}
              firstWords={transcript.entries.find((entry) => entry.kind === "user")?.text ?? null}
              stream={stream}
            />
            <SessionPanes
              orgSlug={orgSlug}
              sizes={sizes}
              session={view.session}
              touched={touched}
              chat={<SessionChat {...{ orgSlug, view, agent, transcript, failedCopy }} />}
            />
          </div>
        );
      }}
    </Loaded>
  );
}
