import type { ReactNode } from "react";

/** One subject beside a channel. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h2 className="text-small font-medium text-faint">{title}</h2>
      {children}
    </section>
  );
}
