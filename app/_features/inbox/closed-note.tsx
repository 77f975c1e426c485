import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Answer, HumanRequest } from "./inbox-types.ts";

type Closed = Pick<HumanRequest, "status" | "answer" | "closedBy" | "closedAt" | "reason">;

const ends = { pending: "Open", resolved: "Answered", expired: "Expired", withdrawn: "Withdrawn" } as const;
const tones = { pending: "info", resolved: "success", expired: "warning", withdrawn: "neutral" } as const;

/** How a request ended: who answered what and when, or why no answer came. */
export function ClosedNote({ request, words }: { request: Closed; words: (answer: Answer) => string }) {
  return (
    <section aria-label="How it ended" className="flex flex-col gap-1.5 rounded-md border bg-sunken p-3">
      <p className="flex flex-wrap items-center gap-2 text-app text-muted">
        <Badge tone={tones[request.status]}>{ends[request.status]}</Badge>
        {request.closedBy ? (
          <span className="inline-flex items-center gap-1.5">
            <ActorAvatar kind={request.closedBy.kind} name={request.closedBy.name} size={16} decorative />
            {request.closedBy.name}
          </span>
        ) : null}
        {request.closedAt ? <RelativeTime at={request.closedAt} /> : null}
      </p>
      <p className="text-app break-words whitespace-pre-wrap">
        {request.status === "resolved" && request.answer !== null ? words(request.answer) : request.reason}
      </p>
    </section>
  );
}
