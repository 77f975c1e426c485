"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { Permission } from "#server/permissions.ts";

/** Who looks at the page and what they may do. Until that is known nothing is offered, so nothing offered is refused. */
export function useMe() {
  const { data } = useQuery(useTRPC().organizations.get.queryOptions({}));
  return {
    me: data?.you,
    organization: data?.organization,
    isKnown: data !== undefined,
    can: (permission: Permission) => data?.you.permissions.includes(permission) ?? false,
  };
}
