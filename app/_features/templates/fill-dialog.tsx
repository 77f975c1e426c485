"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";
import { useAgentKinds } from "#app/_features/agents/use-agent-kinds.ts";
import { markFresh } from "#app/_features/sessions/fresh-session.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { sessionHref } from "#app/_shell/rooms.ts";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { createSessionInput } from "#server/sessions/schema.ts";
import type { Template } from "#server/templates/schema.ts";
import { type Parameters, ParameterFields } from "./parameter-fields.tsx";
import { missingOf, textIn } from "./template-words.ts";

type FillDialogProps = { orgSlug: string; template: Template; onClose: () => void };

/** Asks for what a template leaves open, and makes the task or begins the session. */
export function FillDialog({ orgSlug, template, onClose }: FillDialogProps) {
  const { id: templateId, kind, name, description, variables, teamId, body } = template;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const [values, setValues] = useState<Parameters>({});
  const [failure, setFailure] = useState<string>();
  const [isSent, setSent] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const makeTask = useChange(trpc.templates.createTask.mutationOptions(), {
    done: () => `A task was made from ${name}`,
    refused: "No task was made",
  });
  const begin = useChange(trpc.sessions.create.mutationOptions(), { refused: "The session was not begun" });
  const missing = missingOf(variables, values);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    setSent(true);
    if (missing.length > 0) return;
    setBusy(true);
    try {
      if (kind === "task") {
        await makeTask.send({ templateId, parameters: values });
        onClose();
      } else {
        const { body: filled } = await client.templates.fill.query({ templateId, parameters: values });
        const { session } = await begin.send(createSessionInput.parse({ ...filled, teamId }));
        // The dialog goes with its page: to close it by the address as well would call the way there off.
        markFresh(session.id);
        router.push(sessionHref(orgSlug, teamId, session.id));
      }
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
      {kind === "session" ? <SessionWith teamId={teamId} body={body} /> : null}
      <ParameterFields
        variables={variables}
        values={values}
        onChange={setValues}
        missing={isSent ? missing : []}
        isChecked
      />
      {variables.length === 0 ? <p className="text-app text-muted">It asks for nothing.</p> : null}
      {failure ? (
        <p role="alert" className="text-app text-danger">
          {failure}
        </p>
      ) : null}
    </FormDialog>
  );
}

/** What the session is begun with, so that nobody has to open the template to know. */
function SessionWith({ teamId, body }: { teamId: string; body: Record<string, unknown> }) {
  const { kinds } = useAgentKinds();
  const kind = kinds.find(({ id }) => id === textIn(body, "agentKind"));
  const modeId = textIn(body, "mode") || kind?.defaultMode;
  const repoId = textIn(body, "repoId");
  const repos = useQuery(useTRPC().repos.list.queryOptions(repoId ? { teamId, archived: false } : skipToken));
  const repo = repos.data?.repos.find(({ id }) => id === repoId);
  const said = [
    { term: "Where", is: repoId ? `New copy of ${repo?.name ?? "a repository"}` : "An empty folder" },
    {
      term: "Agent",
      is: textIn(body, "agentKind") ? (kind?.name ?? textIn(body, "agentKind")) : "The team’s usual one",
    },
    {
      term: "Mode",
      is: kind?.modes.find(({ id }) => id === modeId)?.name ?? (modeId || "Asks before it changes anything"),
    },
    { term: "Model", is: textIn(body, "model") || "The team’s usual one" },
  ];
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 text-app">
      {said.map(({ term, is }) => (
        <div key={term} className="flex gap-1.5">
          <dt className="text-muted">{term}</dt>
          <dd>{is}</dd>
        </div>
      ))}
    </dl>
  );
}
