"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";

const lookAgainMs = 3_000;

type PreviewPortsProps = { workspaceId: string; sessionId?: string | undefined; onChoose: (port: number) => void };

/** What listens inside now, as buttons, looked for while nothing is shown. Who may not know sees none and asks once. */
export function PreviewPorts({ workspaceId, sessionId, onChoose }: PreviewPortsProps) {
  const trpc = useTRPC();
  const of = { workspaceId, ...(sessionId ? { sessionId } : {}) };
  const { data } = useQuery(
    trpc.terminals.previewPorts.queryOptions(of, {
      retry: false,
      refetchOnMount: "always",
      refetchOnWindowFocus: false,
      refetchInterval: ({ state }) => (state.error ? false : lookAgainMs),
    }),
  );
  return data?.ports.map((port) => (
    <Button key={port} size="sm" onClick={() => onChoose(port)}>
      Show port {port}
    </Button>
  ));
}
