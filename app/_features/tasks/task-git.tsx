"use client";

import { CopyButton } from "#app/_ui/copy.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";

/** How to get the code and hand in work, ready to copy. */
export function TaskGit({ task }: { task: TaskDetail }) {
  if (!task.repo) return null;
  const lines = [
    { label: "Clone", text: `git clone ${task.repo.cloneUrl}` },
    { label: "Start the branch", text: `git switch -c ${task.branch} origin/${task.repo.defaultBranch}` },
    { label: "Push", text: `git push origin ${task.branch}` },
  ];
  return (
    <section aria-label="Work on it with git">
      <h2 className="flex h-8 items-center text-app font-medium">Work on it with git</h2>
      <ul className="flex flex-col gap-1">
        {lines.map(({ label, text }) => (
          <li key={label} className="flex items-center gap-1 rounded-md border bg-sunken pl-2">
            <code
              className="min-w-0 grow overflow-x-auto py-1 font-mono text-small whitespace-nowrap [scrollbar-width:none]"
              tabIndex={0}
              aria-label={label}
            >
              {text}
            </code>
            <CopyButton text={text} label={`Copy: ${label.toLowerCase()}`} />
          </li>
        ))}
      </ul>
      <p className="pt-1.5 text-small text-muted">
        The password is an API key, the user name the lease. Only the holder of the lease can push.
      </p>
    </section>
  );
}
