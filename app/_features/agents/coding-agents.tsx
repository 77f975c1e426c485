"use client";

import { Check, Download, RotateCw } from "lucide-react";
import { settingsHref } from "#app/_shell/rooms.ts";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import type { AgentInstall } from "#server/agent-installs/schema.ts";
import { useAgentKinds } from "./use-agent-kinds.ts";

/** The coding agents that sessions can run here, and the way to install one: a press, and a minute. */
export function CodingAgents({ orgSlug, canManage }: { orgSlug: string; canManage: boolean }) {
  const { kinds } = useAgentKinds();
  if (kinds.length === 0) return null;
  return (
    <div className="p-3">
      <Section
        flush
        title="Coding agents for sessions"
        lead={
          <>
            Each runs in a sandbox without network. Its calls to models go through the keys under{" "}
            <Link href={settingsHref(orgSlug, "models")}>Models and keys</Link>, are metered and never seen by it.
          </>
        }
      >
        <ul aria-label="Coding agents">
          {kinds.map(({ id, name, installed, install }) => (
            <li
              key={id}
              className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0"
            >
              <AgentMark name={name} size={24} decorative />
              <span className="grow basis-40 text-app font-medium">{name}</span>
              <KindState id={id} name={name} isInstalled={installed} install={install} canManage={canManage} />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

type KindStateProps = {
  id: string;
  name: string;
  isInstalled: boolean;
  install: AgentInstall | undefined;
  canManage: boolean;
};

function KindState({ id, name, isInstalled, install, canManage }: KindStateProps) {
  const start = useChange(useTRPC().agentInstalls.install.mutationOptions(), {
    refused: `${name} is not being installed`,
  });
  if (isInstalled) {
    return (
      <Badge tone="success" icon={<Check />}>
        Installed
      </Badge>
    );
  }
  if (install?.status === "installing" || install?.status === "requested") {
    return (
      <div className="w-64 max-w-full">
        <Progress label={install.detail} value={install.status === "requested" ? null : install.percent} />
      </div>
    );
  }
  return (
    <>
      {install?.status === "failed" ? (
        <p role="alert" className="basis-full text-small break-words text-danger sm:order-last">
          {install.detail}
        </p>
      ) : null}
      {canManage ? (
        <Button
          size="sm"
          icon={install?.status === "failed" ? <RotateCw className="size-3.5" /> : <Download className="size-3.5" />}
          loading={start.isPending}
          aria-label={`Install ${name}`}
          onClick={() => void start.apply({ kind: id })}
        >
          {install?.status === "failed" ? "Try again" : "Install"}
        </Button>
      ) : (
        <span className="text-small text-muted">Not installed</span>
      )}
    </>
  );
}
