"use client";

import { useQuery } from "@tanstack/react-query";
import { tierWords } from "#app/_features/models/model-words.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import { modelTiers } from "#db/enums.ts";

type AgentModelFieldProps = {
  teamId: string;
  /** A tier or provider/model; null: as the team's table routes. */
  model: string | null;
  onModel: (model: string | null) => void;
};

const routed = "routed";

/** What an agent of the runtime Model thinks with: by the team's table, always one tier, or always one model. */
export function AgentModelField({ teamId, model, onModel }: AgentModelFieldProps) {
  const { data } = useQuery(useTRPC().models.routing.queryOptions({ teamId }));
  const known = data?.routing.models.map((each) => each.model) ?? [];
  const isOwn = model !== null && !known.includes(model) && !modelTiers.some((tier) => tier === model);
  return (
    <Field
      label="Model"
      name="model"
      hint={
        data && !data.routing.models.some(({ usable }) => usable)
          ? "No model can be called yet: add a key under Models and keys."
          : "Which models a tier has, and which task goes to which, stands under Models and keys."
      }
    >
      <Select
        value={model ?? routed}
        onValueChange={(value) => onModel(value === routed ? null : value)}
        options={[
          { value: routed, label: "As the team's table routes" },
          ...modelTiers.map((value) => ({ value, label: `Tier: ${tierWords[value].label}` })),
          ...(isOwn ? [...known, model] : known).map((value) => ({ value, label: value })),
        ]}
      />
    </Field>
  );
}
