"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { KnowledgeSource } from "#server/knowledge/schema.ts";
import { DocumentForm } from "./document-form.tsx";

/** Another text in the place of a document's. */
export function ReplaceDocumentDialog({ source, onClose }: { source: KnowledgeSource; onClose: () => void }) {
  const replace = useChange(useTRPC().knowledge.replaceDocument.mutationOptions(), {
    done: () => `${source.title} has its new text; what changed is indexed`,
    refused: "It was not replaced",
  });
  return (
    <DocumentForm
      heading={`Replace ${source.title}`}
      verb="Replace text"
      title={source.title}
      isPending={replace.isPending}
      onClose={onClose}
      send={(document) => replace.send({ sourceId: source.id, ...document })}
    />
  );
}
