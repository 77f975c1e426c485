"use client";

import { useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";

/** A note of people that every try at the task is told; a text of its own beside the description. */
export function ContextNote({ note, onSave }: { note: string; onSave: (note: string) => Promise<boolean> }) {
  const [draft, setDraft] = useState(note);
  const [isSaving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    await onSave(draft.trim());
    setSaving(false);
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        <Field label="A note to whoever takes it" name="note" hint="It stands beside the description in every try.">
          <Textarea name="note" value={draft} maxLength={10_000} onChange={(event) => setDraft(event.target.value)} />
        </Field>
      </div>
      {draft.trim() === note ? null : (
        <Button size="sm" variant="primary" loading={isSaving} onClick={() => void save()}>
          Save the note
        </Button>
      )}
    </div>
  );
}
