"use client";

import clsx from "clsx";
import {
  CircleAlert,
  CircleQuestionMark,
  GitMerge,
  type LucideIcon,
  Hand,
  ScanEye,
  ShieldCheck,
  SquareTerminal,
  Wallet,
} from "lucide-react";
import Link from "next/link";
import { sessionHref, taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { WaitingItem } from "./inbox-types.ts";
import { decisionLabel, holdsUp, kindLabel, unblocks } from "./inbox-words.ts";

type InboxRowProps = {
  orgSlug: string;
  item: WaitingItem;
  showsTeam: boolean;
  isSelected: boolean;
  isMarked: boolean;
  canAnswer: boolean;
  onOpen: () => void;
  onMark: () => void;
};

/** One thing that waits: what it is, who asks, how much it holds up, since when. */
export function InboxRow({ orgSlug, item, showsTeam, isSelected, isMarked, canAnswer, onOpen, onMark }: InboxRowProps) {
  const { face, title, who, number, session, cost, since, team, isRaised } = factsOf(item);
  return (
    <li
      aria-current={isSelected || undefined}
      className={clsx(
        "relative grid grid-cols-[1.25rem_minmax(0,1fr)] items-start sm:grid-cols-[auto_1.25rem_minmax(0,1fr)] gap-x-2.5 border-b px-3 py-2.5",
        isMarked || isSelected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <span className={clsx("relative z-1 max-sm:hidden", !(canAnswer && item.request) && "invisible")}>
        <Checkbox label={`Select ${title}`} hideLabel checked={isMarked} onCheckedChange={onMark} />
      </span>
      <face.icon aria-hidden="true" className={clsx("mt-0.5 size-4.5", face.tone)} strokeWidth={1.75} />
      <div className="min-w-0">
        <div className="flex items-baseline gap-2">
          <button
            type="button"
            onClick={onOpen}
            className="line-clamp-2 min-w-0 grow rounded-sm text-left text-app font-medium break-words before:absolute before:inset-0"
          >
            {title}
          </button>
          <span className="shrink-0 text-small text-faint">
            <RelativeTime at={since} />
          </span>
        </div>
        <p className="flex min-h-6 flex-wrap items-center gap-x-2 text-small text-muted">
          <span className={face.tone}>{face.label}</span>
          {who ? <span className="truncate">{who}</span> : null}
          {number ? (
            <Link href={taskHref(orgSlug, number)} prefetch={false} className={besideClass}>
              #{number}
            </Link>
          ) : null}
          {session ? (
            <Link
              href={sessionHref(orgSlug, session.teamId, session.id)}
              prefetch={false}
              title={`The session ${session.name}`}
              className={clsx(besideClass, "gap-1")}
            >
              <SquareTerminal aria-hidden="true" className="size-3 shrink-0" />
              <span className="truncate">{withoutNumber(session.name, number)}</span>
            </Link>
          ) : null}
          {showsTeam ? <span className="truncate">{team}</span> : null}
          <span className={clsx(cost && "font-medium text-ink")}>{cost}</span>
          {isRaised ? <Badge tone="danger">Raised</Badge> : null}
        </p>
      </div>
    </li>
  );
}

/** Sessions on tasks are called after them, and the number stands beside it already. */
const withoutNumber = (name: string, number: number | undefined) =>
  number !== undefined && name.startsWith(`#${number} `) ? name.slice(`#${number} `.length) : name;

/** Above the press of the whole row, which opens what is asked. */
const besideClass =
  "relative z-1 -mx-1 flex min-h-6 min-w-6 items-center rounded-sm px-1 hover:text-ink hover:underline underline-offset-2";

interface Face {
  icon: LucideIcon;
  label: string;
  tone: string;
}

const requestFaces: Record<NonNullable<WaitingItem["request"]>["kind"], Omit<Face, "label">> = {
  question: { icon: CircleQuestionMark, tone: "text-info" },
  approval: { icon: ShieldCheck, tone: "text-warning" },
  permission: { icon: ShieldCheck, tone: "text-warning" },
  review: { icon: ScanEye, tone: "text-info" },
  budget: { icon: Wallet, tone: "text-warning" },
  checkpoint: { icon: Hand, tone: "text-warning" },
};
const decisionFaces: Record<NonNullable<WaitingItem["decision"]>["kind"], Omit<Face, "label">> = {
  in_review: { icon: ScanEye, tone: "text-info" },
  in_approval: { icon: GitMerge, tone: "text-accent-text" },
  failed: { icon: CircleAlert, tone: "text-danger" },
  blocked: { icon: Hand, tone: "text-warning" },
};

function factsOf({ request, decision }: WaitingItem) {
  if (request) {
    return {
      face: { ...requestFaces[request.kind], label: kindLabel[request.kind] },
      title: request.title,
      // Of a person's session its name says it.
      who: request.session && request.askedBy.kind === "system" ? undefined : request.askedBy.name,
      number: request.task?.number,
      session: request.session && { ...request.session, teamId: request.teamId },
      cost: unblocks(request.cost?.words ?? ""),
      since: request.createdAt,
      team: request.teamName,
      isRaised: request.escalatedAt !== null,
    };
  }
  return {
    face: decision
      ? { ...decisionFaces[decision.kind], label: decisionLabel[decision.kind] }
      : { icon: Hand, tone: "text-muted", label: "" },
    title: decision?.task.title ?? "",
    who: decision?.by?.name,
    number: decision?.task.number,
    session: null,
    cost: holdsUp(decision?.cost.words ?? ""),
    since: decision?.since ?? 0,
    team: decision?.teamName ?? "",
    isRaised: false,
  };
}
