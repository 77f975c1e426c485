"use client";

import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { sessionHref } from "#app/_shell/rooms.ts";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { createSessionInput } from "#server/sessions/schema.ts";
import type { Template } from "#server/templates/schema.ts";
import { type Parameters, ParameterFields } from "./parameter-fields.tsx";

type FillDialogProps = { orgSlug: string; template: Template; onClose: () => void };

/** Asks for what a template leaves open, and makes the task or begins the session. */
export function FillDialog({ orgSlug, template, onClose }: FillDialogProps) {
  const { id: templateId, kind, name, description, variables, teamId } = template;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const [values, setValues] = useState<Parameters>({});
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const makeTask = useChange(trpc.templates.createTask.mutationOptions(), {
    done: () => `A task was made from ${name}`,
    refused: "No task was made",
  });
  const begin = useChange(trpc.sessions.create.mutationOptions(), { refused: "The session was not begun" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    setBusy(true);
    try {
      if (kind === "task") await makeTask.send({ templateId, parameters: values });
      else {
        const { body } = await client.templates.fill.query({ templateId, parameters: values });
        const { session } = await begin.send(createSessionInput.parse({ ...body, teamId }));
        router.push(sessionHref(orgSlug, teamId, session.id));
      }
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={kind === "task" ? `New task: ${name}` : `New session: ${name}`}
      description={description || undefined}
      action={kind === "task" ? "Create task" : "Start session"}
      isPending={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <ParameterFields variables={variables} values={values} onChange={setValues} />
      {variables.length === 0 ? <p className="text-app text-muted">It asks for nothing.</p> : null}
      {failure ? (
        <p role="alert" className="text-app text-danger">
          {failure}
        </p>
      ) : null}
    </FormDialog>
  );
}
