"use client";

import { Checkbox } from "#app/_ui/checkbox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { variableTypes } from "#db/enums.ts";
import type { Variable } from "#server/templates/schema.ts";
import { typeWords, valueOf } from "./template-words.ts";

type VariableRowsProps = { variables: readonly Variable[]; onChange: (variable: Variable) => void };

/** What is asked for each place of a template: found in its texts, so there is nothing to add or remove here. */
export function VariableRows({ variables, onChange }: VariableRowsProps) {
  if (variables.length === 0) return null;
  return (
    <ul aria-label="Variables" className="flex flex-col gap-4">
      {variables.map((variable) => (
        <li key={variable.name} className="flex flex-col gap-3 rounded-md border bg-sunken p-3">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <code className="font-mono text-app">{`{{${variable.name}}}`}</code>
            <Checkbox
              label="Must be given"
              checked={variable.required}
              onCheckedChange={(required) => onChange({ ...variable, required })}
            />
          </div>
          <div className="grid gap-3 sm:grid-cols-3">
            <Field label="Asked as" optional>
              <Input
                maxLength={200}
                defaultValue={variable.label}
                placeholder={variable.name.replaceAll("_", " ")}
                onValueChange={(label) => onChange({ ...variable, label })}
              />
            </Field>
            <Field label="Type">
              <Select
                value={variable.type}
                onValueChange={(type) => onChange(withType(variable, type))}
                options={variableTypes.map((value) => ({ value, label: typeWords[value] }))}
              />
            </Field>
            {variable.type === "choice" ? (
              <Field label="Choices" hint="With commas between.">
                <Input
                  required
                  defaultValue={variable.choices?.join(", ")}
                  onValueChange={(text) => onChange({ ...variable, choices: splitChoices(text) })}
                />
              </Field>
            ) : (
              <Field label={variable.type === "boolean" ? "Unless said: yes or no" : "Unless said"} optional>
                <Input
                  key={variable.type}
                  type={variable.type === "number" ? "number" : "text"}
                  step="any"
                  pattern={variable.type === "boolean" ? "yes|no" : undefined}
                  defaultValue={defaultText(variable)}
                  onValueChange={(text) => onChange(withDefault(variable, valueOf(variable, text)))}
                />
              </Field>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

// What belonged to the type before would be refused.
function withType({ name, label, required }: Variable, type: Variable["type"]): Variable {
  return { name, label, required, type };
}

function withDefault(variable: Variable, value: Variable["default"]): Variable {
  const { default: _, ...others } = variable;
  return value === undefined ? others : { ...others, default: value };
}

function defaultText({ default: usual }: Variable): string {
  if (typeof usual === "boolean") return usual ? "yes" : "no";
  return usual === undefined ? "" : String(usual);
}

const splitChoices = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
