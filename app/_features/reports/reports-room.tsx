"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useRouter } from "next/navigation";
import { useDeferredValue, useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { reportHref } from "#app/_shell/rooms.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { FilterBar } from "#app/_ui/filter-bar.tsx";
import { type Filter, useFilters } from "#app/_ui/filters.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { Table } from "#app/_ui/table.tsx";
import { reportKinds } from "#db/enums.ts";
import { reportColumns } from "./report-columns.tsx";
import { reportWords } from "./report-words.ts";

/** What sessions and tasks left to read, of every team and whatever is shared. */
export function ReportsRoom({ orgSlug }: { orgSlug: string }) {
  const router = useRouter();
  const [selected, setSelected] = useState<string | null>(null);
  const filters = useReportFilters();
  const state = useFilters(filters);
  const { chosen } = state;
  const search = useDeferredValue(state.query.trim());
  const [kind, teamId] = [reportKinds.find((each) => each === chosen.kind?.[0]), chosen.team?.[0]];
  const query = useReports({ ...(kind ? { kind } : {}), ...(teamId ? { teamId } : {}), ...(search ? { search } : {}) });
  const reports = query.data?.pages.flatMap((page) => page.reports) ?? [];
  const isFiltered = Boolean(kind || teamId || search);
  const open = (id: string) => router.push(reportHref(orgSlug, id));
  useListActions({
    noun: "report",
    keys: reports.map(({ id }) => id),
    selected,
    onSelect: setSelected,
    onOpen: open,
  });
  return (
    <>
      <RoomHead title="Reports" summary="What agents left to read" />
      <FilterBar filters={filters} state={state} searchLabel="Search reports" />
      <Loaded query={query} what="The reports" skeleton={<SkeletonRows count={6} label="Loading the reports" />}>
        {() =>
          reports.length === 0 ? (
            <EmptyState icon={<FileText />} title={isFiltered ? "No report is like that" : "No report yet"}>
              {isFiltered
                ? "Names and first pages were searched. Other words may find it."
                : "Ask an agent in a session for one: it leaves Markdown, HTML, JSON or a PDF with save_report, and it stands here when the session is long gone."}
            </EmptyState>
          ) : (
            <>
              <Table
                label="Reports"
                columns={reportColumns(orgSlug)}
                rows={reports}
                rowKey={({ id }) => id}
                selected={selected}
                onSelect={setSelected}
                onOpen={open}
              />
              <ShowOlder query={query} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

type Wanted = { kind?: (typeof reportKinds)[number]; teamId?: string; search?: string };

function useReports(wanted: Wanted) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: trpc.reports.list.queryKey(wanted),
    queryFn: ({ pageParam }) => client.reports.list.query({ ...wanted, ...(pageParam ? { before: pageParam } : {}) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
}

function useReportFilters(): readonly Filter[] {
  const { data } = useQuery(useTRPC().teams.list.queryOptions({ archived: true }));
  return [
    { key: "kind", label: "Kind", options: reportKinds.map((value) => ({ value, label: reportWords[value] })) },
    { key: "team", label: "Team", options: (data?.teams ?? []).map(({ id, name }) => ({ value: id, label: name })) },
  ];
}
