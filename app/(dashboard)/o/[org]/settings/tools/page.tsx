import type { Metadata } from "next";
import { ToolsSettings } from "#app/_features/mcp-servers/tools-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadTools } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Tools and MCP servers" };

export default async function ToolsPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadTools((await params).org)}>
      <ToolsSettings />
    </Hydrated>
  );
}
