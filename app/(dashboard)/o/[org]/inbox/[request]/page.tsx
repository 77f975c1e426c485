import type { Metadata } from "next";
import { RequestPage } from "#app/_features/inbox/request-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadRequest } from "#app/_server/inbox.ts";

export const metadata: Metadata = { title: "Request" };

/** One request to people: what a link or a notification leads to. */
export default async function RequestRoute({ params }: { params: Promise<{ org: string; request: string }> }) {
  const { org, request } = await params;
  const { answers, teamId } = await loadRequest(org, request);
  return (
    <Hydrated answers={answers}>
      <RequestPage orgSlug={org} requestId={request} teamId={teamId} />
    </Hydrated>
  );
}
