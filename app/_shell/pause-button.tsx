"use client";

import { Pause } from "lucide-react";
import dynamic from "next/dynamic";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { useActions } from "./actions.tsx";
import type { ShellStatus } from "./shell-props.ts";
import { useLateOpen } from "./use-late-open.ts";

const PauseDialog = dynamic(() => import("./pause-dialog.tsx").then((module) => module.PauseDialog), { ssr: false });

/** Stops new work everywhere. Not there for those who may not. */
export function PauseButton({ status }: { status: ShellStatus }) {
  const { canPause, onPause } = status;
  const dialog = useLateOpen();
  useActions([
    {
      id: "work.pause",
      title: "Pause work",
      group: "Work",
      icon: <Pause />,
      when: () => canPause && onPause !== undefined,
      run: () => dialog.setOpen(true),
    },
  ]);
  if (!canPause || !onPause) return null;
  return (
    <>
      <IconButton label="Pause work" side="bottom" icon={<Pause />} onClick={() => dialog.setOpen(true)} />
      {dialog.wasOpened ? (
        <PauseDialog name="All work" open={dialog.open} onOpenChange={dialog.setOpen} onPause={onPause} />
      ) : null}
    </>
  );
}
