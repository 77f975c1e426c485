import clsx from "clsx";
import type { MergeStatus, Priority, RepoStatus, SessionStatus, TaskStatus, Verdict } from "#db/enums.ts";
import { Badge, type Tone } from "./badge.tsx";
import { StatusGlyph } from "./status-glyph.tsx";
import {
  mergeFaces,
  type PlanStatus,
  planFaces,
  repoFaces,
  reviewFaces,
  sessionFaces,
  type StatusFace,
  taskFaces,
} from "./statuses.ts";

export type StatusOf =
  | { of?: "task"; status: TaskStatus }
  | { of: "plan"; status: PlanStatus }
  | { of: "merge"; status: MergeStatus }
  | { of: "review"; status: Verdict }
  | { of: "repo"; status: RepoStatus }
  | { of: "session"; status: SessionStatus };

/** Label, shape and colour of a status, for whoever draws it elsewhere (column heads, graph nodes, menus). */
export function statusFace(subject: StatusOf): StatusFace {
  switch (subject.of) {
    case "plan":
      return planFaces[subject.status];
    case "merge":
      return mergeFaces[subject.status];
    case "review":
      return reviewFaces[subject.status];
    case "repo":
      return repoFaces[subject.status];
    case "session":
      return sessionFaces[subject.status];
    default:
      return taskFaces[subject.status];
  }
}

export const toneText: Record<Tone, string> = {
  neutral: "text-faint",
  accent: "text-accent-text",
  info: "text-info",
  success: "text-success",
  warning: "text-warning",
  danger: "text-danger",
  agent: "text-agent",
};

/** The icon of a status. It reads its own name unless the word stands beside it (`decorative`). */
export function StatusIcon({ decorative = false, ...subject }: StatusOf & { decorative?: boolean }) {
  const face = statusFace(subject);
  return (
    <span className={clsx("inline-flex align-middle", toneText[face.tone])} title={decorative ? undefined : face.label}>
      <StatusGlyph glyph={face.glyph} />
      {decorative ? null : <span className="sr-only">{face.label}</span>}
    </span>
  );
}

/** Icon and word of a status. `plain` leaves out the box, for rows and menus. */
export function StatusBadge({ plain = false, ...subject }: StatusOf & { plain?: boolean }) {
  const face = statusFace(subject);
  if (!plain) {
    return (
      <Badge tone={face.tone} icon={<StatusGlyph glyph={face.glyph} />}>
        {face.label}
      </Badge>
    );
  }
  return (
    <span className="inline-flex items-center gap-1.5 align-middle text-app">
      <StatusGlyph glyph={face.glyph} className={toneText[face.tone]} />
      {face.label}
    </span>
  );
}

const priorityFaces: Record<Priority, { label: string; bars: number; tone: string }> = {
  low: { label: "Low priority", bars: 1, tone: "text-faint" },
  medium: { label: "Medium priority", bars: 2, tone: "text-muted" },
  high: { label: "High priority", bars: 3, tone: "text-warning" },
  critical: { label: "Critical priority", bars: 0, tone: "text-danger" },
};

/** Bars that rise with the priority; critical is a filled sign of its own. */
export function PriorityIcon({ priority, decorative = false }: { priority: Priority; decorative?: boolean }) {
  const face = priorityFaces[priority];
  return (
    <span className={clsx("inline-flex align-middle", face.tone)} title={decorative ? undefined : face.label}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 shrink-0">
        {face.bars === 0 ? (
          <>
            <rect x="1.5" y="1.5" width="13" height="13" rx="3.5" fill="currentColor" />
            <path d="M8 4.75v3.75M8 11.2v.05" stroke="var(--surface)" strokeWidth="1.75" strokeLinecap="round" />
          </>
        ) : (
          [0, 1, 2].map((bar) => (
            <rect
              key={bar}
              x={2 + bar * 4.5}
              y={9.5 - bar * 3.25}
              width="3"
              height={4.5 + bar * 3.25}
              rx="1"
              fill="currentColor"
              opacity={bar < face.bars ? 1 : 0.28}
            />
          ))
        )}
      </svg>
      {decorative ? null : <span className="sr-only">{face.label}</span>}
    </span>
  );
}

/** The word of a priority, for menus and filters. */
export function priorityLabel(priority: Priority): string {
  return priorityFaces[priority].label.replace(" priority", "");
}
