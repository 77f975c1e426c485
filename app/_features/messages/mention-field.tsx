"use client";

import clsx from "clsx";
import { type ComponentProps, type KeyboardEvent, type RefObject, useId, useState } from "react";
import type { Person } from "#app/_features/tasks/work-context.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { matchesOf, mentionAt, withMention } from "./mention-text.ts";

type MentionFieldProps = Omit<ComponentProps<typeof Textarea>, "value" | "onChange"> & {
  value: string;
  onText: (value: string) => void;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Who can be mentioned. */
  crew: readonly Person[];
};

/** Several lines of text in which `@` and the beginning of a name offer the names of the team. */
export function MentionField({ value, onText, field, crew, onKeyDown, ...rest }: MentionFieldProps) {
  const listId = useId();
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const mention = mentionAt(value, caret);
  const matches = mention && mention.start !== closedAt ? matchesOf(crew, mention.query) : [];
  const place = Math.min(chosen, matches.length - 1);
  const take = (person: Person | undefined) => {
    if (!mention || !person) return;
    const next = withMention(value, mention, person.name);
    onText(next.text);
    setCaret(next.caret);
    // The caret can be placed once the text is there.
    requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret));
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isPlain = !event.metaKey && !event.ctrlKey && !event.altKey;
    if (matches.length > 0 && isPlain && !event.nativeEvent.isComposing) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setChosen((place + step + matches.length) % matches.length);
      else if (event.key === "Enter" || event.key === "Tab") take(matches[place]);
      else if (event.key === "Escape") setClosedAt(mention?.start ?? null);
      if (step || ["Enter", "Tab", "Escape"].includes(event.key)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
    }
    onKeyDown?.(event);
  };
  return (
    <div className="relative">
      <Textarea
        {...rest}
        ref={field}
        value={value}
        aria-autocomplete="list"
        aria-controls={matches.length > 0 ? listId : undefined}
        aria-activedescendant={matches.length > 0 ? `${listId}-${place}` : undefined}
        onChange={(event) => {
          onText(event.target.value);
          setCaret(event.target.selectionStart);
          setChosen(0);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKey}
      />
      {matches.length > 0 ? (
        <div
          id={listId}
          role="listbox"
          aria-label="Mention"
          className="absolute top-full left-0 z-10 mt-1 max-h-60 w-64 overflow-y-auto rounded-md border bg-raised p-1 shadow-popup"
        >
          {matches.map((person, index) => (
            <div
              key={person.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === place}
              // The field keeps the focus; a press on an option must not take it.
              onPointerDown={(event) => {
                event.preventDefault();
                take(person);
              }}
              className={clsx(
                "flex min-h-8 items-center gap-2 rounded-sm px-2 text-app coarse:min-h-11",
                index === place && "bg-hover",
              )}
            >
              <ActorAvatar kind={person.kind} name={person.name} size={20} decorative />
              <span className="truncate">{person.name}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
