"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldCheck, Trash2 } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { ToolPolicy } from "#server/policies/schema.ts";
import { PolicyDialog } from "./policy-dialog.tsx";
import { effectTones, effectWords, subjectOf } from "./policy-words.ts";

/** What coding agents may do without asking: per team, agent and session, with the way to change it. */
export function PoliciesSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("policies:manage");
  const [isOpen, setOpen] = useQueryState("new", parseAsBoolean.withDefault(false));
  const query = useQuery(useTRPC().policies.list.queryOptions({}));
  const add = () => void setOpen(true);
  const button = useAddButton({
    id: "policy.add",
    title: "Set a policy for agents' tools",
    group: "Permissions",
    label: "Set a policy",
    may: canManage,
    run: add,
  });
  return (
    <SettingsPage
      title="Agents’ permissions"
      lead="What the tools of coding agents may do without asking. Reading in the workspace is free; for everything that no policy decides, a person is asked for exactly that action."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="set policies for teams and agents" /> : null}
      <Loaded query={query} what="The policies" skeleton={<SkeletonRows count={4} label="Loading the policies" />}>
        {({ policies }) => (
          <Section title={policies.length === 0 ? "Policies" : `Policies (${policies.length})`} flush>
            {policies.length === 0 ? (
              <EmptyState icon={<ShieldCheck />} title="Agents ask for everything" action={button}>
                Allow what they do all day, such as npm test or git log *, and deny what they must never do. Answering a
                request with “always” adds a policy here too.
              </EmptyState>
            ) : (
              <ul aria-label="Policies" className="divide-y">
                {policies.map((policy) => (
                  <PolicyRow key={policy.id} policy={policy} canRemove={canManage} />
                ))}
              </ul>
            )}
          </Section>
        )}
      </Loaded>
      {isOpen && canManage ? <PolicyDialog onClose={() => void setOpen(false)} /> : null}
    </SettingsPage>
  );
}

const scopeWords = { team: "Team", agent: "Agent", session: "Session" } as const;

function PolicyRow({ policy, canRemove }: { policy: ToolPolicy; canRemove: boolean }) {
  const remove = useChange(useTRPC().policies.remove.mutationOptions(), {
    done: () => `Removed: ${policy.pattern}`,
    refused: "The policy was not removed",
  });
  const { effect, scope, scopeName, pattern, createdBy, createdAt, expiresAt } = policy;
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={effectTones[effect]}>{effectWords[effect]}</Badge>
        <span className="text-app text-muted">{subjectOf(policy)}</span>
        <code className="min-w-0 font-mono text-app break-all">{pattern}</code>
        <span className="basis-full text-small text-muted">
          {scopeWords[scope]} {scopeName} · set by {createdBy.name} <RelativeTime at={createdAt} />
          {expiresAt ? (
            <>
              {" "}
              · ends <RelativeTime at={expiresAt} />
            </>
          ) : null}
        </span>
      </div>
      {canRemove ? (
        <IconButton
          label={`Remove the policy ${pattern}`}
          icon={<Trash2 />}
          disabled={remove.isPending}
          onClick={() => void remove.apply({ policyId: policy.id })}
        />
      ) : null}
    </li>
  );
}
