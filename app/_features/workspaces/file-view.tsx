"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronLeft, Download, Save } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactNode, useEffect, useState } from "react";
import { sizeWords } from "#app/_features/sessions/attachments.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { FileContent } from "#server/workspace-files/schema.ts";

const CodeEditor = dynamic(() => import("./code-editor.tsx").then((module) => module.CodeEditor), {
  ssr: false,
  loading: () => <SkeletonRows count={6} label="Loading the editor" />,
});

type FileViewProps = {
  workspaceId: string;
  path: string;
  touched: number;
  onDownload: () => void;
  onClose: () => void;
};

/** What is in one file: text to edit, an image to look at, anything else to take along. */
export function FileView({ workspaceId, path, touched, onDownload, onClose }: FileViewProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.workspaceFiles.read.queryOptions({ workspaceId, path }));
  const { refetch } = query;
  useEffect(() => {
    if (touched > 0) void refetch();
  }, [touched, refetch]);
  return (
    <section aria-label={path} className="flex min-w-0 grow flex-col">
      <Loaded query={query} what={path} skeleton={<SkeletonRows count={6} label="Loading the file" />}>
        {(file) =>
          file.kind === "text" && file.text !== null && !file.truncated ? (
            <TextFile
              file={file}
              text={file.text}
              workspaceId={workspaceId}
              onDownload={onDownload}
              onClose={onClose}
            />
          ) : (
            <>
              <FileHead path={path} onDownload={onDownload} onClose={onClose} />
              {file.kind === "image" && file.base64 !== null ? (
                <div className="grid min-h-0 grow place-content-center overflow-auto bg-sunken p-4">
                  {/* oxlint-disable-next-line next/no-img-element -- its bytes are here already: there is nothing to fetch smaller */}
                  <img
                    src={`data:${file.mimeType};base64,${file.base64}`}
                    alt={path}
                    className="max-h-full max-w-full object-contain"
                  />
                </div>
              ) : (
                <EmptyState icon={<Download />} title={file.truncated ? "Too large to be edited here" : "Not a text"}>
                  {sizeWords(file.bytes)}. Download it to look at it.
                </EmptyState>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function FileHead({
  path,
  onDownload,
  onClose,
  children,
}: {
  path: string;
  onDownload: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <header className="flex h-9 shrink-0 items-center gap-2 border-b px-2 coarse:h-11">
      <IconButton size="sm" label="Close the file" icon={<ChevronLeft />} onClick={onClose} />
      <h2 className="min-w-0 grow truncate font-mono text-small" title={path}>
        {path}
      </h2>
      {children}
      <IconButton size="sm" label={`Download ${path}`} icon={<Download />} onClick={onDownload} />
    </header>
  );
}

type TextFileProps = {
  file: FileContent;
  text: string;
  workspaceId: string;
  onDownload: () => void;
  onClose: () => void;
};

/** What somebody writes is never lost to what the agent writes meanwhile, nor the other way round: they are asked. */
function TextFile({ file, text, workspaceId, onDownload, onClose }: TextFileProps) {
  const api = useTRPCClient();
  const trpc = useTRPC();
  const client = useQueryClient();
  // The version one began from; what is written stays on top of it when the file changes underneath.
  const [base, setBase] = useState({ text, version: file.version });
  const [written, setWritten] = useState(text);
  const [isSaving, setSaving] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const isDirty = written !== base.text;
  const isBehind = file.version !== base.version;
  const takeTheirs = () => {
    setBase({ text, version: file.version });
    setWritten(text);
    setFailure(null);
  };
  if (isBehind && !isDirty) takeTheirs();
  const save = async (version: string | null) => {
    if (isSaving) return;
    setSaving(true);
    setFailure(null);
    try {
      const saved = await api.workspaceFiles.write.mutate({ workspaceId, path: file.path, text: written, version });
      setBase({ text: written, version: saved.version });
      client.setQueryData(trpc.workspaceFiles.read.queryKey({ workspaceId, path: file.path }), (known) =>
        known ? { ...known, text: written, version: saved.version, bytes: saved.bytes } : known,
      );
      void client.invalidateQueries({ queryKey: trpc.workspaceGit.pathKey() });
    } catch (error) {
      setFailure(refusalOf(error));
      void client.invalidateQueries(trpc.workspaceFiles.read.queryFilter({ workspaceId, path: file.path }));
    } finally {
      setSaving(false);
    }
  };
  return (
    <>
      <FileHead path={file.path} onDownload={onDownload} onClose={onClose}>
        {isDirty ? <span className="text-small text-warning">Not saved</span> : null}
        <Button
          size="sm"
          icon={<Save className="size-3.5" />}
          keys="mod+s"
          disabled={!isDirty}
          loading={isSaving}
          onClick={() => void save(base.version)}
        >
          Save
        </Button>
      </FileHead>
      {isBehind && isDirty ? (
        <Banner
          tone="warning"
          inset
          title="The file changed while you wrote"
          action={
            <span className="flex gap-2">
              <Button size="sm" onClick={takeTheirs}>
                Take theirs
              </Button>
              <Button size="sm" variant="primary" onClick={() => void save(file.version)}>
                Keep mine
              </Button>
            </span>
          }
        >
          Yours is kept here. Keep mine overwrites what is there now.
        </Banner>
      ) : failure ? (
        <Banner tone="danger" inset title="The file was not saved">
          {failure}
        </Banner>
      ) : null}
      <div className="min-h-0 grow">
        <CodeEditor
          path={file.path}
          text={base.text}
          isReadOnly={false}
          onChange={setWritten}
          onSave={() => void save(base.version)}
        />
      </div>
    </>
  );
}
