"use client";

import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { FileLock2, Globe, type LucideIcon, Send } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Popover } from "#app/_ui/popover.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { SessionFlag } from "#db/enums.ts";

const faces: readonly { flag: SessionFlag; icon: LucideIcon; word: string; not: string }[] = [
  { flag: "untrusted_input", icon: Globe, word: "Untrusted input", not: "It has read nothing from outside." },
  { flag: "private_data", icon: FileLock2, word: "Private data", not: "It has seen no files of yours." },
  { flag: "outward_effect", icon: Send, word: "Outward effect", not: "It has done nothing that is seen outside." },
];

/** Which of three things a session has had to do with: any two are fine, and the third needs a person. */
export function SessionFlags({ sessionId }: { sessionId: string }) {
  const { data } = useQuery(useTRPC().policies.flags.queryOptions({ sessionId }));
  if (!data) return null;
  const raisedOf = (flag: SessionFlag) => data.flags.find((one) => one.flag === flag);
  const had = faces.filter(({ flag }) => raisedOf(flag));
  const words = had.length === 0 ? "nothing yet" : had.map(({ word }) => word.toLowerCase()).join(", ");
  return (
    <Popover
      title="What it has had to do with"
      trigger={
        <button
          type="button"
          aria-label={`What it has had to do with: ${words} (${had.length}/${faces.length})`}
          className={clsx(
            "flex h-6 items-center gap-1 rounded-md px-1.5 hover:bg-hover coarse:h-10",
            had.length === faces.length ? "text-warning" : "text-muted",
          )}
        >
          {faces.map(({ flag, icon: Icon }) => (
            <Icon key={flag} aria-hidden="true" className={clsx("size-3.5", raisedOf(flag) || "opacity-30")} />
          ))}
          <span className="text-small tabular-nums" aria-hidden="true">
            {had.length}/{faces.length}
          </span>
        </button>
      }
    >
      <ul className="flex flex-col gap-2.5">
        {faces.map(({ flag, icon: Icon, word, not }) => {
          const raised = raisedOf(flag);
          return (
            <li key={flag} className={clsx("flex gap-2", raised ? "text-ink" : "text-muted")}>
              <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
              <span className="min-w-0">
                <span className="font-medium">{word}</span>
                <span className="block text-small break-words text-muted">
                  {raised ? (
                    <>
                      {raised.because} · <RelativeTime at={raised.raisedAt} />
                      {raised.requestId ? " · a person let it" : ""}
                    </>
                  ) : (
                    not
                  )}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
      <p className="mt-3 border-t pt-2 text-small text-muted">{data.note}</p>
    </Popover>
  );
}
