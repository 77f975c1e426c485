"use client";

import { Pause as PauseIcon, Play } from "lucide-react";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { PauseDialog } from "#app/_shell/pause-dialog.tsx";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import type { Pause } from "#server/pauses/schema.ts";
import { PauseWords } from "./pause-words.tsx";
import { usePause } from "./use-pause.ts";

type PauseSectionProps = {
  /** What is paused: nothing named is the whole organization. */
  target: { teamId?: string; agentId?: string };
  /** How a sentence calls it: "All work", "General", "ada". */
  name: string;
  paused: Pause | null;
  /** What is said while it is not paused. */
  running: string;
  canPause: boolean;
};

/** Whether work may start, and the switch: the same for the organization, a team and an agent. */
export function PauseSection({ target, name, paused, running, canPause }: PauseSectionProps) {
  const asking = useLateOpen();
  const { pause, resume } = usePause(name);
  useActions([
    {
      id: `pause.${target.agentId ?? target.teamId ?? "organization"}`,
      title: paused ? `Resume: ${name}` : `Pause: ${name}`,
      group: "Work",
      icon: paused ? <Play /> : <PauseIcon />,
      when: () => canPause,
      run: () => (paused ? void resume.apply(target) : asking.setOpen(true)),
    },
  ]);
  return (
    <Section title="Work" lead="A pause holds on every path: nothing new starts. It can also take back what runs.">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 text-app">{paused ? <PauseWords paused={paused} /> : running}</p>
        {!canPause ? null : paused ? (
          <Button
            icon={<Play className="size-4" />}
            loading={resume.isPending}
            onClick={() => void resume.apply(target)}
          >
            Resume
          </Button>
        ) : (
          <Button icon={<PauseIcon className="size-4" />} onClick={() => asking.setOpen(true)}>
            Pause…
          </Button>
        )}
      </div>
      {asking.wasOpened ? (
        <PauseDialog
          name={name}
          open={asking.open}
          onOpenChange={asking.setOpen}
          onPause={(choice) => pause.send({ ...target, ...choice })}
        />
      ) : null}
    </Section>
  );
}
