"use client";

import { FileMinus, FilePen, FilePlus, FileSymlink } from "lucide-react";
import type { ReactNode } from "react";
import { fileAnchor } from "./file-anchor.ts";

type ChangedFile = {
  path: string;
  status: "added" | "modified" | "deleted" | "renamed" | "type_changed";
  previousPath: string | null;
  additions: number | null;
  deletions: number | null;
};

const icons: Record<ChangedFile["status"], { icon: ReactNode; word: string }> = {
  added: { icon: <FilePlus className="text-success" />, word: "Added" },
  modified: { icon: <FilePen className="text-muted" />, word: "Modified" },
  deleted: { icon: <FileMinus className="text-danger" />, word: "Deleted" },
  renamed: { icon: <FileSymlink className="text-info" />, word: "Renamed" },
  type_changed: { icon: <FileSymlink className="text-warning" />, word: "Changed type" },
};

/** The changed files by folder, each with its counts and the way to its diff. */
export function FileTree({ files }: { files: readonly ChangedFile[] }) {
  if (files.length < 2) return null;
  const folders = Map.groupBy(files, ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  return (
    <nav aria-label="Changed files" className="max-h-64 overflow-y-auto rounded-md border bg-surface py-1">
      <ul>
        {[...folders].map(([folder, inside]) => (
          <li key={folder}>
            {folder ? <p className="truncate px-3 pt-1 font-mono text-small text-faint">{folder}/</p> : null}
            <ul>
              {inside.map((file) => (
                <li key={file.path}>
                  <a
                    href={`#${fileAnchor(file.path)}`}
                    title={file.previousPath ? `${file.previousPath} → ${file.path}` : file.path}
                    className="flex h-7 items-center gap-2 px-3 -outline-offset-2 hover:bg-hover coarse:h-11 [&_svg]:size-4 [&_svg]:shrink-0"
                  >
                    <span aria-hidden="true" className="inline-flex">
                      {icons[file.status].icon}
                    </span>
                    <span className="sr-only">{icons[file.status].word}</span>
                    <span className="min-w-0 grow truncate font-mono text-small">
                      {file.path.slice(folder ? folder.length + 1 : 0)}
                    </span>
                    <span className="font-mono text-small text-success">+{file.additions ?? 0}</span>
                    <span className="font-mono text-small text-danger">−{file.deletions ?? 0}</span>
                  </a>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  );
}
