import { parseArgs } from "node:util";
import { memberActor } from "#server/auth/actor.ts";
import { execute } from "#server/execute.ts";
import { getBoard, listTasks } from "#server/tasks/operations.ts";
import { figure, median, round } from "./figure.ts";
import { addOrg, openBench, openRuntimeOn } from "./installation.ts";
import { inTurns } from "./load/autocannon.ts";
import { openBrowser } from "./product/browser.ts";
import { startProduct } from "./product/product.ts";
import { openBoard } from "./reading/board.ts";
import { openWatched } from "./reading/buffers.ts";
import { fillTasks } from "./reading/fill.ts";
import { scriptsOf, scriptsOfFramework } from "./reading/scripts.ts";

// What reading many tasks costs (performance goals, rows 8 and 11): a page of a list of a million, a board of ten thousand
// from the database to the browser, and the JavaScript that the busiest page loads.

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,1000000" },
    samples: { type: "string", default: "300" },
    board: { type: "string", default: "10000" },
    seconds: { type: "string", default: "4" },
    repeats: { type: "string", default: "3" },
    parts: { type: "string", default: "pages,board" },
  },
});
const [samples, boardTasks, repeats] = [Number(values.samples), Number(values.board), Number(values.repeats)];
const parts = values.parts.split(",");
const call = { requestId: "bench" };
const ownerOf = (orgId: string) => memberActor({ id: orgId, name: "Bench" }, { orgId, role: "owner", teams: [] });

if (parts.includes("pages")) await pageFigures(values.sizes.split(",").map(Number));
if (parts.includes("board")) await boardFigures();

async function pageFigures(sizes: readonly number[]) {
  const bench = await openBench(4);
  const watched = await openWatched(bench.url, bench.runtime);
  try {
    const lists = [];
    for (const size of sizes) {
      const org = await addOrg(bench.runtime, 1);
      await fillTasks(bench.client, org, size);
      const input = { teamId: org.teamId, limit: 50, before: Math.ceil(size / 2) };
      const read = () => execute(listTasks, watched.runtime, ownerOf(org.orgId), input, call);
      lists.push({ size, orgId: org.orgId, read, times: new Array<number>() });
    }
    for (let sample = -20; sample < samples; sample++) {
      for (const { read, times } of lists) {
        const begun = performance.now();
        await read();
        if (sample >= 0) times.push(performance.now() - begun);
      }
    }
    const smallest = median(lists[0]?.times ?? []);
    for (const { size, orgId, read, times } of lists) {
      const page = (await watched.statementsOf(read)).find(({ query }) => query.includes("order by t.number desc"));
      const explained = page && (await watched.explain(page, orgId));
      figure({
        figure: "lists: a page of 50 in the middle",
        tasks: size,
        samples,
        p50_ms: round(median(times)),
        ratio: round(median(times) / smallest),
        goal: 1.3,
        query_ms: explained?.milliseconds,
        buffers: explained?.buffers,
        buffersGoal: 60,
        buffersOfTheWholeOperation: await watched.touchedBy(read),
      });
    }
  } finally {
    await watched.close();
    await bench.close();
  }
}

async function boardFigures() {
  const product = await startProduct();
  const { orgId, teamId, url, apiKey } = product;
  const { runtime, client, close } = await openRuntimeOn(product.databaseUrl, product.dataDir, 4);
  try {
    await fillTasks(client, { orgId, teamId }, boardTasks);
    const times: number[] = [];
    let bytes = 0;
    for (let sample = -10; sample < samples / 3; sample++) {
      const begun = performance.now();
      const board = await execute(getBoard, runtime, ownerOf(orgId), { teamId }, call);
      if (sample >= 0) times.push(performance.now() - begun);
      bytes = JSON.stringify(board).length;
    }
    const browser = await openBrowser(product);
    const opened = await openBoard(browser.page, browser.boardUrl, repeats * 3);
    const begun = performance.now();
    const html = await (await fetch(browser.boardUrl, { headers: { cookie: browser.cookie } })).arrayBuffer();
    figure({
      figure: "lists: a board of many tasks",
      tasks: boardTasks,
      server_p50_ms: round(median(times)),
      json_kB: round(bytes / 1_000, 0),
      page_ms: round(performance.now() - begun, 0),
      page_kB: round(html.byteLength / 1_000, 0),
      ...opened,
    });
    await scriptFigures(url, browser);
    await browser.close();
    await trpcFigure({ url, apiKey, teamId });
  } finally {
    await close();
    await product.stop();
  }
}

async function scriptFigures(url: string, { boardUrl, cookie }: { boardUrl: string; cookie: string }) {
  const framework = scriptsOfFramework();
  for (const [page, kB] of [
    ["board", await scriptsOf(boardUrl, { cookie })],
    ["sign-in", await scriptsOf(`${url}/sign-in`)],
  ] as const) {
    figure({
      figure: "lists: first-load JavaScript, gzip",
      page,
      kB: round(kB, 1),
      framework_kB: round(framework, 1),
      ratio: round(kB / framework),
      goal_kB: 215,
    });
  }
}

async function trpcFigure({ url, apiKey, teamId }: { url: string; apiKey: string; teamId: string }) {
  const ask = (path: string, input: object) => ({
    url: `${url}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const rates = await inTurns(
    { page: ask("tasks.list", { teamId, limit: 50 }), empty: ask("platform.ping", {}) },
    { repeats, seconds: Number(values.seconds) },
  );
  figure({
    figure: "lists: a page over tRPC, against an empty query",
    perSecond: round(median(rates.page), 0),
    empty_perSecond: round(median(rates.empty), 0),
    ratio: round(median(rates.page) / median(rates.empty)),
    goal: 0.7,
  });
}
