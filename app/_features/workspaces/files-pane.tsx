"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, FilePlus, FolderPlus, RotateCw, Search, Upload, X } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect, useRef, useState } from "react";
import { focusNow } from "#app/_features/tasks/focus-now.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { toast } from "#app/_ui/toast.ts";
import { FileSearch } from "./file-search.tsx";
import { FileTree } from "./file-tree.tsx";
import { FileView } from "./file-view.tsx";
import { NameDialog, type Naming } from "./name-dialog.tsx";
import type { PaneProps } from "./pane-props.ts";
import { downloadFiles, uploadFiles } from "./transfer.ts";

/** The files of the workspace: a tree, what is in them, and a way to put more there. */
export function FilesPane({ orgSlug, workspaceId, touched }: PaneProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [path, setPath] = useQueryState("file", parseAsString);
  const [search, setSearch] = useState<string | null>(null);
  const [naming, setNaming] = useState<Naming | null>(null);
  const [isUploading, setUploading] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const root = useQuery(trpc.workspaceFiles.list.queryOptions({ workspaceId, path: "" }));
  useEffect(() => {
    // Only what is open is read again; a file one edits says by itself that it changed.
    if (touched > 0) void client.invalidateQueries(trpc.workspaceFiles.list.queryFilter());
  }, [client, trpc, touched]);
  const renew = () => {
    void client.invalidateQueries(trpc.workspaceFiles.list.queryFilter());
    void client.invalidateQueries(trpc.workspaceFiles.read.queryFilter());
  };
  const folder = path?.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const download = (from?: string) =>
    void downloadFiles(orgSlug, workspaceId, from).catch((error: unknown) =>
      toast.error("It was not downloaded", { description: refusalOf(error) }),
    );
  const upload = (files: readonly File[]) => {
    setUploading(true);
    void uploadFiles(orgSlug, workspaceId, folder, files)
      .then(
        () => toast.success(files.length === 1 ? `${files[0]?.name} is there` : `${files.length} files are there`),
        (error: unknown) => toast.error("Not everything was uploaded", { description: refusalOf(error) }),
      )
      .finally(() => {
        setUploading(false);
        renew();
      });
  };
  return (
    <div className="flex h-full min-h-0">
      <section
        aria-label="Files of the workspace"
        className={
          path
            ? "flex w-60 shrink-0 flex-col border-r max-sm:hidden"
            : "flex min-w-0 grow flex-col sm:max-w-80 sm:border-r"
        }
      >
        <div className="flex h-9 shrink-0 items-center gap-0.5 border-b px-1.5 coarse:h-11">
          {search === null ? (
            <>
              <IconButton
                size="sm"
                label="Search in files"
                icon={<Search />}
                data-pane-focus=""
                onClick={() => setSearch("")}
              />
              <IconButton
                size="sm"
                label="New file"
                icon={<FilePlus />}
                onClick={() => setNaming({ what: "file", folder })}
              />
              <IconButton
                size="sm"
                label="New folder"
                icon={<FolderPlus />}
                onClick={() => setNaming({ what: "folder", folder })}
              />
              <IconButton
                size="sm"
                label="Upload files"
                icon={<Upload />}
                loading={isUploading}
                onClick={() => picker.current?.click()}
              />
              <span className="grow" />
              <IconButton size="sm" label="Download all as tar.gz" icon={<Download />} onClick={() => download()} />
              <IconButton size="sm" label="Read again" icon={<RotateCw />} onClick={renew} />
            </>
          ) : (
            <>
              <Input
                ref={focusNow}
                aria-label="Search in files"
                placeholder="Words in files"
                value={search}
                onChange={(event) => setSearch(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === "Escape") setSearch(null);
                }}
                className="h-7 grow"
              />
              <IconButton size="sm" label="Close the search" icon={<X />} onClick={() => setSearch(null)} />
            </>
          )}
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              upload([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
        </div>
        <div className="min-h-0 grow overflow-y-auto py-1">
          {search ? (
            <FileSearch workspaceId={workspaceId} query={search} onOpen={(found) => void setPath(found)} />
          ) : (
            <FileTree
              workspaceId={workspaceId}
              entries={root.data?.entries}
              error={root.error}
              open={path}
              onOpen={(chosen) => void setPath(chosen)}
              onName={setNaming}
              onChanged={renew}
            />
          )}
        </div>
      </section>
      {path ? (
        <FileView
          key={path}
          workspaceId={workspaceId}
          path={path}
          touched={touched}
          onDownload={() => download(path)}
          onClose={() => void setPath(null)}
        />
      ) : (
        <p className="hidden grow place-content-center px-6 text-center text-app text-muted sm:grid">
          Choose a file to read and edit it.
        </p>
      )}
      {naming ? (
        <NameDialog
          workspaceId={workspaceId}
          naming={naming}
          onClose={() => setNaming(null)}
          onDone={(made) => {
            renew();
            if (made) void setPath(made);
          }}
        />
      ) : null}
    </div>
  );
}
