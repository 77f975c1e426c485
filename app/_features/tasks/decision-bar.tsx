"use client";

import type { ReactNode } from "react";
import { wordsOfError } from "./task-commands.ts";

type DecisionBarProps = {
  label: string;
  /** What waits for a decision, in a line. */
  head: ReactNode;
  /** What cannot be done, or why it failed. */
  refusal?: string | null;
  failure?: unknown;
  /** The field for words, where words are needed. */
  children?: ReactNode;
  buttons: ReactNode;
};

/** What is to be decided about a task, and by which buttons. On a phone it stays under the thumb while the page scrolls. */
export function DecisionBar({ label, head, refusal, failure, children, buttons }: DecisionBarProps) {
  const problem = refusal ?? (failure ? wordsOfError(failure) : null);
  return (
    <section
      aria-label={label}
      className="flex flex-col gap-2 rounded-md border border-info-line bg-info-soft p-3 max-sm:sticky max-sm:bottom-0 max-sm:z-5 max-sm:order-last max-sm:-mx-4 max-sm:rounded-none max-sm:border-x-0"
    >
      <p className="flex flex-wrap items-center gap-x-1.5 text-app">{head}</p>
      {children}
      {problem ? (
        <p role="alert" className="text-app text-danger">
          {problem}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">{buttons}</div>
    </section>
  );
}
