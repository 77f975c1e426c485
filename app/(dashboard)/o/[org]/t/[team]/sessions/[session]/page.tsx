import type { Metadata } from "next";
import { cookies } from "next/headers";
import { paneSizesCookie, readPaneSizes } from "#app/_features/sessions/pane-sizes.ts";
import { SessionPage } from "#app/_features/sessions/session-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadSession } from "#app/_server/sessions.ts";

export const metadata: Metadata = { title: "Session" };

type SessionRouteProps = { params: Promise<{ org: string; team: string; session: string }> };

/** One conversation with an agent, and what it works on. */
export default async function SessionRoute({ params }: SessionRouteProps) {
  const { org, session } = await params;
  const sizes = readPaneSizes((await cookies()).get(paneSizesCookie)?.value);
  return (
    <Hydrated answers={await loadSession(org, session)}>
      <SessionPage key={session} orgSlug={org} sessionId={session} sizes={sizes} />
    </Hydrated>
  );
}
