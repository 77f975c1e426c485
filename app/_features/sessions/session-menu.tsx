"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { Archive, Ellipsis, GitFork, LayoutTemplate, Pause, Pencil, Play, Square, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { roomHref, sessionHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { Session } from "#server/sessions/schema.ts";
import { markFresh } from "./fresh-session.ts";
import { useSessionChanges } from "./use-session-changes.ts";

const TemplateDialog = dynamic(
  () => import("#app/_features/templates/template-dialog.tsx").then((module) => module.TemplateDialog),
  { ssr: false },
);

type SessionMenuProps = {
  orgSlug: string;
  session: Session;
  /** The operations that make sense now, as the server names them. */
  possible: readonly string[];
  /** What it was told first; null where nothing was said yet. */
  firstWords: string | null;
  onRename: () => void;
};

/** What can be done with the whole session now: the next step as a button, the rest in a menu and under keys. */
export function SessionMenu({ orgSlug, session, possible, firstWords, onRename }: SessionMenuProps) {
  const router = useRouter();
  const change = useSessionChanges();
  const [isRemoving, setRemoving] = useState(false);
  const [isKeeping, setKeeping] = useState(false);
  const canKeep = useMe().can("task:manage") && firstWords !== null;
  const sessionId = session.id;
  // Where it works: a template of it begins on a new copy of the same repository, in an empty folder without one.
  const { workspaceId } = session;
  const place = useQuery(useTRPC().workspaces.get.queryOptions(isKeeping && workspaceId ? { workspaceId } : skipToken));
  const repo = place.data?.workspace.repo;
  const can = (operation: string) => possible.includes(operation);
  const fork = () =>
    void change.fork.send({ sessionId }).then(
      ({ session: made }) => {
        toast.success("The session was forked", {
          ...(made.workspaceId
            ? { description: "Both work in the same working copy: what one changes, the other finds changed." }
            : {}),
        });
        markFresh(made.id);
        router.push(sessionHref(orgSlug, session.teamId, made.id));
      },
      (error: unknown) => toast.error("The session was not forked", { description: refusalOf(error) }),
    );
  const acts = [
    {
      id: "pause",
      title: "Pause",
      icon: <Pause />,
      operation: "pause_session",
      run: () => void change.pause.apply({ sessionId }),
    },
    {
      id: "resume",
      title: "Resume",
      icon: <Play />,
      operation: "resume_session",
      run: () => void change.resume.apply({ sessionId }),
    },
    { id: "fork", title: "Fork", icon: <GitFork />, operation: "fork_session", run: fork },
    {
      id: "stop",
      title: "Stop",
      icon: <Square />,
      operation: "stop_session",
      run: () => void change.stop.apply({ sessionId }),
    },
    {
      id: "archive",
      title: "Archive",
      icon: <Archive />,
      operation: "archive_session",
      run: () => void change.archive.apply({ sessionId }),
    },
  ].filter(({ operation }) => can(operation));
  useActions([
    {
      id: "session.keep",
      title: "Keep the session as a template",
      group: "Session",
      icon: <LayoutTemplate />,
      when: () => canKeep,
      run: () => setKeeping(true),
    },
    { id: "session.rename", title: "Rename the session", group: "Session", keys: "e", icon: <Pencil />, run: onRename },
    ...acts.map(({ id, title, icon, run }) => ({
      id: `session.${id}`,
      title: `${title} the session`,
      group: "Session",
      icon,
      run,
    })),
  ]);
  return (
    <div className="flex items-center gap-1.5">
      {can("resume_session") ? (
        <Button
          size="sm"
          variant="primary"
          icon={<Play className="size-3.5" />}
          loading={change.resume.isPending}
          onClick={() => void change.resume.apply({ sessionId })}
        >
          Resume
        </Button>
      ) : null}
      {can("stop_session") ? (
        <Button
          size="sm"
          className="max-sm:hidden"
          icon={<Square className="size-3.5" />}
          loading={change.stop.isPending}
          onClick={() => void change.stop.apply({ sessionId })}
        >
          Stop session
        </Button>
      ) : null}
      <Menu align="end" trigger={<IconButton size="sm" label={`Actions of ${session.name}`} icon={<Ellipsis />} />}>
        <MenuItem icon={<Pencil />} keys="e" onSelect={onRename}>
          Rename
        </MenuItem>
        {acts.map(({ id, title, icon, run }) => (
          <MenuItem key={id} icon={icon} onSelect={run}>
            {title}
          </MenuItem>
        ))}
        {canKeep ? (
          <MenuItem icon={<LayoutTemplate />} onSelect={() => setKeeping(true)}>
            Keep as template…
          </MenuItem>
        ) : null}
        {can("remove_session") ? <MenuSeparator /> : null}
        {can("remove_session") ? (
          <MenuItem icon={<Trash2 />} onSelect={() => setRemoving(true)}>
            Remove…
          </MenuItem>
        ) : null}
      </Menu>
      {isKeeping && (workspaceId === null || place.isFetched) ? (
        <TemplateDialog from={templateOf(session, repo?.id, firstWords ?? "")} onClose={() => setKeeping(false)} />
      ) : null}
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        danger
        title={`Remove ${session.name}?`}
        verb="Remove session"
        onConfirm={async () => {
          await change.remove.send({ sessionId });
          router.push(roomHref(orgSlug, session.teamId, "sessions"));
        }}
      >
        Its conversation and its files go with it. What it cost stays in the books.
      </ConfirmDialog>
    </div>
  );
}

/** What begins the same session again; what changes each time is put between double braces by hand. */
function templateOf({ teamId, name, agentKind, mode, model }: Session, repoId: string | undefined, prompt: string) {
  const given = Object.entries({ agentKind, mode, model, repoId }).filter(([, value]) => value != null);
  return { kind: "session" as const, teamId, name, body: { prompt, ...Object.fromEntries(given) } };
}
