"use client";

import clsx from "clsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { controlClass } from "#app/_ui/control-look.ts";
import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { type FormField, fieldsOf } from "./form-fields.ts";
import type { HumanRequest } from "./inbox-types.ts";

type Value = string | boolean | readonly string[];

type AnswerFieldsProps = {
  request: HumanRequest;
  values: Readonly<Record<string, Value>>;
  /** The field that must be filled in before it can be sent. */
  missing: string | null;
  isShort: boolean;
  onChange: (change: Record<string, Value>) => void;
};

/** The fields that a request's schema asks for. Of a yes or no only the note: the rest are its buttons. */
export function AnswerFields({ request, values, missing, isShort, onChange }: AnswerFieldsProps) {
  const fields = fieldsOf(request.schema).filter(({ name }) => name !== "approved");
  return fields.map((field) => (
    <AnswerField
      key={field.name}
      field={field}
      value={values[field.name] ?? ""}
      isShort={isShort}
      error={missing === field.name ? "This is needed before the answer can be sent." : undefined}
      onChange={(value) => onChange({ [field.name]: value })}
    />
  ));
}

type AnswerFieldProps = {
  field: FormField;
  value: Value;
  error: string | undefined;
  isShort: boolean;
  onChange: (value: Value) => void;
};

function AnswerField({ field, value, error, isShort, onChange }: AnswerFieldProps) {
  if (field.type === "boolean") {
    return (
      <Checkbox
        label={field.label}
        hint={field.hint}
        checked={value === true}
        onCheckedChange={(checked) => onChange(checked)}
      />
    );
  }
  if (field.type === "array") {
    const chosen: readonly string[] = typeof value === "object" ? value : [];
    return (
      <fieldset className="flex flex-col gap-1">
        <legend className="pb-1 text-app font-medium">{field.label}</legend>
        {field.choices.map((choice) => (
          <Checkbox
            key={choice}
            label={choice}
            checked={chosen.includes(choice)}
            onCheckedChange={(isOn) => onChange(isOn ? [...chosen, choice] : chosen.filter((each) => each !== choice))}
          />
        ))}
      </fieldset>
    );
  }
  if (isShort && !field.isRequired && field.type === "string" && !field.format && field.choices.length === 0) {
    return (
      <textarea
        aria-label={field.label}
        placeholder={`${field.label} (optional)`}
        value={String(value)}
        rows={1}
        maxLength={field.maxLength}
        onChange={(event) => onChange(event.target.value)}
        className={clsx(controlClass, "field-sizing-content max-h-40 min-h-8 resize-none px-2.5 py-1.5")}
      />
    );
  }
  return (
    <Field
      label={field.label}
      optional={!field.isRequired}
      {...(field.hint ? { hint: field.hint } : {})}
      {...(error ? { error } : {})}
    >
      {field.choices.length > 0 ? (
        <Select
          options={field.choices.map((choice) => ({ value: choice, label: choice }))}
          value={typeof value === "string" && value !== "" ? value : null}
          onValueChange={onChange}
        />
      ) : field.type === "string" && !field.format ? (
        <Textarea
          value={String(value)}
          rows={2}
          maxLength={field.maxLength}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Input
          value={String(value)}
          type={inputType(field)}
          onChange={(event) => onChange(event.target.value)}
          inputMode={field.type === "string" ? undefined : "decimal"}
        />
      )}
    </Field>
  );
}

function inputType({ format }: FormField): string {
  if (format === "email") return "email";
  if (format === "uri") return "url";
  if (format === "date") return "date";
  return "text";
}
