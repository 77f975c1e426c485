import type { Metadata } from "next";
import { KnowledgeSettings } from "#app/_features/knowledge/knowledge-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadKnowledge } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Knowledge" };

export default async function KnowledgePage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadKnowledge((await params).org)}>
      <KnowledgeSettings />
    </Hydrated>
  );
}
