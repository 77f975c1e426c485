import type { ReactNode } from "react";
import { OrgFrame } from "#app/_features/frame/org-frame.tsx";
import { loadFrame } from "#app/_server/frame.ts";

type OrgLayoutProps = { params: Promise<{ org: string }>; children: ReactNode };

/** An organization: its shell, its data and its realtime around every page. */
export default async function OrgLayout({ params, children }: OrgLayoutProps) {
  return <OrgFrame frame={await loadFrame((await params).org)}>{children}</OrgFrame>;
}
