import clsx from "clsx";
import type { ReactNode } from "react";

type SettingsPageProps = {
  title: string;
  /** What one sets here, in a sentence. */
  lead: ReactNode;
  action?: ReactNode;
  children: ReactNode;
};

/** A page of the settings: its name, what it is for, its main button. */
export function SettingsPage({ title, lead, action, children }: SettingsPageProps) {
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-6 px-4 py-6 sm:px-8">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 grow basis-64">
          <h1 className="text-display font-semibold">{title}</h1>
          <p className="mt-1 text-read text-pretty text-muted">{lead}</p>
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

type SectionProps = { title: string; lead?: ReactNode; danger?: boolean; flush?: boolean; children: ReactNode };

/** One subject of a settings page, framed. `flush`: a table that reaches the frame. */
export function Section({ title, lead, danger = false, flush = false, children }: SectionProps) {
  return (
    <section className={clsx("rounded-lg border bg-surface", danger && "border-danger-line")}>
      <header className="border-b px-4 py-3">
        <h2 className={clsx("text-read font-semibold", danger && "text-danger")}>{title}</h2>
        {lead ? <p className="mt-0.5 text-app text-pretty text-muted">{lead}</p> : null}
      </header>
      <div className={flush ? undefined : "p-4"}>{children}</div>
    </section>
  );
}
