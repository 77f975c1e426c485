"use client";

import type { z } from "zod";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { priceList } from "#server/prices/schema.ts";

export type Price = z.output<typeof priceList>["prices"][number];

const amounts = [
  { name: "inputMicros", label: "Input" },
  { name: "outputMicros", label: "Output" },
  { name: "cacheReadMicros", label: "Cache read" },
  { name: "cacheWriteMicros", label: "Cache write" },
] as const;

/** A price from now on: of a listed model, or of a new one. */
export function PriceDialog({ price, onClose }: { price: Price | undefined; onClose: () => void }) {
  const set = useChange(useTRPC().prices.set.mutationOptions(), {
    done: (_, { model }) => `The price of ${model} counts from now on`,
    refused: "The price was not set",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const micros = (name: string) => Math.round(Number(text(name)) * 1_000_000);
    await set.send({
      provider: text("provider"),
      model: text("model"),
      inputMicros: micros("inputMicros"),
      outputMicros: micros("outputMicros"),
      cacheReadMicros: micros("cacheReadMicros"),
      cacheWriteMicros: micros("cacheWriteMicros"),
    });
    onClose();
  });
  return (
    <FormDialog
      title={price ? `Price of ${price.model}` : "Set a price"}
      description="Dollars for a million tokens."
      action="Set price"
      isPending={set.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Model" name="model" hint="As its API takes it; * for all unknown ones." error={failure}>
          <Input
            name="model"
            required
            maxLength={200}
            readOnly={price !== undefined}
            defaultValue={price?.model}
            autoComplete="off"
            mono
          />
        </Field>
        <Field label="Provider" name="provider">
          <Input name="provider" required maxLength={100} defaultValue={price?.provider} autoComplete="off" />
        </Field>
        {amounts.map(({ name, label }) => (
          <Field key={name} label={label} name={name}>
            <Input
              name={name}
              type="number"
              required
              min={0}
              step="any"
              defaultValue={price ? price[name] / 1_000_000 : undefined}
            />
          </Field>
        ))}
      </div>
    </FormDialog>
  );
}
