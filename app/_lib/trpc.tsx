"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import type { AppRouter } from "#server/trpc/router.ts";
import { fetchSignedIn } from "./session.ts";

const trpc = createTRPCContext<AppRouter>();

/** `useTRPC().tasks.list.queryOptions(…)` for react-query; `useTRPCClient()` to call without a cache. */
export const { useTRPC, useTRPCClient } = trpc;

/** Our refusals are answers; only what may be different in a moment is asked for again. */
const worthAgain: unknown[] = ["unavailable", "rate_limited", "internal"];

/**
 * The server's data for everything inside: one cache for the organization, filled by queries and patched by realtime.
 * `org` is the slug or id in the address; every call says it.
 */
export function ApiProvider({ org, children }: { org: string; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [trpcClient] = useState(() => createApiClient(org));
  return (
    <QueryClientProvider client={queryClient}>
      <trpc.TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </trpc.TRPCProvider>
    </QueryClientProvider>
  );
}

function createApiClient(org: string) {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: "/api/trpc",
        maxURLLength: 2000,
        headers: { "x-entourage-org": org },
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library types its own fetch more loosely
        fetch: (input, init) => fetchSignedIn(input, init as RequestInit),
      }),
    ],
  });
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Realtime keeps the cache right; a refetch at every focus would only repeat it.
      queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: isWorthAgain },
    },
  });
}

function isWorthAgain(failures: number, error: unknown): boolean {
  if (failures >= 3) return false;
  if (!(error instanceof TRPCClientError)) return true;
  const data: unknown = error.data;
  const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  // Without an answer there is no code: the network was away.
  return code === undefined || worthAgain.includes(code);
}
