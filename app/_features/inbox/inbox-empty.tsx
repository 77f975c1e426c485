"use client";

import { Inbox } from "lucide-react";
import Link from "next/link";
import { useMe } from "#app/_features/members/use-me.ts";
import { TrySample } from "#app/_features/samples/try-sample.tsx";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { roomHref, settingsHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";

/** Nothing waits: what comes here, and the next steps. */
export function InboxEmpty({ orgSlug }: { orgSlug: string }) {
  const { can } = useMe();
  const { teamId } = useTeamChoice();
  return (
    <EmptyState
      icon={<Inbox />}
      title="Nothing waits for you"
      action={
        <>
          {teamId && can("task:manage") ? (
            <Link href={roomHref(orgSlug, teamId, "plans")} className={buttonClass("primary")}>
              Say what you want
            </Link>
          ) : null}
          <Link href={settingsHref(orgSlug, "connect")} className={buttonClass("secondary")}>
            Connect an agent
          </Link>
          {can("agents:manage") ? <TrySample orgSlug={orgSlug} /> : null}
        </>
      }
    >
      Questions of agents, approvals, reviews and failed work come here, what holds up most first. An agent asks with
      ask_human: its task waits, and goes on the moment you answer.
    </EmptyState>
  );
}
