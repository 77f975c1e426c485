import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";
import { Spinner } from "./spinner.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md" | "lg";

type ButtonProps = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: ReactNode;
  /** Keys that do the same, shown after the label. */
  keys?: string;
  /** Keeps the label and the width, refuses further presses. */
  loading?: boolean;
};

/** A verb that can be pressed. */
export function Button({
  variant = "secondary",
  size = "md",
  icon,
  keys,
  loading = false,
  disabled,
  className,
  children,
  type = "button",
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      // A loading button keeps its focus: disabling it would throw the keyboard user back to the page.
      aria-disabled={loading || undefined}
      aria-busy={loading || undefined}
      disabled={disabled}
      onClick={loading ? (event) => event.preventDefault() : onClick}
      className={clsx(buttonClass(variant, size), loading && "opacity-80", className)}
      {...rest}
    >
      {loading ? <Spinner immediate /> : icon}
      {children}
      {keys ? <Kbd keys={keys} tone={variant === "primary" || variant === "danger" ? "inverse" : "plain"} /> : null}
    </button>
  );
}

/** The look of a button, for links and triggers that must look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md"): string {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none",
    "transition-colors disabled:pointer-events-none disabled:opacity-50 [&_svg]:shrink-0",
    sizes[size],
    variants[variant],
  );
}

const sizes: Record<ButtonSize, string> = {
  sm: "h-6 px-2 text-small coarse:h-9",
  md: "h-8 px-3 text-app coarse:h-10",
  lg: "h-10 px-4 text-read coarse:h-11",
};

const variants: Record<ButtonVariant, string> = {
  primary: "border-transparent bg-accent text-accent-ink hover:bg-accent-hover",
  secondary: "border-line-strong bg-surface text-ink hover:bg-hover active:bg-active data-popup-open:bg-hover",
  ghost: "border-transparent text-muted hover:bg-hover hover:text-ink active:bg-active data-popup-open:bg-hover",
  danger: "border-transparent bg-danger-solid text-accent-ink hover:bg-danger-solid-hover",
};
