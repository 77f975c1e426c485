"use client";

import clsx from "clsx";
import { Plus, SquareTerminal, X } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { OneTerminal } from "./one-terminal.tsx";
import type { PaneProps } from "./pane-props.ts";
import { useTerminals } from "./use-terminals.ts";

/** Terminals in the files of the session, several of them; each goes on while nobody looks. */
export function TerminalPane({ workspaceId }: PaneProps) {
  const { list, all, shown, isAsked, isOpening, choose, open, close, keepEnded } = useTerminals(workspaceId);
  return (
    <Loaded query={list} what="The terminals" skeleton={<SkeletonRows count={3} label="Loading the terminals" />}>
      {() =>
        shown ? (
          <div className="flex h-full min-h-0 flex-col">
            <div className="flex h-9 shrink-0 items-center gap-1 overflow-x-auto border-b px-2 [scrollbar-width:none] coarse:h-11">
              <ul aria-label="Terminals" className="flex items-center gap-1">
                {all.map((terminal) => {
                  const isShown = terminal.id === shown.id;
                  return (
                    <li
                      key={terminal.id}
                      className={clsx("flex items-center rounded-md", isShown ? "bg-selected text-ink" : "text-muted")}
                    >
                      <button
                        type="button"
                        aria-current={isShown || undefined}
                        onClick={() => choose(terminal.id)}
                        className="flex h-6 items-center gap-1.5 rounded-md pr-1 pl-2 text-small font-medium whitespace-nowrap hover:text-ink coarse:h-9"
                      >
                        <SquareTerminal aria-hidden="true" className="size-3.5" />
                        {terminal.name}
                      </button>
                      <button
                        type="button"
                        aria-label={`Close ${terminal.name}`}
                        onClick={() => void close(terminal)}
                        className="flex size-6 items-center justify-center rounded-md text-faint hover:bg-hover hover:text-ink coarse:size-9"
                      >
                        <X aria-hidden="true" className="size-3.5" />
                      </button>
                    </li>
                  );
                })}
              </ul>
              <IconButton
                size="sm"
                label="New terminal"
                icon={<Plus />}
                loading={isOpening}
                onClick={() => void open()}
              />
            </div>
            <div className="min-h-0 grow">
              <OneTerminal
                key={shown.id}
                terminal={shown}
                isAsked={isAsked}
                onEnded={keepEnded}
                onAgain={() => void open()}
              />
            </div>
          </div>
        ) : (
          <div className="h-full overflow-y-auto">
            <EmptyState
              icon={<SquareTerminal />}
              title="No terminal is open"
              action={
                <Button
                  icon={<Plus className="size-4" />}
                  data-pane-focus=""
                  loading={isOpening}
                  onClick={() => void open()}
                >
                  Open a terminal
                </Button>
              }
            >
              A shell in a sandbox with the files that the agent works on. It goes on when you leave the page.
            </EmptyState>
          </div>
        )
      }
    </Loaded>
  );
}
