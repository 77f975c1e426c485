"use client";

import { EyeOff, RotateCcw } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import type { AssembledContext } from "#server/task-contexts/schema.ts";

type SeenSectionsProps = {
  sections: AssembledContext["sections"];
  label?: string;
  /** Left out for those who may not change it. */
  onLeaveOut: ((key: string) => void) | undefined;
};

/** The parts that are told, in their order, word for word. */
export function SeenSections({ sections, label = "What the agent will see", onLeaveOut }: SeenSectionsProps) {
  return (
    <ol aria-label={label} className="rounded-md border">
      {sections.map(({ key, title, why, text, tokens, isNeeded }) => (
        <li key={key} className="border-b last:border-b-0">
          <details>
            <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-2 rounded-md px-3 py-2 text-app hover:bg-hover">
              <span className="font-medium">{title}</span>
              <span className="min-w-0 text-muted">{why}</span>
              <span className="ml-auto text-small text-faint">{tokens.toLocaleString("en")} tokens</span>
            </summary>
            <div className="flex flex-col items-start gap-2 px-3 pb-3">
              {/* Word for word, as the agent gets it: no Markdown of anybody is rendered here. */}
              <pre
                className="max-h-96 w-full overflow-auto rounded-md border bg-sunken p-2 font-mono text-small break-words whitespace-pre-wrap"
                tabIndex={0}
                aria-label={`Text of ${title}`}
              >
                {text}
              </pre>
              {onLeaveOut && !isNeeded ? (
                <Button size="sm" icon={<EyeOff className="size-3.5" />} onClick={() => onLeaveOut(key)}>
                  Leave it out
                </Button>
              ) : null}
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

type DroppedSectionsProps = {
  dropped: AssembledContext["dropped"];
  leftOut: readonly string[];
  onPutBack: ((key: string) => void) | undefined;
};

/** What is not told, and why: by a person, or because there was no room for it. */
export function DroppedSections({ dropped, leftOut, onPutBack }: DroppedSectionsProps) {
  if (dropped.length === 0) return null;
  return (
    <section aria-label="Left out">
      <h2 className="pb-1 text-app font-medium">Left out</h2>
      <ul className="flex flex-col gap-1">
        {dropped.map(({ key, title, tokens, why }) => (
          <li key={key} className="flex min-h-6 flex-wrap items-center gap-x-2 text-app">
            <span>{title}</span>
            <span className="text-muted">
              {why} {tokens.toLocaleString("en")} tokens.
            </span>
            {onPutBack && leftOut.includes(key) ? (
              <Button size="sm" icon={<RotateCcw className="size-3.5" />} onClick={() => onPutBack(key)}>
                Put it back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
