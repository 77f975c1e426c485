"use client";

import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Variable } from "#server/templates/schema.ts";
import { isNeeded, labelOf, valueOf } from "./template-words.ts";

export type Parameters = Record<string, string | number | boolean>;

type ParameterFieldsProps = {
  variables: readonly Variable[];
  values: Parameters;
  onChange: (values: Parameters) => void;
  /** The names of those that must be given and were not. */
  missing?: readonly string[];
  /** The form itself says what is missing, in place of the browser. */
  isChecked?: boolean;
};

/** One field for each variable of a template. */
export function ParameterFields({
  variables,
  values,
  onChange,
  missing = [],
  isChecked = false,
}: ParameterFieldsProps) {
  const write = (variable: Variable, written: string) => {
    const { [variable.name]: _, ...others } = values;
    const value = valueOf(variable, written);
    onChange(value === undefined ? others : { ...others, [variable.name]: value });
  };
  return variables.map((variable) => (
    <Field
      key={variable.name}
      label={labelOf(variable)}
      name={variable.name}
      optional={!isNeeded(variable)}
      {...(missing.includes(variable.name) ? { error: `${labelOf(variable)} is needed.` } : {})}
    >
      <ParameterInput
        variable={variable}
        value={textOf(values[variable.name] ?? variable.default)}
        isChecked={isChecked}
        onWrite={(written) => write(variable, written)}
      />
    </Field>
  ));
}

type ParameterInputProps = {
  variable: Variable;
  value: string;
  isChecked: boolean;
  onWrite: (written: string) => void;
};

function ParameterInput({ variable, value, isChecked, onWrite }: ParameterInputProps) {
  if (variable.type === "boolean" || variable.type === "choice") {
    const choices = variable.type === "boolean" ? ["yes", "no"] : (variable.choices ?? []);
    return (
      <Select
        value={value || null}
        onValueChange={onWrite}
        options={choices.map((choice) => ({ value: choice, label: choice }))}
      />
    );
  }
  return (
    <Input
      name={variable.name}
      type={variable.type === "number" ? "number" : "text"}
      step="any"
      required={isNeeded(variable) && !isChecked}
      aria-required={isNeeded(variable)}
      maxLength={10_000}
      autoComplete="off"
      defaultValue={value}
      onValueChange={onWrite}
    />
  );
}

function textOf(value: string | number | boolean | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === undefined ? "" : String(value);
}
