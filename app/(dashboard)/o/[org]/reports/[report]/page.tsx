import type { Metadata } from "next";
import { ReportPage } from "#app/_features/reports/report-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadReport } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Report" };

/** One report, to be read. */
export default async function OneReportPage({ params }: { params: Promise<{ org: string; report: string }> }) {
  const { org, report } = await params;
  return (
    <Hydrated answers={await loadReport(org, report)}>
      <ReportPage orgSlug={org} reportId={report} />
    </Hydrated>
  );
}
