"use client";

import { CircleDashed, CircleSlash, CircleX, Play, CircleStop, Trash2 } from "lucide-react";
import { useParams } from "next/navigation";
import type { ReactNode } from "react";
import { sizeWords } from "#app/_features/sessions/attachments.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { sessionHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge, type Tone } from "#app/_ui/badge.tsx";
import { duration } from "#app/_ui/format.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Sandbox } from "#server/sandboxes/schema.ts";

const faces: Record<Sandbox["status"], { label: string; tone: Tone; icon: ReactNode }> = {
  running: { label: "Runs", tone: "success", icon: <Play /> },
  created: { label: "Not started", tone: "neutral", icon: <CircleDashed /> },
  stopped: { label: "Stopped", tone: "neutral", icon: <CircleSlash /> },
  failed: { label: "Ended unasked", tone: "danger", icon: <CircleX /> },
};

/** One sandbox: whose it is, how it is, what it uses of what it may. */
export function SandboxRow({ sandbox }: { sandbox: Sandbox }) {
  const { org } = useParams<{ org: string }>();
  const { session, workspace, status, reason, since, host, provider, asked } = sandbox;
  const { label, tone, icon } = faces[status];
  const name = session?.name ?? workspace?.name ?? "Something that was removed";
  return (
    <li aria-label={name} className="flex items-start gap-3 border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-center gap-2 text-app">
          <span className="min-w-0 font-medium break-words">
            {session ? <Link href={sessionHref(org, session.teamId, session.id)}>{name}</Link> : name}
          </span>
          <Badge tone={tone} icon={icon}>
            {label}
          </Badge>
          {asked ? (
            <span className="text-small text-muted">{asked === "stop" ? "stopping …" : "removing …"}</span>
          ) : null}
        </p>
        <p className="mt-0.5 text-small break-words text-muted">
          {session ? (workspace ? `Session in ${workspace.name}` : "Session") : "Terminals of a working copy"} · since{" "}
          <RelativeTime at={since} /> · {provider} on {host}
        </p>
        {reason ? <p className="mt-0.5 text-small break-words text-danger">{reason}</p> : null}
        <Usage sandbox={sandbox} />
      </div>
      <Endings sandbox={sandbox} name={name} />
    </li>
  );
}

function Usage({ sandbox: { usage, limits } }: { sandbox: Sandbox }) {
  const may = `${sizeWords(limits.memoryMb * 1_000_000)}, ${limits.cpus} CPUs, ${limits.processes} processes, ${sizeWords(limits.diskMb * 1_000_000)} on disk`;
  if (!usage) return <p className="mt-0.5 text-small text-faint">May use {may}.</p>;
  return (
    <p className="mt-0.5 text-small break-words text-muted">
      Uses {sizeWords(usage.memoryBytes)} of memory, {usage.processes} {usage.processes === 1 ? "process" : "processes"}
      , {duration(usage.cpuSeconds)} of CPU so far. <span className="text-faint">May use {may}.</span>
    </p>
  );
}

function Endings({ sandbox: { id, status }, name }: { sandbox: Sandbox; name: string }) {
  const trpc = useTRPC();
  const stop = useChange(trpc.sandboxes.stop.mutationOptions(), {
    done: () => `The sandbox of ${name} is being stopped`,
    refused: "The sandbox was not stopped",
  });
  const remove = useChange(trpc.sandboxes.remove.mutationOptions(), {
    done: () => `The sandbox of ${name} is being removed`,
    refused: "The sandbox was not removed",
  });
  if (status === "running")
    return (
      <ConfirmDialog
        title={`Stop the sandbox of ${name}?`}
        verb="Stop"
        danger
        trigger={<IconButton label={`Stop the sandbox of ${name}`} icon={<CircleStop />} size="sm" />}
        onConfirm={() => stop.send({ sandboxId: id })}
      >
        Every program in it ends, an agent in the middle of its work too. Files stay, and the next message or terminal
        begins a new one.
      </ConfirmDialog>
    );
  return (
    <IconButton
      label={`Forget the sandbox of ${name}`}
      icon={<Trash2 />}
      size="sm"
      onClick={() => void remove.apply({ sandboxId: id })}
    />
  );
}
