"use client";

import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Terminal } from "#server/terminals/schema.ts";
import { TerminalSocket, type TerminalState } from "./terminal-socket.ts";

const TerminalScreen = dynamic(() => import("./terminal-screen.tsx").then((module) => module.TerminalScreen), {
  ssr: false,
  loading: () => <SkeletonRows count={3} label="Loading the terminal" />,
});

type OneTerminalProps = {
  terminal: Terminal;
  /** Whoever looks has just asked for it. */
  isAsked: boolean;
  onEnded: (terminal: Terminal) => void;
  onAgain: () => void;
};

/** A terminal that one looks at and types into, and in words what became of it. */
export function OneTerminal({ terminal, isAsked, onEnded, onAgain }: OneTerminalProps) {
  const api = useTRPCClient();
  const [state, setState] = useState<TerminalState>({ state: "connecting" });
  const socket = useRef<TerminalSocket>(null);
  const { id: terminalId, workspaceId, name } = terminal;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="relative min-h-0 grow">
        {state.state === "connecting" ? (
          <p className="absolute top-2 left-3 z-10 text-small text-faint">Connecting…</p>
        ) : null}
        <TerminalScreen
          label={name}
          isAsked={isAsked}
          connect={({ write, clear }) => {
            socket.current = new TerminalSocket({
              // A ticket lets in once: each connection has its own.
              address: async () => {
                const { path } = await api.terminals.open.mutate({ workspaceId, terminalId });
                return `${location.origin.replace(/^http/, "ws")}${path}`;
              },
              onOutput: write,
              onReplay: clear,
              onState: (now) => {
                setState(now);
                if (now.state === "ended" || now.state === "refused") onEnded(terminal);
              },
              refusalOf: refusalForGood,
            });
            return socket.current;
          }}
        />
      </div>
      {state.state === "live" ? <TouchKeys onPress={(data) => socket.current?.input(data)} /> : null}
      <TerminalNote state={state} onAgain={onAgain} />
    </div>
  );
}

function TerminalNote({ state, onAgain }: { state: TerminalState; onAgain: () => void }) {
  if (state.state === "stale") {
    return (
      <p role="status" className="border-t px-3 py-1 text-small text-warning">
        The line is cut. What runs goes on; connecting again…
      </p>
    );
  }
  if (state.state !== "ended" && state.state !== "refused") return null;
  return (
    <div className="flex items-center gap-2 border-t px-3 py-1">
      <p role="status" className="grow text-small text-muted">
        {state.state === "ended" ? endWords(state.exitCode) : state.reason}
      </p>
      <Button size="sm" onClick={onAgain}>
        Open another
      </Button>
    </div>
  );
}

function endWords(exitCode: number | null): string {
  if (exitCode === 0) return "The shell ended.";
  return exitCode === null ? "The shell was ended from outside." : `The shell ended with exit code ${exitCode}.`;
}

/** What the keyboard of a phone has no keys for. */
const touchKeys: readonly { label: string; name: string; data: string }[] = [
  { label: "Esc", name: "Escape", data: "\u001b" },
  { label: "Tab", name: "Tab", data: "\t" },
  { label: "^C", name: "Control C", data: "\u0003" },
  { label: "^D", name: "Control D", data: "\u0004" },
  { label: "←", name: "Left", data: "\u001b[D" },
  { label: "↑", name: "Up", data: "\u001b[A" },
  { label: "↓", name: "Down", data: "\u001b[B" },
  { label: "→", name: "Right", data: "\u001b[C" },
];

function TouchKeys({ onPress }: { onPress: (data: string) => void }) {
  return (
    <div role="group" aria-label="Keys" className="hidden shrink-0 gap-1 overflow-x-auto border-t p-1 coarse:flex">
      {touchKeys.map(({ label, name, data }) => (
        <button
          key={name}
          type="button"
          aria-label={name}
          // The keyboard on the glass stays where it is.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPress(data)}
          className="h-9 min-w-10 grow rounded-md border bg-surface px-1 font-mono text-small text-muted active:bg-active"
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** What the server will not answer differently in a moment. */
function refusalForGood(error: unknown): string | undefined {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return code === undefined || code === "unavailable" || code === "rate_limited" ? undefined : refusalOf(error);
}
