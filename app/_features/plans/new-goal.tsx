"use client";

import { Sparkles } from "lucide-react";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useRef, useState } from "react";
import { TrySample } from "#app/_features/samples/try-sample.tsx";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { microsOf } from "./dollars.ts";
import { type GoalFile, GoalFiles } from "./goal-files.tsx";
import { PlannerSees } from "./planner-sees.tsx";

const ways = [
  { value: "fitting", label: "Template that fits" },
  { value: "feature", label: "Feature" },
  { value: "bug_fix", label: "Bug fix" },
  { value: "refactor", label: "Refactoring" },
  { value: "migration", label: "Migration" },
  { value: "sample", label: "The sample’s plan" },
  { value: "model", label: "Planning model" },
] as const;
const rigors = [
  { value: "L1", label: "L1: the change alone" },
  { value: "L2", label: "L2: with tests" },
  { value: "L3", label: "L3: docs and a second look" },
] as const;

type NewGoalProps = {
  orgSlug: string;
  teamId: string;
  repos: readonly { id: string; name: string }[];
  canTrySample: boolean;
};

/** One text box: what is wanted. A template writes the plan at once; a model, where one is set up, in the background. */
export function NewGoal({ orgSlug, teamId, repos, canTrySample }: NewGoalProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const [way, setWay] = useState<(typeof ways)[number]["value"]>("fitting");
  const [rigor, setRigor] = useState<(typeof rigors)[number]["value"]>("L2");
  const [repoId, setRepoId] = useState("none");
  const [files, setFiles] = useState<GoalFile[]>([]);
  const [failure, setFailure] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const create = useChange(trpc.plans.create.mutationOptions(), { refused: "The plan was not begun" });
  const write = useChange(trpc.plans.write.mutationOptions(), { refused: "The plan is not being written" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const fields = new FormData(event.currentTarget);
    const budgetMicros = microsOf(textIn(fields, "budget"));
    try {
      const { plan } = await create.send({
        ...{ teamId, rigor, requirements: textIn(fields, "requirements"), files },
        ...(budgetMicros === undefined ? {} : { budgetMicros }),
        repoId: repoId === "none" ? null : repoId,
        ...(way === "model" ? {} : { template: way }),
      });
      if (way === "model") await write.apply({ planId: plan.id });
      router.push(`${roomHref(orgSlug, teamId, "plans")}/${plan.id}`);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <form ref={form} onSubmit={submit} className="flex flex-col gap-3 border-b p-3" aria-label="New goal">
      <Field label="What do you want?" name="requirements">
        <Textarea
          name="requirements"
          required
          maxLength={100_000}
          placeholder="One sentence is enough: Users can export their invoices as CSV."
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit();
          }}
        />
      </Field>
      <GoalFiles files={files} onChange={setFiles} onRefuse={setFailure} />
      <div className="flex flex-wrap items-center gap-2">
        <Select label="Written by" className="w-44 max-sm:w-full" value={way} onValueChange={setWay} options={ways} />
        <Select label="Rigor" className="w-52 max-sm:w-full" value={rigor} onValueChange={setRigor} options={rigors} />
        {repos.length > 0 ? (
          <Select
            label="Repository"
            className="w-48 max-sm:w-full"
            value={repoId}
            onValueChange={setRepoId}
            options={[
              { value: "none", label: "No repository" },
              ...repos.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        ) : null}
        <span className="w-28">
          <Input
            name="budget"
            type="number"
            min="0"
            step="0.01"
            inputMode="decimal"
            aria-label="Budget in dollars, optional"
            placeholder="Budget $"
          />
        </span>
        <Button type="submit" variant="primary" icon={<Sparkles className="size-4" />} loading={create.isPending}>
          Make a plan
        </Button>
        {canTrySample ? <TrySample orgSlug={orgSlug} /> : null}
      </div>
      {way === "model" ? (
        <PlannerSees
          repoId={repoId === "none" ? null : repoId}
          rigor={rigor}
          files={files}
          readRequirements={() => (form.current ? textIn(new FormData(form.current), "requirements") : "")}
        />
      ) : null}
      {failure ? (
        <p role="alert" className="text-app text-danger">
          {failure}
        </p>
      ) : null}
    </form>
  );
}
