import type { Metadata } from "next";
import { ApiKeysSettings } from "#app/_features/api-keys/api-keys-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadApiKeys } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "API keys" };

export default async function ApiKeysPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadApiKeys((await params).org)}>
      <ApiKeysSettings />
    </Hydrated>
  );
}
