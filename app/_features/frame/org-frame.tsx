"use client";

import { useParams, useRouter } from "next/navigation";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { signOut } from "#app/_features/auth/sign-in-client.ts";
import { useInboxSignals } from "#app/_features/inbox/inbox-signals.ts";
import { useUnread } from "#app/_features/messages/use-unread.ts";
import { PreferencesApplied } from "#app/_features/preferences/preferences-applied.tsx";
import { DraftProvider } from "#app/_lib/drafts.tsx";
import { CurrentTeam } from "#app/_lib/current-team.ts";
import { rememberPlace } from "#app/_lib/last-place.ts";
import { LiveProvider, useConnection, useLive } from "#app/_lib/live.tsx";
import { renewEveryMilliseconds, renewSession } from "#app/_lib/session.ts";
import { ApiProvider } from "#app/_lib/trpc.tsx";
import type { Frame } from "#app/_server/frame.ts";
import { Shell } from "#app/_shell/shell.tsx";
import { useFrameWork } from "./use-frame-work.ts";

const ShowTeam = createContext<(teamId: string) => void>(() => {});

/** Tells the frame whose page this is, where the address does not say it (a task is found by its number alone). */
export function useTeamOfPage(teamId: string): void {
  const show = useContext(ShowTeam);
  useEffect(() => show(teamId), [show, teamId]);
}

/** Shell, data and realtime around every page of an organization. */
export function OrgFrame({ frame, children }: { frame: Frame; children: ReactNode }) {
  const params = useParams<{ team?: string }>();
  // Pages that are of no team keep the one that was looked at last, also since the last visit.
  const [last, setLast] = useState(frame.lastTeamId);
  if (params.team && params.team !== last) setLast(params.team);
  const { teams, teamChannels, realtime, org } = frame;
  const team = teams.find(({ id }) => id === (params.team ?? last)) ?? teams[0] ?? null;
  const teamId = team?.id ?? null;
  useEffect(() => rememberPlace(org.slug, teamId), [org.slug, teamId]);
  const channels = (teamId ? teamChannels[teamId] : undefined) ?? realtime.channels;
  const settings = useMemo(() => ({ host: realtime.host, channels }), [realtime.host, channels]);
  return (
    <ApiProvider org={org.slug}>
      <LiveProvider org={org.slug} teamId={teamId} realtime={settings}>
        <DraftProvider userId={frame.user.id}>
          <ShowTeam value={setLast}>
            <CurrentTeam value={teamId}>
              <LiveShell frame={frame} team={team}>
                {children}
              </LiveShell>
            </CurrentTeam>
          </ShowTeam>
        </DraftProvider>
      </LiveProvider>
    </ApiProvider>
  );
}

type LiveShellProps = { frame: Frame; team: Frame["teams"][number] | null; children: ReactNode };

function LiveShell({ frame, team, children }: LiveShellProps) {
  const { state, lastUpdateAt } = useConnection();
  const isOnline = useIsOnline();
  useFreshFrame();
  useRenewedSession(!frame.authOff);
  const { closed, working, spend, onPause, onResume, search } = useFrameWork(frame, team);
  const unread = useUnread();
  const waiting = useInboxSignals(frame.org.slug);
  const paused = frame.paused ?? team?.paused ?? null;
  return (
    <Shell
      org={frame.org}
      orgs={frame.orgs}
      team={team}
      teams={frame.teams}
      user={frame.user}
      unread={{ messages: unread.total }}
      search={search}
      waiting={waiting}
      onSignOut={frame.authOff ? undefined : () => void signOut()}
      status={{
        connection: isOnline ? (state === "stale" ? "reconnecting" : state) : "offline",
        lastUpdateAt,
        working,
        spend,
        pause: paused && {
          scope: frame.paused ? "organization" : "team",
          mode: paused.mode,
          by: paused.by.name,
          reason: paused.reason || null,
          since: paused.at,
        },
        closed,
        canPause: frame.canPause,
        onPause,
        onResume,
        authOff: frame.authOff,
      }}
    >
      <PreferencesApplied />
      {children}
    </Shell>
  );
}

/** Names, teams and pauses stand in what the server has drawn: it draws anew when one of them changes. */
function useFreshFrame(): void {
  const router = useRouter();
  useLive(
    useCallback(
      ({ type }: { type: string }) => {
        if (/^(organization|team|repo)\.|^agent\.(created|updated|archived)|^member\./.test(type)) router.refresh();
      },
      [router],
    ),
  );
}

/** A page that stays open keeps its session, also when the tab was asleep for long. */
function useRenewedSession(hasSession: boolean): void {
  useEffect(() => {
    if (!hasSession) return;
    let renewedAt = Date.now();
    const renew = () => {
      if (document.visibilityState === "hidden" || Date.now() - renewedAt < renewEveryMilliseconds) return;
      renewedAt = Date.now();
      void renewSession();
    };
    const timer = setInterval(renew, 60_000);
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  }, [hasSession]);
}

function useIsOnline(): boolean {
  const [isOnline, setOnline] = useState(true);
  useEffect(() => {
    const read = () => setOnline(navigator.onLine);
    read();
    addEventListener("online", read);
    addEventListener("offline", read);
    return () => {
      removeEventListener("online", read);
      removeEventListener("offline", read);
    };
  }, []);
  return isOnline;
}
