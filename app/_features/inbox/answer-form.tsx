"use client";

import { Check, Send } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { isWritingElsewhere } from "#app/_features/tasks/is-writing-elsewhere.ts";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import { AnswerFields } from "./answer-fields.tsx";
import { useDraft } from "./drafts.ts";
import { answerOf, emptyValues, fieldsOf, missingField } from "./form-fields.ts";
import type { Answer, HumanRequest } from "./inbox-types.ts";

type AnswerFormProps = {
  request: HumanRequest;
  isPending: boolean;
  /** @returns whether it was taken; the draft is kept when it was not. */
  onAnswer: (answer: Answer) => Promise<boolean>;
  /** Little room: a note takes one line until it is written. */
  isShort?: boolean;
  /** What stands beside the ready answers. */
  more?: ReactNode;
};

/** How a request is answered: its ready answers by a number, or the form its schema asks for. ⌘↵ sends. */
export function AnswerForm({ request, isPending, onAnswer, isShort = false, more }: AnswerFormProps) {
  const draft = useDraft(request.id, emptyValues(request.schema));
  const [missing, setMissing] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const options = request.options ?? [];
  const isChoice = isOnlyChoice(request);
  const isYesOrNo = ["approval", "permission", "review"].includes(request.kind);
  const note = typeof draft.values.note === "string" ? draft.values.note.trim() : "";
  const answer = (value: Answer) => {
    if (isPending) return;
    void onAnswer(value).then((taken) => taken && draft.forget());
  };
  const choose = (index: number) => {
    const value = options[index]?.value;
    if (value === undefined) return;
    answer(isYesOrNo && typeof value === "object" && !Array.isArray(value) && note ? { ...value, note } : value);
  };
  const send = () => {
    if (isYesOrNo) return choose(0);
    const field = missingField(request.schema, draft.values);
    setMissing(field?.name ?? null);
    if (field) return form.current?.querySelector<HTMLElement>("textarea, input, button[role=combobox]")?.focus();
    const value = answerOf(request.schema, draft.values);
    if (value !== undefined) answer(value);
  };
  useActions([
    ...options.map((option, index) => ({
      id: `request.option.${index}`,
      title: `Answer: ${option.label}`,
      group: "Answer",
      keys: String(index + 1),
      run: () => choose(index),
    })),
    {
      id: "request.send",
      title: isYesOrNo ? "Approve" : "Send the answer",
      group: "Answer",
      keys: "mod+enter",
      when: () => !isWritingElsewhere(fieldWithin(form.current)),
      run: () => (isChoice && options.length === 1 ? choose(0) : send()),
    },
    {
      id: "request.write",
      title: "Write an answer",
      group: "Answer",
      keys: "r",
      when: () => !isChoice || isYesOrNo,
      run: () => form.current?.querySelector<HTMLElement>("textarea, input")?.focus(),
    },
  ]);
  return (
    <form
      ref={form}
      aria-label="Your answer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="flex flex-col gap-3"
    >
      {options.length > 0 ? (
        <ul className={isYesOrNo ? "order-last flex flex-wrap items-center gap-2" : "flex flex-col gap-1.5"}>
          {options.map((option, index) => (
            <li key={option.label}>
              {isYesOrNo ? (
                <Button
                  variant={index === 0 ? "primary" : "secondary"}
                  icon={index === 0 ? <Check className="size-4" /> : undefined}
                  keys={String(index + 1)}
                  loading={isPending}
                  onClick={() => choose(index)}
                >
                  {option.label}
                </Button>
              ) : (
                <button
                  type="button"
                  disabled={isPending}
                  onClick={() => choose(index)}
                  className="flex w-full items-baseline gap-2.5 rounded-md border border-line-strong bg-surface px-3 py-2 text-left text-app transition-colors hover:bg-hover disabled:opacity-50 coarse:py-3"
                >
                  <Kbd keys={String(index + 1)} />
                  <span className="min-w-0">
                    <span className="font-medium">{option.label}</span>
                    {option.description ? <span className="block text-muted">{option.description}</span> : null}
                  </span>
                </button>
              )}
            </li>
          ))}
          {more ? <li className="empty:hidden">{more}</li> : null}
        </ul>
      ) : null}
      {isChoice ? null : (
        <AnswerFields
          request={request}
          values={draft.values}
          missing={missing}
          isShort={isShort}
          onChange={draft.write}
        />
      )}
      {isChoice || isYesOrNo ? null : (
        <div className="flex justify-end">
          <Button
            type="submit"
            variant="primary"
            icon={<Send className="size-3.5" />}
            keys="mod+enter"
            loading={isPending}
          >
            Send answer
          </Button>
        </div>
      )}
    </form>
  );
}

/** The field of the form in which the cursor stands. */
function fieldWithin(form: HTMLFormElement | null): Element | null {
  return form?.contains(document.activeElement) ? document.activeElement : null;
}

/** Whether nothing but one of the ready answers fits. */
function isOnlyChoice({ options, schema, kind }: HumanRequest): boolean {
  if (!options || kind === "approval" || kind === "permission" || kind === "review") return false;
  if (typeof schema === "object" && schema !== null && "enum" in schema) return true;
  const [field, ...more] = fieldsOf(schema);
  // A form of one field whose every choice stands above it already.
  return more.length === 0 && field?.type === "string" && field.choices.length === options.length;
}
