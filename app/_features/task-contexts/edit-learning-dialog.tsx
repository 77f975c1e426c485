"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { learningKinds } from "#db/enums.ts";
import type { Learning } from "#server/learnings/schema.ts";
import { learningWords } from "./learning-words.ts";

/** Puts something learned in other words, or under another kind. */
export function EditLearningDialog({ learning, onClose }: { learning: Learning; onClose: () => void }) {
  const [kind, setKind] = useState(learning.kind);
  const edit = useChange(useTRPC().learnings.edit.mutationOptions(), { refused: "It was not changed" });
  const { failure, submit } = useSubmit(async (form) => {
    await edit.send({ learningId: learning.id, kind, body: textIn(new FormData(form), "body") });
    onClose();
  });
  return (
    <FormDialog
      title="Change what was learned"
      action="Save"
      isPending={edit.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="What was learned" name="body" error={failure}>
        <Textarea name="body" required maxLength={2_000} defaultValue={learning.body} />
      </Field>
      <Field label="Kind" name="kind" hint={learningWords[kind].means}>
        <Select
          value={kind}
          onValueChange={setKind}
          options={learningKinds.map((value) => ({ value, label: learningWords[value].label }))}
        />
      </Field>
    </FormDialog>
  );
}
