import { connect, createServer, type Socket } from "node:net";
import { QueryClient } from "@tanstack/react-query";
import { afterAll } from "vitest";
import { LiveCache } from "#app/_lib/live-cache.ts";
import type { Actor, Runtime } from "#server/context.ts";
import { latestSeq } from "#server/events/feed.ts";
import { readBoard } from "#server/tasks/queries.ts";
import { type Board, createTaskInput, updateTaskInput } from "#server/tasks/schema.ts";
import { createTasks, updateTask } from "#server/tasks/service.ts";
import { as, type TestOrg } from "#server/test/fixtures.ts";
import { until } from "../realtime/test/harness.ts";
import { openPage, type TestHost, told } from "./live.ts";

/** A line between pages and the realtime host that can be cut, in the middle of whatever it carries. */
export async function openLine(port: number) {
  const lines = new Set<Socket>();
  const arrivals: number[] = [];
  let cutAfterBytes = Number.POSITIVE_INFINITY;
  let isDown = false;
  const server = createServer((page) => {
    arrivals.push(Date.now());
    if (isDown) return void page.on("error", () => {}).resetAndDestroy();
    const host = connect({ port, host: "127.0.0.1", noDelay: true });
    const end = () => {
      lines.delete(page);
      page.destroy();
      host.destroy();
    };
    for (const socket of [page, host]) socket.on("error", end).on("close", end);
    lines.add(page);
    page.pipe(host);
    host.on("data", (bytes) => {
      // The rest of a frame never arrives.
      if (bytes.length > cutAfterBytes) page.write(bytes.subarray(0, cutAfterBytes), () => page.resetAndDestroy());
      else page.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  afterAll(() => {
    for (const line of lines) line.destroy();
    server.close();
  });
  return {
    port: typeof address === "object" && address ? address.port : 0,
    arrivals,
    open: () => lines.size,
    /** Whether who comes is let through from now on. */
    setDown(down: boolean) {
      isDown = down;
    },
    /** Cuts every line at once: in the middle of the next bytes, or now. @returns how many were open. */
    async cut(isMidFrame: boolean): Promise<number> {
      const open = [...lines];
      if (isMidFrame) {
        cutAfterBytes = 7;
        await Promise.race([
          until("the cut", () => lines.size === 0),
          new Promise((resolve) => setTimeout(resolve, 200)),
        ]);
        cutAfterBytes = Number.POSITIVE_INFINITY;
      }
      for (const line of open) line.resetAndDestroy();
      return open.length;
    },
  };
}

/** A tab: the product's own connection and its cache of the board, behind a line of its own. */
async function openTab(runtime: Runtime, host: TestHost, actor: Actor, teamId: string) {
  const line = await openLine(host.port);
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const queryKey = [["tasks", "board"], { input: { teamId }, type: "query" }];
  const since = await as(runtime, actor, latestSeq);
  const cache = new LiveCache(client, since);
  const covered: { from: number; to: number }[] = [];
  let reads = 0;
  const { page, connection } = await openPage(runtime, { ...host, port: line.port }, actor, teamId, {
    onFrames: (frames) => cache.apply(frames),
    onReset: (from, to) => {
      covered.push({ from, to });
      cache.reset();
    },
  });
  // As a page has it: somebody looks at it, so that what is outdated is read again.
  const { QueryObserver } = await import("@tanstack/react-query");
  const observer = new QueryObserver<Board>(client, {
    queryKey,
    queryFn: () => {
      reads += 1;
      return readAll(runtime, actor, teamId);
    },
  });
  const unwatch = observer.subscribe(() => {});
  afterAll(() => {
    unwatch();
    cache.stop();
  });
  return {
    ...{ line, page, connection, covered, since },
    reads: () => reads,
    shown: () => client.getQueryData<Board>(queryKey)?.columns,
  };
}

const readAll = (runtime: Runtime, actor: Actor, teamId: string) =>
  as(runtime, actor, (context) => readBoard(context, { teamId, archived: false, limit: 100 }));

export interface Proof {
  events: number;
  cuts: number;
  /** Numbers that neither arrived nor were covered by reading everything again, of both tabs. */
  lost: number[];
  /** Numbers that arrived more than once. */
  doubled: number[];
  outOfOrder: number;
  resets: number;
  /** What the tabs show, and what the server holds. */
  tabs: (Board["columns"] | undefined)[];
  server: Board["columns"];
  /** Events that came over the socket, of all that came. */
  pushed: number;
  boardReads: number;
}

/**
 * Changes tasks until so many events happened, while the lines of two tabs are cut at random moments, each on its own, half
 * of the time in the middle of a frame. Ends when both tabs are live and have seen the last event.
 */
export async function cutAndCompare(
  { runtime, host, org, random }: { runtime: Runtime; host: TestHost; org: TestOrg; random: () => number },
  { events, cuts }: { events: number; cuts: number },
): Promise<Proof> {
  const { owner, teamId } = org;
  const ids = await as(runtime, owner, (context) =>
    createTasks(
      context,
      Array.from({ length: 20 }, (_, n) => createTaskInput.parse({ teamId, title: `Task ${n}` })),
    ),
  );
  const tabs = [await openTab(runtime, host, owner, teamId), await openTab(runtime, host, owner, teamId)];
  for (const { page } of tabs) await waitFor("a tab to be live", () => page.state === "live");
  const [since, end] = [await as(runtime, owner, latestSeq), { at: 0 }];
  let done = 0;
  let isCutting = true;
  const priorities = ["low", "medium", "high", "critical"] as const;
  // The writers keep pace with the cuts, so that these fall all over the events.
  const mayWrite = () => done < events && (!isCutting || done < Math.ceil(((made + 1) / cuts) * events));
  let made = 0;
  const writers = Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      while (done < events) {
        if (!mayWrite()) await new Promise((resolve) => setTimeout(resolve, 5));
        else {
          done += 1;
          const task = ids[(writer * 7 + done) % ids.length] ?? "";
          const change = { task, title: `Task ${writer}/${done}`, priority: priorities[done % 4] };
          await as(runtime, owner, (context) => updateTask(context, updateTaskInput.parse(change)));
        }
      }
    }),
  );
  while (made < cuts) {
    const tab = tabs[random() < 0.5 ? 0 : 1];
    if (!tab) break;
    await waitFor("a line to cut", () => tab.line.open() > 0);
    await new Promise((resolve) => setTimeout(resolve, random() * 150));
    // Now and then both at once, as when a server goes.
    const both = random() < 0.2;
    made += await tab.line.cut(random() < 0.5);
    for (const other of both ? tabs : []) if (other !== tab) made += await other.line.cut(false);
  }
  isCutting = false;
  await writers;
  end.at = await as(runtime, owner, latestSeq);
  for (const { page, covered } of tabs)
    await waitFor("a tab to have seen the end", () => {
      const last = Math.max(told(page.frames).at(-1) ?? 0, covered.at(-1)?.to ?? 0);
      return page.state === "live" && last >= end.at;
    });
  const server = (await readAll(runtime, owner, teamId)).columns;
  for (const { shown } of tabs)
    await waitFor("a tab to show it", () => JSON.stringify(shown()) === JSON.stringify(server)).catch(() => {});
  const seen = tabs.map(({ page }) => told(page.frames).filter((seq) => seq > since));
  return {
    events: end.at - since,
    cuts: made,
    lost: tabs.flatMap(({ covered }, at) => missing(seen[at] ?? [], { since, end: end.at }, covered)),
    doubled: seen.flatMap((seqs) => seqs.filter((seq, at) => seqs.indexOf(seq) !== at)),
    outOfOrder: seen.reduce((count, seqs) => count + seqs.filter((seq, at) => seq <= (seqs[at - 1] ?? 0)).length, 0),
    resets: tabs.reduce((count, { covered }) => count + covered.length, 0),
    tabs: tabs.map(({ shown }) => shown()),
    server,
    pushed: tabs.reduce(
      (count, { page }) => count + page.frames.filter(({ reference, extra }) => !reference && !extra).length,
      0,
    ),
    boardReads: tabs.reduce((count, { reads }) => count + reads(), 0),
  };
}

function missing(
  seqs: readonly number[],
  { since, end }: { since: number; end: number },
  covered: readonly { from: number; to: number }[],
) {
  const arrived = new Set(seqs);
  return Array.from({ length: end - since }, (_, at) => since + 1 + at).filter(
    (seq) => !arrived.has(seq) && !covered.some(({ from, to }) => seq > from && seq <= to),
  );
}

/** Random numbers that a failure can be repeated with. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As `until`, for what takes longer on a busy machine. */
export async function waitFor(what: string, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 6; round++) if (await until(what, isSo).catch(() => false)) return;
  throw new Error(`Waited too long for ${what}`);
}
