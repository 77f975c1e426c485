import clsx from "clsx";
import type { ReactNode } from "react";

export type Tone = "neutral" | "accent" | "info" | "success" | "warning" | "danger" | "agent";

const tones: Record<Tone, string> = {
  neutral: "border-line bg-sunken text-muted",
  accent: "border-accent-line bg-accent-soft text-accent-text",
  info: "border-info-line bg-info-soft text-info",
  success: "border-success-line bg-success-soft text-success",
  warning: "border-warning-line bg-warning-soft text-warning",
  danger: "border-danger-line bg-danger-soft text-danger",
  agent: "border-agent-line bg-agent-soft text-agent",
};

/** A word with a meaning. Give an icon too where the colour carries something. */
export function Badge({ tone = "neutral", icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 max-w-full items-center gap-1 rounded-sm border px-1.5 text-small font-medium whitespace-nowrap [&_svg]:size-3 [&_svg]:shrink-0",
        tones[tone],
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

/** A small number beside a heading or a tab. */
export function Count({ value, label }: { value: number; label?: string }) {
  return (
    <span className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm bg-active px-1 text-micro font-medium text-muted">
      {value > 999 ? "999+" : value}
      {label ? <span className="sr-only"> {label}</span> : null}
    </span>
  );
}
