import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { createTask } from "#server/tasks/service.ts";
import { createTaskInput, type Board } from "#server/tasks/schema.ts";
import { cardsOf, readBoard } from "#server/tasks/queries.ts";
import { latestSeq } from "#server/events/feed.ts";
import { as, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import type { Frame } from "#server/realtime/schema.ts";
import { LiveCache } from "./live-cache.ts";

const { runtime } = await openTestRuntime();

async function setUp(filters: object = {}) {
  const org = await createTestOrg(runtime);
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const queryKey = [["tasks", "board"], { input: { teamId: org.teamId, ...filters }, type: "query" }];
  const read = () =>
    as(runtime, org.owner, (context) =>
      readBoard(context, { teamId: org.teamId, archived: false, limit: 100, ...filters }),
    );
  const seq = await as(runtime, org.owner, latestSeq);
  const frameOfNewTask = async (): Promise<Frame> => {
    const id = await as(runtime, org.owner, (context) =>
      createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "Paint" })),
    );
    const [cards, now] = await as(
      runtime,
      org.owner,
      async (context) => [await cardsOf(context, [id]), await latestSeq(context)] as const,
    );
    return {
      seq: now,
      prev: now - 1,
      type: "task.created",
      teamId: org.teamId,
      subject: id,
      taskId: id,
      taskNumber: cards[0]?.number ?? 0,
      actor: { kind: "user", id: org.owner.id, name: "Olivia" },
      at: new Date().toISOString(),
      correlationId: "c",
      cards,
    };
  };
  const shown = () =>
    client.getQueryData<Board>(queryKey)?.columns.flatMap(({ cards }) => cards.map(({ number }) => number));
  return { org, client, queryKey, read, seq, frameOfNewTask, shown };
}

test("a board shows a frame's card without asking the server, and one write serves many frames", async () => {
  const { client, queryKey, read, seq, frameOfNewTask, shown } = await setUp();
  const cache = new LiveCache(client, seq);
  let reads = 0;
  await client.query({
    queryKey,
    queryFn: () => {
      reads++;
      return read();
    },
  });
  const frames = [await frameOfNewTask(), await frameOfNewTask(), await frameOfNewTask()];
  let writes = 0;
  client.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && event.action.type === "success") writes++;
  });
  cache.apply(frames);
  expect(shown()).toEqual([3, 2, 1]);
  await vi.waitFor(() => expect(writes).toBe(1), 15_000);
  expect(reads).toBe(1);
  expect(client.getQueryData<Board>(queryKey)).toMatchObject({ columns: (await read()).columns });
  cache.stop();
});

test("an answer that was on its way while a frame came in does not take the card back", async () => {
  const { client, queryKey, read, seq, frameOfNewTask, shown } = await setUp();
  const cache = new LiveCache(client, seq);
  const old = await read();
  let arrive: (board: Board) => void = () => {};
  const fetching = client.query({
    queryKey,
    queryFn: () =>
      new Promise<Board>((resolve) => {
        arrive = resolve;
      }),
  });
  cache.apply([await frameOfNewTask()]);
  arrive(old);
  await fetching;
  await vi.waitFor(() => expect(shown()).toEqual([1]), 15_000);
  cache.stop();
});

test("what was read before the connection began is read again", async () => {
  const { client, queryKey, read, seq, frameOfNewTask } = await setUp();
  client.setQueryData(queryKey, await read());
  await frameOfNewTask();
  const cache = new LiveCache(client, seq + 1);
  await vi.waitFor(() => expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true), 3_000);
  cache.stop();
});

test("a filtered board and a reference ask the server; another team's frame does not", async () => {
  const { client, queryKey, read, seq, frameOfNewTask, shown } = await setUp({ q: "wood" });
  const cache = new LiveCache(client, seq);
  await client.query({ queryKey, queryFn: read });
  const frame = await frameOfNewTask();
  cache.apply([{ ...frame, teamId: "another", cards: [] }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(false);
  cache.apply([frame]);
  await vi.waitFor(() => expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true), 3_000);
  expect(shown()).toEqual([]);
  await client.query({ queryKey, queryFn: read, staleTime: 0 });
  cache.apply([{ ...frame, seq: frame.seq + 1, cards: undefined, reference: true }]);
  await vi.waitFor(() => expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true), 3_000);
  cache.stop();
});
