"use client";

import { useQuery } from "@tanstack/react-query";
import { BookmarkCheck } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Policy } from "./inbox-types.ts";

/** What is granted without asking: which action, where, by whom, until when, how often it was used; and the way to end it. */
export function PolicyList() {
  const { can } = useMe();
  const [ended, setEnded] = useQueryState("ended", parseAsBoolean.withDefault(false));
  const query = useQuery(useTRPC().requests.policies.queryOptions({ ended }));
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="border-b px-3 py-2">
        <Checkbox label="Ended ones too" checked={ended} onCheckedChange={(next) => void setEnded(next || null)} />
      </div>
      <Loaded query={query} what="What is always allowed" skeleton={<SkeletonRows count={4} label="Loading" />}>
        {({ policies }) =>
          policies.length === 0 ? (
            <EmptyState icon={<BookmarkCheck />} title="Everything is asked for">
              When you approve an action you can allow it for longer, in one repository or the whole team. It stands
              here until it ends, and every use names it.
            </EmptyState>
          ) : (
            <ul aria-label="Always allowed">
              {policies.map((policy) => (
                <PolicyRow key={policy.id} policy={policy} canRevoke={can("policies:manage")} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}

function PolicyRow({ policy, canRevoke }: { policy: Policy; canRevoke: boolean }) {
  const trpc = useTRPC();
  const revoke = useChange(trpc.requests.revokePolicy.mutationOptions(), {
    done: () => `${policy.action} is asked for again`,
    refused: "It was not ended",
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2.5 text-app">
      <span className="font-mono">{policy.action}</span>
      <span className="text-muted">
        in {policy.repo?.name ?? policy.teamName}, by {policy.createdBy.name} <RelativeTime at={policy.createdAt} />
      </span>
      <span className="text-muted">
        {policy.expiresAt ? (
          <>
            until <RelativeTime at={policy.expiresAt} />
          </>
        ) : (
          "until it is ended"
        )}
      </span>
      <span className="text-muted">
        used {policy.uses} {policy.uses === 1 ? "time" : "times"}
      </span>
      <span className="grow" />
      {policy.revokedAt ? (
        <Badge>Ended by {policy.revokedBy?.name ?? "somebody"}</Badge>
      ) : canRevoke ? (
        <ConfirmDialog
          title={`End “${policy.action}”?`}
          verb="End it"
          danger
          trigger={<Button size="sm">End…</Button>}
          onConfirm={() => revoke.send({ policyId: policy.id })}
        >
          People are asked again from now on. What it has granted stays granted.
        </ConfirmDialog>
      ) : null}
    </li>
  );
}
