import type { ReactNode } from "react";

/** What the pages before signing in stand in: the name, one question, one card. */
export function AuthFrame({
  title,
  lead,
  children,
  foot,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-4 py-10">
      <header className="flex flex-col gap-1.5">
        <p className="flex items-center gap-2 pb-3 text-app font-semibold text-muted">
          <Mark /> Entourage
        </p>
        <h1 className="text-display font-semibold tracking-tight text-ink">{title}</h1>
        {lead ? <p className="text-read text-muted">{lead}</p> : null}
      </header>
      <section className="rounded-lg border border-line bg-surface p-5">{children}</section>
      {foot ? <p className="text-app text-muted">{foot}</p> : null}
    </main>
  );
}

/** The same sign as the page's icon. */
function Mark() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-6 text-accent">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <path d="M14.4 12.6 10.4 19m7.2-6.4 4 6.4M12 21.5h8" stroke="white" strokeWidth="1.6" strokeOpacity=".7" />
      <circle cx="16" cy="9.5" r="3.5" fill="white" />
      <circle cx="9" cy="21.5" r="3" fill="white" fillOpacity=".8" />
      <circle cx="23" cy="21.5" r="3" fill="white" fillOpacity=".8" />
    </svg>
  );
}
