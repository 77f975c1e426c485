"use client";

import { Archive, Ellipsis, KeyRound, Pause, Pencil, Play } from "lucide-react";
import { useState } from "react";
import { usePause } from "#app/_features/pauses/use-pause.ts";
import { PauseDialog } from "#app/_shell/pause-dialog.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { ConnectDialog } from "./connect-dialog.tsx";
import { EditAgentDialog } from "./edit-agent-dialog.tsx";
import { useAgentChanges } from "./use-agent-changes.ts";

/** What can be done to an agent: connect it, change it, pause it, archive it. */
export function AgentMenu({ agent, canMakeKeys }: { agent: Agent; canMakeKeys: boolean }) {
  const { archive } = useAgentChanges();
  const { pause, resume } = usePause(agent.name);
  const [open, setOpen] = useState<"connect" | "edit" | "pause" | "archive" | null>(null);
  const isPaused = agent.status === "paused";
  const close = () => setOpen(null);
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${agent.name}`} icon={<Ellipsis />} size="sm" />}>
        {canMakeKeys ? (
          <MenuItem icon={<KeyRound />} onSelect={() => setOpen("connect")}>
            Connect with a new key…
          </MenuItem>
        ) : null}
        <MenuItem icon={<Pencil />} onSelect={() => setOpen("edit")}>
          Change…
        </MenuItem>
        <MenuItem
          icon={isPaused ? <Play /> : <Pause />}
          onSelect={() => (isPaused ? void resume.apply({ agentId: agent.id }) : setOpen("pause"))}
        >
          {isPaused ? "Resume" : "Pause…"}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Archive />} danger onSelect={() => setOpen("archive")}>
          Archive…
        </MenuItem>
      </Menu>
      {open === "connect" ? <ConnectDialog agent={agent} onClose={close} /> : null}
      {open === "edit" ? <EditAgentDialog agent={agent} onClose={close} /> : null}
      {open === "pause" ? (
        <PauseDialog
          name={agent.name}
          open
          onOpenChange={(next) => (next ? undefined : close())}
          onPause={(choice) => pause.send({ agentId: agent.id, ...choice })}
        />
      ) : null}
      <ConfirmDialog
        open={open === "archive"}
        onOpenChange={(next) => (next ? undefined : close())}
        title={`Archive ${agent.name}?`}
        verb="Archive agent"
        danger
        onConfirm={() => archive.send({ agentId: agent.id })}
      >
        Its keys are refused within seconds
        {agent.holds.length > 0 ? ` and ${held(agent)} back to the team` : ""}. What it did stays on record. This cannot
        be undone.
      </ConfirmDialog>
    </>
  );
}

function held({ holds }: Agent): string {
  const numbers = holds.map(({ number }) => `#${number}`).join(", ");
  return `${numbers} ${holds.length === 1 ? "goes" : "go"}`;
}
