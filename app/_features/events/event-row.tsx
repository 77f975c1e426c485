import Link from "next/link";
import { Fragment } from "react";
import { taskHref } from "#app/_shell/rooms.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { FeedEvent } from "#server/events/schema.ts";
import { actorWords } from "./actor-words.ts";
import { Because } from "./because.tsx";
import { EventIcon } from "./event-icon.tsx";
import { sentenceOf } from "./sentence.ts";
import type { Names, Part } from "./sentences/about.ts";

type EventRowProps = { orgSlug: string; event: FeedEvent; names: Names; isSelected: boolean };

/** One thing that happened: who, what, when, and what was said with it. */
export function EventRow({ orgSlug, event, names, isSelected }: EventRowProps) {
  const sentence = sentenceOf(event, names);
  return (
    <li
      aria-current={isSelected || undefined}
      data-seq={event.seq}
      className={`flex gap-2.5 border-b px-3 py-1.5 text-app ${isSelected ? "bg-selected" : ""}`}
    >
      <span className="flex h-5 items-center">
        <EventIcon sentence={sentence} />
      </span>
      <span className="flex h-5 items-center">
        <ActorAvatar kind={event.actor.kind} name={event.actor.name} size={16} decorative />
      </span>
      <div className="min-w-0 grow">
        <p className="text-muted">
          <span className="font-medium text-ink">{actorWords(event.actor)}</span>{" "}
          {sentence.parts.map((part, index) => (
            <Fragment key={index}>
              <Words part={part} orgSlug={orgSlug} />
            </Fragment>
          ))}
          <Because event={event} orgSlug={orgSlug} />
        </p>
        {sentence.quote ? (
          <p className="mt-0.5 line-clamp-2 border-l-2 border-line-strong pl-2 break-words text-muted">
            {sentence.quote}
          </p>
        ) : null}
      </div>
      <Link
        href={`?request=${encodeURIComponent(event.correlationId)}`}
        title="Everything the same request caused"
        className="shrink-0 rounded-sm text-small/5 text-faint hover:underline"
      >
        <RelativeTime at={event.occurredAt} />
      </Link>
    </li>
  );
}

function Words({ part, orgSlug }: { part: Part; orgSlug: string }) {
  if (typeof part === "string") return part;
  if ("name" in part) return <span className="break-words text-ink">{part.name}</span>;
  return (
    <Link href={taskHref(orgSlug, part.task)} className="rounded-sm font-medium text-ink hover:underline">
      #{part.task}
    </Link>
  );
}
