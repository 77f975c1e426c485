import { Users } from "lucide-react";
import Link from "next/link";
import { redirect } from "next/navigation";
import { loadFrame } from "#app/_server/frame.ts";
import { inboxHref, settingsHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";

/** The door of an organization: straight to what waits for a person. */
export default async function OrgPage({ params }: { params: Promise<{ org: string }> }) {
  const { org } = await params;
  const { teams, canCreateTeam } = await loadFrame(org);
  if (teams[0]) redirect(inboxHref(org));
  return (
    <EmptyState
      icon={<Users />}
      title="No team yet"
      action={
        canCreateTeam ? (
          <Link href={settingsHref(org, "teams")} className={buttonClass("primary")}>
            Create a team
          </Link>
        ) : null
      }
    >
      {canCreateTeam
        ? "Work belongs to a team, and there is none here. Create the first."
        : "Work belongs to a team, and you are in none here. Ask an admin to add you to theirs, then load this page again."}
    </EmptyState>
  );
}
