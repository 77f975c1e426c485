"use client";

import { useState } from "react";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import type { AgentRole } from "#db/enums.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import { AgentKindFields, type StartedAs } from "./agent-kind-fields.tsx";
import { AgentModelField } from "./agent-model-field.tsx";
import { AgentFields, readAgentFields } from "./agent-fields.tsx";
import { comesByKey, offeredRuntimes, runtimeWords } from "./agent-words.ts";
import { ConnectAgent } from "./connect-agent.tsx";

type AddAgentDialogProps = {
  teamId: string;
  canMakeKeys: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAdded: (agentId: string) => void;
};

/** A new agent, and at once the key it comes with: one step from a name to a line to copy. */
export function AddAgentDialog({ teamId, canMakeKeys, open, onOpenChange, onAdded }: AddAgentDialogProps) {
  const trpc = useTRPC();
  const [role, setRole] = useState<AgentRole>("engineer");
  const [runtime, setRuntime] = useState<(typeof offeredRuntimes)[number]>("external");
  const [model, setModel] = useState<string | null>(null);
  const [started, setStarted] = useState<StartedAs>({ agentKind: null, mode: null });
  const [made, setMade] = useState<{ id: string; name: string; key: string }>();
  const create = useChange(trpc.agents.create.mutationOptions(), { refused: "The agent was not added" });
  const createKey = useChange(trpc.apiKeys.create.mutationOptions(), { refused: "No key was made" });
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next && made) onAdded(made.id);
  };
  const { failure, submit } = useSubmit(async (form) => {
    const fields = readAgentFields(form);
    const thinks = comesByKey({ runtime }) ? {} : { model, ...(runtime === "acp" ? started : {}) };
    const { agent } = await create.send({ teamId, role, runtime, ...thinks, ...fields });
    // What works here needs no key to come in.
    if (!canMakeKeys || !comesByKey({ runtime })) {
      onOpenChange(false);
      return onAdded(agent.id);
    }
    const { key } = await createKey.send({ agentId: agent.id, name: agent.name });
    setMade({ id: agent.id, name: agent.name, key });
  });
  if (made) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        size="lg"
        title={`Connect ${made.name}`}
        description={`${made.name} is on the team. It takes work as soon as it comes with this key.`}
        footer={
          <Button variant="primary" onClick={() => close(false)}>
            I have copied the key
          </Button>
        }
      >
        <ConnectAgent apiKey={made.key} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Add an agent"
      description={
        !comesByKey({ runtime })
          ? "A worker of this team that is not a person. It takes ready tasks at once."
          : "A worker of this team that is not a person. You get its key and the line to connect it next."
      }
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="add-agent" variant="primary" loading={create.isPending || createKey.isPending}>
            Add agent
          </Button>
        </>
      }
    >
      <form id="add-agent" onSubmit={submit} className="flex flex-col gap-4">
        <AgentFields role={role} onRole={setRole} />
        <Field label="Runtime" name="runtime" hint={runtimeWords[runtime].does} error={failure}>
          <Select
            value={runtime}
            onValueChange={setRuntime}
            options={offeredRuntimes.map((value) => ({ value, label: runtimeWords[value].label }))}
          />
        </Field>
        {runtime === "acp" ? <AgentKindFields {...started} onChange={setStarted} /> : null}
        {comesByKey({ runtime }) ? null : <AgentModelField teamId={teamId} model={model} onModel={setModel} />}
      </form>
    </Dialog>
  );
}
