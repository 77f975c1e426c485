"use client";

import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { useMe } from "./use-me.ts";

/** For those who may look but not change: says so, and whom to ask. `what` goes on "Only admins and owners can …". */
export function LookOnly({ what }: { what: string }) {
  const whom = useWhomToAsk();
  return (
    <Banner tone="info" inset title={`Only admins and owners can ${what}.`} icon={<Lock />}>
      {whom}
    </Banner>
  );
}

/** Instead of a page that a person may not see at all. */
export function NoPermission({ what }: { what: string }) {
  const whom = useWhomToAsk();
  return (
    <EmptyState icon={<Lock />} title={`Only admins and owners can ${what}`}>
      {whom}
    </EmptyState>
  );
}

function useWhomToAsk(): string {
  const { me } = useMe();
  const { data } = useQuery(useTRPC().members.list.queryOptions({ deactivated: false }));
  const names = (data?.members ?? [])
    .filter(({ role, userId }) => (role === "owner" || role === "admin") && userId !== me?.id)
    .slice(0, 3)
    .map(({ name }) => name);
  if (names.length === 0) return "Ask an admin of the organization.";
  return `Ask ${names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`} for it.`;
}
