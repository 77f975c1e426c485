import type { Metadata } from "next";
import { Suspense } from "react";
import { BoardRoom } from "#app/_features/tasks/board-room.tsx";
import { BoardSkeleton } from "#app/_features/tasks/board-skeleton.tsx";
import { taskFiltersOfUrl } from "#app/_features/tasks/task-filters-of-url.ts";
import { loadBoard, loadWork } from "#app/_server/work.ts";

export const metadata: Metadata = { title: "Board" };

type BoardPageProps = {
  params: Promise<{ org: string; team: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** The board of a team. */
export default function BoardPage(props: BoardPageProps) {
  return (
    <Suspense fallback={<BoardSkeleton />}>
      <LoadedBoard {...props} />
    </Suspense>
  );
}

async function LoadedBoard({ params, searchParams }: BoardPageProps) {
  const { org, team } = await params;
  const filters = taskFiltersOfUrl(await searchParams);
  const [board, work] = await Promise.all([loadBoard(org, team, filters), loadWork(org, team)]);
  return <BoardRoom work={work} answers={[board]} />;
}
