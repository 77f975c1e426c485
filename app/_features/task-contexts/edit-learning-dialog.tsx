"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { learningKinds } from "#db/enums.ts";
import type { Learning } from "#server/learnings/schema.ts";
import { learningWords } from "./learning-words.ts";

/** Puts something learned in other words, or under another kind. */
export function EditLearningDialog({ learning, onClose }: { learning: Learning; onClose: () => void }) {
  const [kind, setKind] = useState(learning.kind);
  const [failure, setFailure] = useState<string>();
  const edit = useChange(useTRPC().learnings.edit.mutationOptions(), { refused: "It was not changed" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await edit.send({ learningId: learning.id, kind, body: textIn(new FormData(event.currentTarget), "body") });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Change what was learned"
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="edit-learning" variant="primary" loading={edit.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-learning" onSubmit={submit} className="flex flex-col gap-4">
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
      </form>
    </Dialog>
  );
}
