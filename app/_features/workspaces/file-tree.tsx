"use client";

import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { ChevronRight, Ellipsis, File as FileIcon, Folder, FolderOpen, Link2, Pencil, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { FileEntry } from "#server/workspace-files/schema.ts";
import type { Naming } from "./name-dialog.tsx";

type FileTreeProps = {
  workspaceId: string;
  entries: readonly FileEntry[] | undefined;
  error: unknown;
  /** The file that is open. */
  open: string | null;
  onOpen: (path: string) => void;
  onName: (naming: Naming) => void;
  onChanged: () => void;
};

/** The files of a workspace, each folder read when it is opened. Arrows move, → opens, ← closes. */
export function FileTree({ entries, error, ...rest }: FileTreeProps) {
  const tree = useRef<HTMLUListElement>(null);
  if (error) return <p className="px-3 py-2 text-app text-danger">{refusalOf(error)}</p>;
  if (!entries) return <SkeletonRows count={5} label="Loading the files" />;
  if (entries.length === 0) return <p className="px-3 py-2 text-app text-muted">There is no file yet.</p>;
  const move = (by: number) => {
    const rows = [...(tree.current?.querySelectorAll<HTMLElement>("[data-file-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
  };
  return (
    <ul ref={tree} aria-label="Files">
      {entries.map((entry) => (
        <Node key={entry.path} entry={entry} depth={0} onMove={move} {...rest} />
      ))}
    </ul>
  );
}

type NodeProps = Omit<FileTreeProps, "entries" | "error"> & {
  entry: FileEntry;
  depth: number;
  onMove: (by: number) => void;
};

function Node(props: NodeProps) {
  const { workspaceId, entry, depth, open, onOpen, onMove } = props;
  const [isOpen, setOpen] = useState(open?.startsWith(`${entry.path}/`) ?? false);
  const isFolder = entry.kind === "folder";
  const Icon = entry.kind === "link" ? Link2 : isFolder ? (isOpen ? FolderOpen : Folder) : FileIcon;
  return (
    <li>
      <div className={clsx("group flex items-center pr-1", open === entry.path ? "bg-selected" : "hover:bg-hover")}>
        <button
          type="button"
          data-file-row=""
          aria-expanded={isFolder ? isOpen : undefined}
          aria-current={open === entry.path || undefined}
          onClick={() => (isFolder ? setOpen(!isOpen) : onOpen(entry.path))}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") onMove(1);
            else if (event.key === "ArrowUp") onMove(-1);
            else if (event.key === "ArrowRight" && isFolder) setOpen(true);
            else if (event.key === "ArrowLeft" && isFolder) setOpen(false);
            else return;
            event.preventDefault();
          }}
          style={{ paddingInlineStart: 8 + depth * 14 }}
          className="flex h-7 min-w-0 grow items-center gap-1.5 text-left text-app -outline-offset-2 coarse:h-11"
        >
          {isFolder ? (
            <ChevronRight
              aria-hidden="true"
              className={clsx("size-3.5 shrink-0 text-faint transition-transform", isOpen && "rotate-90")}
            />
          ) : (
            <span className="w-3.5 shrink-0" />
          )}
          <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" />
          <span className="truncate">{entry.name}</span>
        </button>
        <FileMenu {...props} />
      </div>
      {isFolder && isOpen ? <Children {...props} depth={depth + 1} workspaceId={workspaceId} /> : null}
    </li>
  );
}

function Children(props: NodeProps) {
  const { workspaceId, entry, depth } = props;
  const { data, error } = useQuery(useTRPC().workspaceFiles.list.queryOptions({ workspaceId, path: entry.path }));
  const place = { paddingInlineStart: 8 + depth * 14 };
  if (error)
    return (
      <p style={place} className="py-1 text-small text-danger">
        {refusalOf(error)}
      </p>
    );
  if (!data)
    return (
      <p style={place} className="py-1 text-small text-faint">
        …
      </p>
    );
  return (
    <ul>
      {data.entries.map((child) => (
        <Node key={child.path} {...props} entry={child} />
      ))}
      {data.truncated ? (
        <li style={place} className="py-1 text-small text-faint">
          There are more; search finds them.
        </li>
      ) : null}
    </ul>
  );
}

function FileMenu({ workspaceId, entry, onName, onChanged }: NodeProps) {
  const [isDeleting, setDeleting] = useState(false);
  const remove = useChange(useTRPC().workspaceFiles.delete.mutationOptions(), { refused: "It was not deleted" });
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton
            size="sm"
            label={`Actions of ${entry.name}`}
            icon={<Ellipsis />}
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-popup-open:opacity-100 coarse:opacity-100"
          />
        }
      >
        <MenuItem icon={<Pencil />} onSelect={() => onName({ what: "rename", path: entry.path })}>
          Rename…
        </MenuItem>
        <MenuItem icon={<Trash2 />} onSelect={() => setDeleting(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={isDeleting}
        onOpenChange={setDeleting}
        danger
        title={`Delete ${entry.name}?`}
        verb={entry.kind === "folder" ? "Delete folder" : "Delete file"}
        onConfirm={async () => {
          await remove.send({ workspaceId, path: entry.path });
          onChanged();
        }}
      >
        {entry.kind === "folder" ? "All that is in it goes too. " : ""}What was committed stays in the history.
      </ConfirmDialog>
    </>
  );
}
