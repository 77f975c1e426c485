"use client";

import { useQueryClient } from "@tanstack/react-query";
import { MessageSquare, Square } from "lucide-react";
import type { inferRouterOutputs } from "@trpc/server";
import { useMe } from "#app/_features/members/use-me.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { Composer } from "./composer.tsx";
import { SessionPickers } from "./session-pickers.tsx";
import { closedWords, isInTurn } from "./session-words.ts";
import { type FailedCopy, SetUpFailed } from "./set-up-failed.tsx";
import { type Transcript, withoutLastError } from "./transcript.ts";
import { TranscriptView } from "./transcript-view.tsx";
import { uploadAttachment } from "./upload-attachment.ts";
import { useSessionChanges } from "./use-session-changes.ts";

export type SessionView = inferRouterOutputs<AppRouter>["sessions"]["get"];

type SessionChatProps = {
  orgSlug: string;
  view: SessionView;
  agent: string;
  transcript: Transcript;
  /** Its working copy, when that could not be made. */
  failedCopy: FailedCopy | null;
};

/** The conversation and the box in which it goes on. */
export function SessionChat({ orgSlug, view, agent, transcript, failedCopy }: SessionChatProps) {
  const { session, queued, possible } = view;
  const api = useTRPCClient();
  const trpc = useTRPC();
  const client = useQueryClient();
  const { can } = useMe();
  const { cancelTurn } = useSessionChanges();
  const sessionId = session.id;
  // The stream hears of a turn before the page hears of the status; a session that ended runs nothing, whatever was said last.
  const isRunning = isInTurn(session.status) || (transcript.runningSince !== null && session.status === "ready");
  const waiting = queued.filter(({ status }) => status === "queued");
  const stop = () => void cancelTurn.apply({ sessionId });
  const send = async (text: string, files: readonly File[]): Promise<boolean> => {
    try {
      const attachmentIds = await Promise.all(files.map((file) => uploadAttachment(orgSlug, sessionId, file)));
      await api.sessions.send.mutate({ sessionId, text: text.trim() || "See the attached files.", attachmentIds });
      void client.invalidateQueries(trpc.sessions.get.queryFilter({ sessionId }));
      return true;
    } catch (error) {
      toast.error("Your message was not taken", { description: refusalOf(error) });
      return false;
    }
  };
  useActions([
    {
      id: "session.write",
      title: "Write to the agent",
      group: "Session",
      keys: "m",
      icon: <MessageSquare />,
      run: () => document.querySelector<HTMLElement>("[data-session-composer]")?.focus(),
    },
    {
      id: "session.cancel",
      title: "Stop what the agent does",
      group: "Session",
      keys: "mod+.",
      icon: <Square />,
      when: () => isRunning,
      run: stop,
    },
  ]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      {failedCopy ? (
        <SetUpFailed
          copy={failedCopy}
          {...{ orgSlug, sessionId, agent }}
          canResume={possible.includes("resume_session")}
        />
      ) : session.statusReason && (session.status === "error" || session.status === "paused") ? (
        <Banner tone={session.status === "error" ? "danger" : "warning"} title={session.statusReason} />
      ) : null}
      <TranscriptView
        transcript={session.status === "error" ? withoutLastError(transcript, session.statusReason) : transcript}
        agent={agent}
        canAnswer={can("request:answer")}
        isRunning={isRunning}
        isStarting={session.status === "initializing"}
        waiting={waiting}
        empty={
          failedCopy && session.turns === 0 ? (
            <EmptyState icon={<MessageSquare />} title="Nothing done yet">
              {agent} begins once its working copy is there.
            </EmptyState>
          ) : session.turns > 0 ? (
            // What was said is on its way: nothing is said of it before.
            <SkeletonRows count={6} label="Loading the conversation" />
          ) : session.status === "initializing" ? (
            <EmptyState icon={<MessageSquare />} title={`${agent} is starting`}>
              Its sandbox is being made. What you write now is the first thing it reads.
            </EmptyState>
          ) : (
            <EmptyState icon={<MessageSquare />} title="Nothing said yet">
              Say what {agent} should do. It works in a sandbox of its own and asks before it changes anything.
            </EmptyState>
          )
        }
      />
      <Composer
        sessionId={sessionId}
        agent={agent}
        isRunning={isRunning}
        closed={
          possible.includes("send_session_message")
            ? null
            : failedCopy
              ? "Something can be said again once its working copy is there."
              : (closedWords(session.status) ?? "Nothing can be said now.")
        }
        queued={isRunning ? waiting.map(({ text }) => text) : []}
        onSend={send}
        onStop={stop}
      >
        <SessionPickers view={view} />
      </Composer>
    </div>
  );
}
