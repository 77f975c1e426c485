"use client";

import { type ReactNode, useState } from "react";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";

type DocumentFormProps = {
  heading: string;
  verb: string;
  title?: string;
  /** A refusal is thrown. */
  send: (document: { title: string; body: string }) => Promise<unknown>;
  isPending: boolean;
  onClose: () => void;
  children?: ReactNode;
};

/** A document's title and text; the text may come from a file. */
export function DocumentForm({ heading, verb, title = "", send, isPending, onClose, children }: DocumentFormProps) {
  const [name, setName] = useState(title);
  const [body, setBody] = useState("");
  const { failure, submit } = useSubmit(async (form) => {
    await send({ title: textIn(new FormData(form), "title"), body });
    onClose();
  });
  const take = async (file: File | undefined) => {
    if (!file) return;
    setBody(await file.text());
    setName((now) => now || file.name);
  };
  return (
    <FormDialog size="lg" title={heading} action={verb} isPending={isPending} onSubmit={submit} onClose={onClose}>
      <Field label="Title" name="title">
        <Input
          name="title"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
        />
      </Field>
      <Field label="Text" name="body" hint="Text or Markdown, 500,000 characters at most." error={failure}>
        <Textarea
          name="body"
          required
          rows={10}
          maxLength={500_000}
          value={body}
          onChange={(event) => setBody(event.target.value)}
          mono
        />
      </Field>
      <label className="flex flex-col gap-1 text-app font-medium">
        Or take it from a file
        <input
          type="file"
          accept=".md,.txt,.markdown,text/*"
          className="text-app font-normal"
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </label>
      {children}
    </FormDialog>
  );
}
