"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";

const everySecond = 1_000;

export type AgentKind = ReturnType<typeof useAgentKinds>["kinds"][number];

/** The coding agents there are, whether each is installed, and how far those are that are being installed. */
export function useAgentKinds() {
  const trpc = useTRPC();
  const kinds = useQuery(trpc.sessions.kinds.queryOptions({}));
  const installs = useQuery(
    trpc.agentInstalls.list.queryOptions(
      {},
      {
        // What a worker reports while it installs is no event: it is asked for as long as it goes on.
        refetchInterval: ({ state }) =>
          state.data?.installs.some(({ status }) => status === "requested" || status === "installing")
            ? everySecond
            : false,
      },
    ),
  );
  const found = (kinds.data?.kinds ?? []).map((kind) => {
    const install = installs.data?.installs.find((one) => one.kind === kind.id);
    return { ...kind, install, installed: kind.installed || install?.status === "installed" };
  });
  return { kinds: found };
}
