"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { Terminal } from "#server/terminals/schema.ts";

const noTerminals: readonly Terminal[] = [];

/**
 * The terminals of a workspace, the oldest first, and which of them is looked at. One that ended while it was looked at
 * stays until it is closed: what it printed last says why it ended.
 */
export function useTerminals(workspaceId: string) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const client = useQueryClient();
  const list = useQuery(trpc.terminals.list.queryOptions({ workspaceId }));
  const [ended, setEnded] = useState(noTerminals);
  const [chosen, choose] = useState<string>();
  const [isOpening, setOpening] = useState(false);
  const open = list.data?.terminals ?? noTerminals;
  const all = [...open, ...ended.filter(({ id }) => open.every((one) => one.id !== id))].toSorted((one, other) =>
    one.createdAt.localeCompare(other.createdAt),
  );
  const renew = () => client.invalidateQueries(trpc.terminals.list.queryFilter({ workspaceId }));
  const shown = all.find(({ id }) => id === chosen) ?? all.at(-1);
  return {
    list,
    all,
    shown,
    /** Opened or chosen by whoever looks, rather than there from before. */
    isAsked: shown !== undefined && shown.id === chosen,
    isOpening,
    choose,
    open: async (): Promise<void> => {
      setOpening(true);
      try {
        const { terminal } = await api.terminals.open.mutate({ workspaceId, name: nextName(all) });
        choose(terminal.id);
        await renew();
      } catch (error) {
        toast.error("No terminal was opened", { description: refusalOf(error) });
      } finally {
        setOpening(false);
      }
    },
    close: async (terminal: Terminal): Promise<void> => {
      try {
        if (ended.every(({ id }) => id !== terminal.id)) await api.terminals.close.mutate({ terminalId: terminal.id });
        setEnded((before) => before.filter(({ id }) => id !== terminal.id));
      } catch (error) {
        toast.error("The terminal was not closed", { description: refusalOf(error) });
      }
      await renew();
    },
    keepEnded: (terminal: Terminal): void => {
      setEnded((before) => [...before.filter(({ id }) => id !== terminal.id), terminal]);
      void renew();
    },
  };
}

/** The first number that is free, so that two in sight never have one name. */
function nextName(terminals: readonly Terminal[]): string {
  const names = new Set(terminals.map(({ name }) => name));
  let number = 1;
  while (names.has(`Terminal ${number}`)) number++;
  return `Terminal ${number}`;
}
