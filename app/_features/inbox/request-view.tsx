"use client";

import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { answerWords } from "#app/_features/events/sentences/requests.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { sessionHref, taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { linkClass } from "#app/_ui/link.tsx";
import { Markdown } from "#app/_ui/markdown.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { AlwaysAllow } from "./always-allow.tsx";
import { AnswerForm } from "./answer-form.tsx";
import { ClosedNote } from "./closed-note.tsx";
import type { Answer, HumanRequest } from "./inbox-types.ts";
import { kindLabel, unblocks } from "./inbox-words.ts";
import { type Always, useAnswer } from "./use-answer.ts";

type RequestViewProps = {
  orgSlug: string;
  request: HumanRequest;
  /** On the task's own page it goes without saying. */
  hidesTask?: boolean;
  /** After an answer was taken. */
  onAnswered?: () => void;
};

/** A request whole: what is asked and by whom, what it holds up, the exact action, and the way to answer. */
export function RequestView({ orgSlug, request, hidesTask = false, onAnswered }: RequestViewProps) {
  const { can, isKnown } = useMe();
  const { answer, isPending } = useAnswer();
  const isOpen = request.status === "pending";
  const give = async (given: Answer, always?: Always) => {
    const taken = await answer(request, given, always);
    if (taken) onAnswered?.();
    return taken;
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1.5">
        <h2 className="text-title font-semibold break-words">{request.title}</h2>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-app text-muted">
          <Badge tone={request.kind === "question" || request.kind === "review" ? "info" : "warning"}>
            {kindLabel[request.kind]}
          </Badge>
          {request.escalatedAt && isOpen ? (
            <Badge tone="danger" icon={<TriangleAlert />}>
              Raised
            </Badge>
          ) : null}
          <span>
            {request.askedBy.name}, <RelativeTime at={request.createdAt} />
          </span>
          {request.cost ? <span>{unblocks(request.cost.words)}</span> : null}
          {isOpen && request.expiresAt ? (
            <span>
              expires <RelativeTime at={request.expiresAt} />
            </span>
          ) : null}
        </p>
        {request.session ? (
          <p className="text-app">
            <span className="text-muted">In the session </span>
            <Link href={sessionHref(orgSlug, request.teamId, request.session.id)} className={linkClass}>
              {request.session.name}
            </Link>
          </p>
        ) : null}
        {request.task && !hidesTask ? (
          <p className="text-app">
            <Link href={taskHref(orgSlug, request.task.number)} className={linkClass}>
              #{request.task.number} {request.task.title}
            </Link>
            {request.blocksTask && isOpen ? <span className="text-muted"> waits for the answer</span> : null}
          </p>
        ) : null}
      </div>
      {request.detail ? (
        <Markdown text={request.detail} {...(request.askedBy.kind === "user" ? {} : { agent: request.askedBy.name })} />
      ) : null}
      {request.action ? <ExactAction request={request} /> : null}
      {isOpen && can("request:answer") ? (
        <AnswerForm
          key={request.id}
          request={request}
          isPending={isPending}
          onAnswer={give}
          more={<AlwaysAllow request={request} onAnswer={give} />}
        />
      ) : null}
      {isOpen && isKnown && !can("request:answer") ? <LookOnly what="answer" /> : null}
      {isOpen ? null : <ClosedNote request={request} words={answerWords} />}
    </div>
  );
}

/** Of an agent's tool the detail says what it would do; the action with its hash is for who wants to know it to the byte. */
function ExactAction({ request }: { request: HumanRequest }) {
  if (!request.action?.name.startsWith("tool.")) return <Action request={request} />;
  return (
    <details>
      <summary className="rounded-sm text-app text-muted hover:text-ink coarse:py-2">The exact action</summary>
      <div className="pt-2">
        <Action request={request} />
      </div>
    </details>
  );
}

function Action({ request }: { request: HumanRequest }) {
  return (
    <section aria-label="The exact action" className="flex flex-col gap-1">
      <CodeBlock title={request.action?.name} code={JSON.stringify(request.action?.input ?? {}, null, 2)} />
      <p className="text-small text-faint">
        A yes holds for exactly this, once. Changed input needs a new one.
        {request.consumedAt ? " It was used." : ""}
      </p>
    </section>
  );
}
