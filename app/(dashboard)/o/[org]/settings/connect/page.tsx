import type { Metadata } from "next";
import { ConnectSettings } from "#app/_features/settings/connect-settings.tsx";

export const metadata: Metadata = { title: "Connect an agent" };

export default function ConnectPage() {
  return <ConnectSettings />;
}
