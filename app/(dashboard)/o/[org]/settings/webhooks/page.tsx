import type { Metadata } from "next";
import { WebhooksSettings } from "#app/_features/webhooks/webhooks-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadWebhooks } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Webhooks" };

export default async function WebhooksPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadWebhooks((await params).org)}>
      <WebhooksSettings />
    </Hydrated>
  );
}
