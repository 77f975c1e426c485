import { redirect } from "next/navigation";
import { settingsHref } from "#app/_shell/rooms.ts";

/** The settings begin with the organization. */
export default async function SettingsPage({ params }: { params: Promise<{ org: string }> }) {
  redirect(settingsHref((await params).org, "organization"));
}
