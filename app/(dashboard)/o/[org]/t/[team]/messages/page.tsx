import type { Metadata } from "next";
import { MessagesRoom } from "#app/_features/messages/messages-room.tsx";
import { loadWork } from "#app/_server/work.ts";

export const metadata: Metadata = { title: "Messages" };

/** What agents and people of a team write to each other. */
export default async function MessagesPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return <MessagesRoom work={await loadWork(org, team)} />;
}
