import { Field as BaseField } from "@base-ui/react/field";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

type FieldProps = {
  label: string;
  name?: string;
  /** What to write here, when the label does not say it. */
  hint?: ReactNode;
  /** What is wrong and what to do, as a sentence. */
  error?: string;
  optional?: boolean;
  children: ReactNode;
};

/** A label, one control, a hint and the error in words, tied together for screen readers. */
export function Field({ label, name, hint, error, optional, children }: FieldProps) {
  return (
    <BaseField.Root name={name} invalid={error ? true : undefined} className="flex flex-col gap-1">
      <BaseField.Label className="flex items-baseline justify-between text-app font-medium text-ink">
        {label}
        {optional ? <span className="text-small font-normal text-faint">Optional</span> : null}
      </BaseField.Label>
      {children}
      {hint && !error ? <BaseField.Description className="text-small text-muted">{hint}</BaseField.Description> : null}
      {error ? (
        <BaseField.Error match className="flex items-start gap-1 text-small text-danger">
          <CircleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" />
          <span>{error}</span>
        </BaseField.Error>
      ) : null}
    </BaseField.Root>
  );
}
