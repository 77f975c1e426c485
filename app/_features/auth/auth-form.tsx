"use client";

import { CircleAlert } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import type { Refusal } from "./sign-in-client.ts";

/** The fields of a form as text; a refusal keeps the form, nothing means that it leads somewhere else. */
type Submit = (fields: Record<string, string>) => Promise<Refusal | undefined>;

/**
 * A form that says in one place what is wrong, and puts the cursor where it can be set right. The place is kept free,
 * so that nothing moves when it speaks.
 */
export function AuthForm({
  action,
  onSubmit,
  refusal: first,
  children,
}: {
  action: string;
  onSubmit: Submit;
  refusal?: Refusal | undefined;
  children: ReactNode;
}) {
  const [refusal, setRefusal] = useState(first);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const messageId = useId();

  // The form is what the page is for, so writing can begin at once.
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>("input:not([readonly])")?.focus();
  }, []);

  function show(wrong: Refusal) {
    setRefusal(wrong);
    const field = form.current?.elements.namedItem(wrong.field ?? "");
    if (field instanceof HTMLInputElement) field.focus();
  }

  async function submit() {
    const element = form.current;
    if (!element || busy) return;
    const missing = firstInvalid(element);
    if (missing) return show(missing);
    setBusy(true);
    setRefusal(undefined);
    const fields = Object.fromEntries(
      [...new FormData(element)].map(([name, value]) => [name, typeof value === "string" ? value : ""]),
    );
    const wrong = await onSubmit(fields).catch(
      (): Refusal => ({ message: "That did not work. Try again in a moment." }),
    );
    // Where it worked the page is on its way out; the button stays busy until it is gone.
    if (!wrong) return;
    setBusy(false);
    show(wrong);
  }

  return (
    <form
      ref={form}
      method="post"
      noValidate
      aria-describedby={messageId}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className="flex flex-col gap-4"
    >
      {children}
      <p id={messageId} role="alert" className="flex min-h-8 items-start gap-1 text-small text-danger">
        {refusal ? (
          <>
            <CircleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" />
            <span>{refusal.message}</span>
          </>
        ) : null}
      </p>
      <Button type="submit" variant="primary" size="lg" loading={busy} className="w-full">
        {action}
      </Button>
    </form>
  );
}

/** The browser knows what is missing; the words are ours (`data-ask`). */
function firstInvalid(form: HTMLFormElement): Refusal | undefined {
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement) || field.validity.valid) continue;
    return { message: field.dataset.ask ?? field.validationMessage, field: field.name };
  }
  return undefined;
}
