"use client";

import { useQuery } from "@tanstack/react-query";
import { Building2, Download, ExternalLink, Trash2 } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { reportsHref, sessionHref, taskHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { buttonClass } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Report } from "#server/reports/schema.ts";
import { ReportBody } from "./report-body.tsx";
import { reportWords, sizeText } from "./report-words.ts";

/** One report: what it says, who left it, of what; and the ways to take it along, share it, remove it. */
export function ReportPage({ orgSlug, reportId }: { orgSlug: string; reportId: string }) {
  const query = useQuery(useTRPC().reports.get.queryOptions({ reportId }));
  return (
    <Loaded query={query} what="The report" skeleton={<SkeletonRows count={12} label="Loading the report" />}>
      {({ report, text, truncated }) => (
        <div className="flex h-full min-h-0 flex-col">
          <RoomHead title={report.name} summary={reportWords[report.kind]}>
            <ReportActions orgSlug={orgSlug} report={report} />
          </RoomHead>
          <Origin orgSlug={orgSlug} report={report} />
          <div className="min-h-0 grow overflow-auto">
            <ReportBody report={report} text={text} truncated={truncated} />
          </div>
        </div>
      )}
    </Loaded>
  );
}

function Origin({ orgSlug, report }: { orgSlug: string; report: Report }) {
  const { createdBy, createdAt, task, sessionId, teamId, size, isShared } = report;
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1.5 text-small text-muted">
      <span>
        Left by {createdBy.name}, <RelativeTime at={createdAt} />
      </span>
      {task ? <Link href={taskHref(orgSlug, task.number)}>{`#${task.number} ${task.title}`}</Link> : null}
      {sessionId ? <Link href={sessionHref(orgSlug, teamId, sessionId)}>Its session</Link> : null}
      <span className="tabular-nums">{sizeText(size)}</span>
      {isShared ? <Badge icon={<Building2 />}>Shared with everybody</Badge> : <span>Read by its team</span>}
    </p>
  );
}

function ReportActions({ orgSlug, report }: { orgSlug: string; report: Report }) {
  const { id: reportId, name, kind, isShared, createdBy } = report;
  const { org } = useParams<{ org: string }>();
  const { reports } = useTRPC();
  const { me, can } = useMe();
  const router = useRouter();
  const [isRemoving, setRemoving] = useState(false);
  const share = useChange(reports.share.mutationOptions(), {
    done: () => (isShared ? `${name} is its team’s again` : `Everybody may read ${name} now`),
    refused: "That was not changed",
  });
  const remove = useChange(reports.remove.mutationOptions(), {
    done: () => `${name} is removed`,
    refused: "The report was not removed",
  });
  const href = `/api/reports/${reportId}?org=${encodeURIComponent(org)}`;
  const isOwn = createdBy.id === me?.id || can("teams:manage") || (createdBy.kind === "agent" && can("message:write"));
  const toggle = () => void share.apply({ reportId, isShared: !isShared });
  const shareWords = isShared ? "Give it back to its team" : "Share with everybody";
  useActions([
    {
      id: "report.share",
      title: shareWords,
      group: "Report",
      keys: "s",
      icon: <Building2 />,
      when: () => isOwn,
      run: toggle,
    },
    {
      id: "report.remove",
      title: "Remove this report",
      group: "Report",
      icon: <Trash2 />,
      when: () => isOwn,
      run: () => setRemoving(true),
    },
  ]);
  return (
    <>
      {kind === "html" ? (
        <a className={buttonClass("ghost", "sm")} href={href} target="_blank" rel="noreferrer">
          <ExternalLink aria-hidden="true" className="size-3.5" />
          Open alone
        </a>
      ) : null}
      <a className={buttonClass("secondary", "sm")} href={`${href}&download`} download>
        <Download aria-hidden="true" className="size-3.5" />
        Download
      </a>
      {isOwn ? (
        <>
          <IconButton size="sm" label={shareWords} keys="s" icon={<Building2 />} onClick={toggle} />
          <IconButton size="sm" label={`Remove ${name}`} icon={<Trash2 />} onClick={() => setRemoving(true)} />
        </>
      ) : null}
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        verb="Remove report"
        danger
        onConfirm={async () => {
          await remove.send({ reportId });
          router.push(reportsHref(orgSlug));
        }}
      >
        What it holds is gone then. That it was there stays on record.
      </ConfirmDialog>
    </>
  );
}
