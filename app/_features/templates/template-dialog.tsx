"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAgentKinds } from "#app/_features/agents/use-agent-kinds.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { priorities, taskTypes, templateKinds } from "#db/enums.ts";
import type { Template, Variable } from "#server/templates/schema.ts";
import { kindWords, textIn, variableNames, variablesOf } from "./template-words.ts";
import { VariableRows } from "./variable-rows.tsx";

type TemplateDialogProps = {
  /** One that is changed; left out, a new one is kept. */
  template?: Template;
  /** What a new one begins with: something that was made once already. */
  from?: Pick<Template, "kind" | "teamId" | "name" | "body">;
  onClose: () => void;
};

/** Keeps a task or a session as a template. What stands between double braces in its texts is asked for. */
export function TemplateDialog({ template, from, onClose }: TemplateDialogProps) {
  const begun = template ?? from;
  const trpc = useTRPC();
  const { teamId, choose, options: teams } = useTeamChoice(begun?.teamId);
  const [kind, setKind] = useState(begun?.kind ?? "task");
  const [body, setBody] = useState<Record<string, unknown>>(begun?.body ?? {});
  const [known, setKnown] = useState<readonly Variable[]>(template?.variables ?? []);
  const save = useChange(trpc.templates.save.mutationOptions(), {
    done: (output) => `${output.template.name} is kept`,
    refused: "The template was not kept",
  });
  const variables = variablesOf(variableNames([JSON.stringify(body)]), known);
  const write = (field: string, value: string) => {
    const { [field]: _, ...others } = body;
    setBody(value === "" ? others : { ...others, [field]: value });
  };
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value : "";
    };
    await save.send({
      ...(template ? { templateId: template.id } : { teamId: teamId ?? undefined }),
      ...{ kind, name: text("name"), description: text("description"), variables, body },
    });
    onClose();
  });
  return (
    <FormDialog
      size="lg"
      title={template ? `Change ${template.name}` : from ? `Keep ${from.name} as a template` : "Keep a template"}
      description="Write {{name}} where something is asked for each time. The team shares it."
      action={template ? "Change template" : "Keep template"}
      isPending={save.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {template ? null : (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="What it makes">
            <Select
              value={kind}
              onValueChange={(next) => {
                setKind(next);
                setBody({});
              }}
              options={templateKinds.map((value) => ({ value, label: kindWords[value] }))}
            />
          </Field>
          <Field label="Team">
            <Select
              value={teamId}
              onValueChange={(next) => {
                choose(next);
                // Another team has other models and other repositories.
                const { model: _model, repoId: _repo, ...others } = body;
                setBody(others);
              }}
              options={teams}
            />
          </Field>
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" name="name" error={failure}>
          <Input name="name" required maxLength={200} autoComplete="off" defaultValue={begun?.name} />
        </Field>
        <Field label="What it is for" name="description" optional>
          <Input name="description" maxLength={2_000} autoComplete="off" defaultValue={template?.description} />
        </Field>
      </div>
      {kind === "task" ? (
        <TaskBody body={body} onWrite={write} />
      ) : (
        <SessionBody teamId={teamId} body={body} onWrite={write} />
      )}
      <VariableRows
        variables={variables}
        onChange={(changed) => setKnown([...known.filter(({ name }) => name !== changed.name), changed])}
      />
    </FormDialog>
  );
}

type BodyProps = { body: Record<string, unknown>; onWrite: (field: string, value: string) => void };

function TaskBody({ body, onWrite }: BodyProps) {
  return (
    <>
      <Field label="Title of the task">
        <Input
          required
          maxLength={500}
          autoComplete="off"
          placeholder="Raise {{package}} to {{version}}"
          defaultValue={textIn(body, "title")}
          onValueChange={(value) => onWrite("title", value)}
        />
      </Field>
      <Field label="Description" optional>
        <Textarea
          maxLength={50_000}
          defaultValue={textIn(body, "description")}
          onChange={(event) => onWrite("description", event.target.value)}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label="Type"
          field="type"
          usual="feature"
          {...{ body, onWrite }}
          options={taskTypes.map((value) => ({ value, label: value }))}
        />
        <Choice
          label="Priority"
          field="priority"
          usual="medium"
          {...{ body, onWrite }}
          options={priorities.map((value) => ({ value, label: value }))}
        />
      </div>
    </>
  );
}

const usualModel = "";
const anEmptyFolder = "";

function SessionBody({ teamId, body, onWrite }: BodyProps & { teamId: string | null }) {
  const { kinds } = useAgentKinds();
  const routing = useQuery(
    useTRPC().models.routing.queryOptions({ teamId: teamId ?? "" }, { enabled: teamId !== null }),
  );
  const usable = (routing.data?.routing.models ?? []).flatMap(({ model, usable }) => (usable ? [model] : []));
  const kept = textIn(body, "model");
  const models = kept === "" || usable.includes(kept) ? usable : [kept, ...usable];
  const kind = kinds.find(({ id }) => id === (textIn(body, "agentKind") || "entourage"));
  const repos = useQuery(
    useTRPC().repos.list.queryOptions({ teamId: teamId ?? "", archived: false }, { enabled: teamId !== null }),
  );
  const repoId = textIn(body, "repoId");
  const places = (repos.data?.repos ?? []).map(({ id, name }) => ({ value: id, label: `New copy of ${name}` }));
  const isKnown = repoId === "" || places.some(({ value }) => value === repoId);
  return (
    <>
      <Field label="What it is told first">
        <Textarea
          required
          maxLength={100_000}
          placeholder="Find out why {{test}} fails, and mend it."
          defaultValue={textIn(body, "prompt")}
          onChange={(event) => onWrite("prompt", event.target.value)}
        />
      </Field>
      <Field label="Where">
        <Select
          value={repoId}
          onValueChange={(value) => onWrite("repoId", value)}
          options={[
            { value: anEmptyFolder, label: "An empty folder" },
            ...places,
            ...(isKnown ? [] : [{ value: repoId, label: "The repository that was kept" }]),
          ]}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-3">
        <Choice
          label="Agent"
          field="agentKind"
          usual="entourage"
          {...{ body, onWrite }}
          options={kinds.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Choice
          label="Mode"
          field="mode"
          usual={kind?.defaultMode ?? ""}
          {...{ body, onWrite }}
          options={(kind?.modes ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Field label="Model">
          <Select
            value={kept}
            onValueChange={(value) => onWrite("model", value)}
            options={[
              { value: usualModel, label: "The team’s usual one" },
              ...models.map((model) => ({ value: model, label: model })),
            ]}
          />
        </Field>
      </div>
    </>
  );
}

type ChoiceProps = BodyProps & {
  label: string;
  field: string;
  usual: string;
  options: readonly { value: string; label: string }[];
};

function Choice({ label, field, usual, options, body, onWrite }: ChoiceProps) {
  return (
    <Field label={label}>
      <Select
        value={textIn(body, field) || usual}
        onValueChange={(value) => onWrite(field, value)}
        options={options.map((option) => ({ ...option, label: sentence(option.label) }))}
      />
    </Field>
  );
}

const sentence = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
