import { File as FileIcon, X } from "lucide-react";
import { sizeWords } from "./attachments.ts";

/** The files that go with a message, each to be taken out again. */
export function AttachmentChips({ files, onRemove }: { files: readonly File[]; onRemove: (file: File) => void }) {
  if (files.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-1.5">
      {files.map((file, index) => (
        <li
          // Two files may have the same name.
          key={`${index} ${file.name}`}
          className="inline-flex h-7 max-w-56 items-center gap-1.5 rounded-md border bg-surface pl-2 text-small coarse:h-10"
        >
          <FileIcon aria-hidden="true" className="size-3.5 shrink-0 text-muted" />
          <span className="truncate">{file.name}</span>
          <span className="shrink-0 text-faint">{sizeWords(file.size)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(file)}
            className="flex h-full w-6 items-center justify-center rounded-r-md text-faint -outline-offset-2 hover:bg-hover hover:text-ink coarse:w-9"
          >
            <X aria-hidden="true" className="size-3" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The files that went with a message. */
export function AttachedNames({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-1.5 pt-1">
      {names.map((name, index) => (
        <li
          // Two files may have the same name.
          key={`${index} ${name}`}
          className="inline-flex min-h-6 max-w-full items-center gap-1.5 rounded-md border bg-surface px-2 text-small"
        >
          <FileIcon aria-hidden="true" className="size-3.5 shrink-0 text-muted" />
          <span className="min-w-0 break-all">{name}</span>
        </li>
      ))}
    </ul>
  );
}
