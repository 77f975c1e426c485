import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

type EmptyStateProps = {
  icon: ReactNode;
  title: string;
  /** What belongs here, in one sentence. */
  children?: ReactNode;
  /** The one next step. */
  action?: ReactNode;
};

/** A room with nothing in it yet: what belongs here and the one next step. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <span
        aria-hidden="true"
        className="flex size-10 items-center justify-center rounded-lg border bg-surface text-faint [&_svg]:size-5"
      >
        {icon}
      </span>
      <h2 className="mt-3 text-read font-semibold">{title}</h2>
      {children ? <div className="mt-1 max-w-sm text-app text-pretty text-muted">{children}</div> : null}
      {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}

type ErrorStateProps = {
  /** What happened. */
  title: string;
  /** What is safe, and what to do now. */
  children: ReactNode;
  action?: ReactNode;
  /** The id that finds this in the log. */
  reference?: string;
};

/** Something went wrong: what happened, what is safe, what to do. */
export function ErrorState({ title, children, action, reference }: ErrorStateProps) {
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-12 text-center">
      <span
        aria-hidden="true"
        className="flex size-10 items-center justify-center rounded-lg border border-danger-line bg-danger-soft text-danger [&_svg]:size-5"
      >
        <TriangleAlert />
      </span>
      <h2 className="mt-3 text-read font-semibold">{title}</h2>
      <div className="mt-1 max-w-sm text-app text-pretty text-muted">{children}</div>
      {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
      {reference ? <p className="mt-3 font-mono text-small text-faint">{reference}</p> : null}
    </div>
  );
}
