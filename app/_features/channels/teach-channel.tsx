"use client";

import { useSyncExternalStore } from "react";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { terminalLines } from "./channel-words.ts";

type TeachChannelProps = { channel: string; mayPublish: boolean };

/** The lines that publish and listen on a channel, ready to copy; `$KEY` is an agent's or a person's key. */
export function TeachChannel({ channel, mayPublish }: TeachChannelProps) {
  const origin = useOrigin();
  return (
    <div className="flex w-full min-w-0 flex-col gap-3 text-left">
      {terminalLines(channel, origin, mayPublish).map(({ title, code }) => (
        <CodeBlock key={title} title={`${title}, in a terminal`} code={code} />
      ))}
    </div>
  );
}

/** The address people reach this server by. Unknown while the server renders. */
const useOrigin = () =>
  useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => "$ENTOURAGE_URL",
  );
