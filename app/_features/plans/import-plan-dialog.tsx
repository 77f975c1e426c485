"use client";

import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
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
  const [failure, setFailure] = useState<string>();
  const load = useChange(useTRPC().plans.import.mutationOptions(), { refused: "The plan was not imported" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    // Plan JSON may stand in a fence; a page of Markdown begins with its heading.
    const format = /^\s*#\s/.test(content) ? "markdown" : "json";
    try {
      const { plan } = await load.send({ teamId, content, format });
      router.push(`${plansHref}/${plan.id}`);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="lg"
      title="Import a plan"
      description="JSON or Markdown, as a plan is saved here, or plan JSON that a model wrote elsewhere."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="import-plan" variant="primary" loading={load.isPending}>
            Import
          </Button>
        </>
      }
    >
      <form id="import-plan" onSubmit={submit} className="flex flex-col gap-4">
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
      </form>
    </Dialog>
  );
}
