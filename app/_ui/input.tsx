import { Input as BaseInput } from "@base-ui/react/input";
import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { controlClass } from "./control-look.ts";

type InputProps = ComponentProps<typeof BaseInput> & { icon?: ReactNode; mono?: boolean };

/** One line of text. Stands in a `Field`, which gives it its label and its errors. */
export function Input({ icon, mono, className, ...rest }: InputProps) {
  const input = (
    <BaseInput
      className={clsx(controlClass, "h-8 px-2.5 coarse:h-10", icon && "pl-8", mono && "font-mono", className)}
      {...rest}
    />
  );
  if (!icon) return input;
  return (
    <span className="relative block">
      <span
        aria-hidden="true"
        className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-faint [&_svg]:size-4"
      >
        {icon}
      </span>
      {input}
    </span>
  );
}

type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean };

/** Several lines of text; it grows with what is written. */
export function Textarea({ mono, className, ...rest }: TextareaProps) {
  return (
    <BaseInput
      render={<textarea {...rest} />}
      className={clsx(
        controlClass,
        "field-sizing-content max-h-96 min-h-20 resize-y px-2.5 py-1.5",
        mono && "font-mono",
        className,
      )}
    />
  );
}
