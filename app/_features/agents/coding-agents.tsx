"use client";

import { useQuery } from "@tanstack/react-query";
import { Check, Download, KeyRound, Play, RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMe } from "#app/_features/members/use-me.ts";
import { sessionHref, settingsHref } from "#app/_shell/rooms.ts";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { AgentInstall } from "#server/agent-installs/schema.ts";
import { type AgentKind, useAgentKinds } from "./use-agent-kinds.ts";

type CodingAgentsProps = { orgSlug: string; teamId: string; canManage: boolean };

/** The coding agents that sessions can run here, and the way to install one: a press, and a minute. */
export function CodingAgents({ orgSlug, teamId, canManage }: CodingAgentsProps) {
  const { kinds } = useAgentKinds();
  const { can } = useMe();
  const { data } = useQuery(useTRPC().teams.list.queryOptions({ archived: false }));
  const usual = data?.teams.find(({ id }) => id === teamId)?.defaultAgentKind;
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
          {kinds.map((kind) => (
            <li
              key={kind.id}
              className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0"
            >
              <AgentMark name={kind.name} size={24} decorative />
              <span className="flex min-w-0 grow basis-48 flex-wrap items-center gap-x-2 gap-y-0.5">
                <span className="text-app font-medium">{kind.name}</span>
                {kind.id === usual ? <Badge tone="accent">Default</Badge> : null}
                <KeyState orgSlug={orgSlug} kind={kind} />
              </span>
              {kind.installed ? (
                <>
                  {kind.id !== usual && usual !== undefined && can("agents:manage") ? (
                    <MakeDefault teamId={teamId} kind={kind} />
                  ) : null}
                  {kind.hasKey && can("session:use") ? (
                    <TryAgent orgSlug={orgSlug} teamId={teamId} kind={kind} />
                  ) : null}
                </>
              ) : null}
              <KindState
                id={kind.id}
                name={kind.name}
                isInstalled={kind.installed}
                install={kind.install}
                canManage={canManage}
              />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

/** What speaks each way: Ollama answers as OpenAI does. */
const providerWords: Record<string, string[]> = {
  anthropic: ["Anthropic"],
  openai: ["an OpenAI-compatible provider", "Ollama"],
};

/** Whether what it thinks with can be called: it needs no sign-in of its own, the organization's key is enough. */
function KeyState({ orgSlug, kind: { hasKey, providers } }: { orgSlug: string; kind: AgentKind }) {
  const named = providers.flatMap((provider) => providerWords[provider] ?? [provider]);
  const words = new Intl.ListFormat("en", { type: "disjunction" }).format(named);
  if (hasKey) return <span className="text-small text-muted">Uses your account at {words}</span>;
  return (
    <span className="flex items-center gap-1 text-small text-warning">
      <KeyRound aria-hidden="true" className="size-3.5" />
      <Link href={`${settingsHref(orgSlug, "models")}?new=true`}>Add {words}</Link>
    </span>
  );
}

function MakeDefault({ teamId, kind: { id, name } }: { teamId: string; kind: AgentKind }) {
  const update = useChange(useTRPC().teams.update.mutationOptions(), {
    done: () => `Sessions begin with ${name} from now on`,
    refused: "The default was not changed",
  });
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={`Make default: ${name}`}
      loading={update.isPending}
      onClick={() => void update.apply({ teamId, defaultAgentKind: id })}
    >
      Make default
    </Button>
  );
}

/** A session with one question: whether it starts, thinks and answers. */
function TryAgent({ orgSlug, teamId, kind: { id, name } }: { orgSlug: string; teamId: string; kind: AgentKind }) {
  const router = useRouter();
  const begin = useChange(useTRPC().sessions.create.mutationOptions(), { refused: `${name} was not tried` });
  const prompt = "Say in one sentence who you are and which model answers. Use no tools.";
  return (
    <Button
      size="sm"
      icon={<Play className="size-3.5" />}
      aria-label={`Try it: ${name}`}
      loading={begin.isPending}
      onClick={() =>
        void begin.send({ teamId, agentKind: id, name: `Try ${name}`, prompt }).then(
          ({ session }) => router.push(sessionHref(orgSlug, teamId, session.id)),
          (error: unknown) => toast.error(`${name} was not tried`, { description: refusalOf(error) }),
        )
      }
    >
      Try it
    </Button>
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
      // On a phone it has a line of its own, below the name.
      <span className="flex max-sm:ml-9">
        <Badge tone="success" icon={<Check />}>
          Installed
        </Badge>
      </span>
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
