"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Textarea } from "#app/_ui/input.tsx";

/** Begins a plan from a file: as this product saves it, or plan JSON as a model wrote it somewhere else. */
export function ImportPlanDialog({
  teamId,
  plansHref,
  onClose,
}: {
  teamId: string;
  plansHref: string;
  onClose: () => void;
}) {
  const router = useRouter();
  const [content, setContent] = useState("");
  const load = useChange(useTRPC().plans.import.mutationOptions(), { refused: "The plan was not imported" });
  const { failure, submit } = useSubmit(async () => {
    // Plan JSON may stand in a fence; a page of Markdown begins with its heading.
    const format = /^\s*#\s/.test(content) ? "markdown" : "json";
    const { plan } = await load.send({ teamId, content, format });
    router.push(`${plansHref}/${plan.id}`);
  });
  return (
    <FormDialog
      size="lg"
      title="Import a plan"
      description="JSON or Markdown, as a plan is saved here, or plan JSON that a model wrote elsewhere."
      action="Import"
      isPending={load.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="The plan" name="content" error={failure}>
        <Textarea
          name="content"
          required
          rows={10}
          mono
          spellCheck={false}
          value={content}
          onChange={(event) => setContent(event.target.value)}
        />
      </Field>
      <label className="flex flex-col gap-1 text-app font-medium">
        Or take it from a file
        <input
          type="file"
          accept=".json,.md,.markdown,application/json,text/markdown"
          className="text-app font-normal text-muted file:mr-2 file:h-8 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-3 file:font-medium file:text-ink hover:file:bg-hover"
          onChange={(event) => void event.target.files?.[0]?.text().then(setContent)}
        />
      </label>
    </FormDialog>
  );
}
