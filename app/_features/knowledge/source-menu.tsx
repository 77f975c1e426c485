"use client";

import { CircleStop, Ellipsis, Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import type { KnowledgeSource } from "#server/knowledge/schema.ts";
import { ReplaceDocumentDialog } from "./replace-document-dialog.tsx";

/** What can be done to a source. */
export function SourceMenu({ source, isBusy }: { source: KnowledgeSource; isBusy: boolean }) {
  const { id: sourceId, title, kind } = source;
  const { knowledge } = useTRPC();
  const [open, setOpen] = useState<"replace" | "remove" | null>(null);
  const close = () => setOpen(null);
  const reindex = useChange(knowledge.reindex.mutationOptions(), { refused: "It is not indexed again" });
  const cancel = useChange(knowledge.cancel.mutationOptions(), {
    done: () => `Indexing of ${title} is stopped`,
    refused: "It goes on",
  });
  const remove = useChange(knowledge.remove.mutationOptions(), {
    done: () => `${title} is not found any more`,
    refused: "It was not removed",
  });
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${title}`} icon={<Ellipsis />} size="sm" />}>
        {kind === "document" ? (
          <MenuItem icon={<Pencil />} onSelect={() => setOpen("replace")}>
            Replace the text…
          </MenuItem>
        ) : null}
        {isBusy ? (
          <MenuItem icon={<CircleStop />} onSelect={() => void cancel.apply({ sourceId })}>
            Stop indexing
          </MenuItem>
        ) : (
          <MenuItem icon={<RefreshCw />} onSelect={() => void reindex.apply({ sourceId })}>
            Index again
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={<Trash2 />} danger onSelect={() => setOpen("remove")}>
          Remove…
        </MenuItem>
      </Menu>
      {open === "replace" ? <ReplaceDocumentDialog source={source} onClose={close} /> : null}
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={(next) => (next ? undefined : close())}
        title={`Remove ${title}?`}
        verb="Remove source"
        danger
        onConfirm={() => remove.send({ sourceId })}
      >
        Agents do not find it any more, and what was made of it is deleted.
        {kind === "repo" ? " The repository itself stays." : ""}
      </ConfirmDialog>
    </>
  );
}
