"use client";

import { Minus, Plus } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { Change, GitStatus } from "#server/workspace-git/schema.ts";

type ChangedFilesProps = { workspaceId: string; files: GitStatus["files"]; onChanged: () => void };

const words: Record<Change, string> = {
  added: "New",
  modified: "Changed",
  deleted: "Deleted",
  renamed: "Renamed",
  type_changed: "Another type",
};

/** The files that differ from the last commit; ticked ones go into the next. */
export function ChangedFiles({ workspaceId, files, onChanged }: ChangedFilesProps) {
  const trpc = useTRPC().workspaceGit;
  const stage = useChange(trpc.stage.mutationOptions(), { refused: "It was not staged" });
  const unstage = useChange(trpc.unstage.mutationOptions(), { refused: "It was not unstaged" });
  const choose = (paths: string[], isChosen: boolean) =>
    void (isChosen ? stage : unstage).apply({ workspaceId, paths }).then(onChanged);
  return (
    <section aria-label="Changed files" className="border-b">
      <div className="flex h-8 items-center gap-1 px-3 coarse:h-11">
        <h3 className="grow text-small font-medium text-faint">For the next commit</h3>
        <IconButton size="sm" label="Stage all" icon={<Plus />} onClick={() => choose([], true)} />
        <IconButton size="sm" label="Unstage all" icon={<Minus />} onClick={() => choose([], false)} />
      </div>
      {/* Of many files the diffs stay within reach. */}
      <ul aria-label="Files of the change" className="max-h-64 overflow-y-auto overscroll-contain">
        {files.map(({ path, previousPath, staged, unstaged, isConflicted }) => (
          <li key={path} className="flex min-h-8 items-center gap-2 px-3 hover:bg-hover coarse:min-h-11">
            <Checkbox
              hideLabel
              label={`${path} goes into the next commit`}
              checked={staged !== null && unstaged === null}
              onCheckedChange={(isChosen) => choose([path], isChosen)}
            />
            <span className="min-w-0 grow truncate font-mono text-small" title={path}>
              {previousPath ? <span className="text-muted">{previousPath} → </span> : null}
              {path}
            </span>
            {isConflicted ? <Badge tone="danger">Conflict</Badge> : null}
            {staged !== null && unstaged !== null ? <span className="text-small text-faint">partly</span> : null}
            <span className="text-small text-muted">{wordOf(staged ?? unstaged)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const wordOf = (change: Change | null) => (change === null ? "" : words[change]);
