import type { Page } from "playwright";
import { z } from "zod";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTasks, updateTask } from "#server/tasks/service.ts";
import { figure, median, now, quantile, round } from "../figure.ts";
import { as, openRuntimeOn } from "../installation.ts";
import { openLoop, until } from "../load/open-loop.ts";
import { isLive, openBrowser } from "../product/browser.ts";
import { startProduct } from "../product/product.ts";

/** As many as a column shows without scrolling. */
const cards = 6;
const stamps = z.array(z.tuple([z.number(), z.number()]));

/** From the commit of a card's new title to the frame in which Chromium has painted it, on the board of a running product. */
export async function paintFigures({
  paints,
  perSecond,
  repeats,
}: {
  paints: number;
  perSecond: number;
  repeats: number;
}) {
  const product = await startProduct();
  const { runtime, close } = await openRuntimeOn(product.databaseUrl, product.dataDir, 5);
  try {
    const { orgId, teamId } = product;
    const tasks = await as(runtime, orgId, (context) =>
      createTasks(
        context,
        Array.from({ length: cards }, (_, index) => createTaskInput.parse({ teamId, title: `Paint ${index} of none` })),
      ),
    );
    const browser = await openBrowser(product);
    await watchTitles(browser.page);
    const rename = (index: number) =>
      as(runtime, orgId, (context) =>
        updateTask(context, { task: tasks[index % cards] ?? "", title: `Paint ${index % cards} of ${index}` }),
      );
    let index = 0;
    const runs: number[][] = [];
    let lost = 0;
    for (let repeat = -1; repeat < repeats; repeat++) {
      const committed = new Map<number, number>();
      // The first one only warms up: the page, the worker and the planner.
      const count = repeat < 0 ? 20 : paints;
      const from = index;
      index += count;
      await openLoop(count, perSecond, async (nth) => {
        await rename(from + nth);
        committed.set(from + nth, now());
      });
      const painted = new Map<number, number>();
      await until(
        "all to be painted",
        async () => {
          for (const [what, at] of stamps.parse(await browser.page.evaluate("painted.splice(0)")))
            painted.set(what, at);
          return painted.has(index - 1);
        },
        10,
      );
      await isLive(browser.page);
      if (repeat < 0) continue;
      const times = [...committed].flatMap(([what, at]) => (painted.has(what) ? [(painted.get(what) ?? at) - at] : []));
      lost += committed.size - times.length;
      runs.push(times);
    }
    await browser.close();
    const of = (q: number) => round(median(runs.map((times) => quantile(times, q))), 1);
    figure({
      figure: "events: commit → painted in Chromium",
      changesPerSecond: perSecond,
      changes: paints,
      repeats,
      p50_ms: of(0.5),
      p95_ms: of(0.95),
      p99_ms: of(0.99),
      neverPainted: lost,
      goal_p95_ms: 50,
    });
  } finally {
    await close();
    await product.stop();
  }
}

/**
 * Notes each new title of a card after the frame that shows it: the next frame begins, and what follows it runs when that
 * frame is painted. A title written within a frame's own callbacks counts one frame too many.
 */
async function watchTitles(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.painted = [];
    const seen = new Set();
    const afterPaint = (then) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(0);
    });
    new MutationObserver(() => {
      const fresh = [];
      for (const title of document.querySelectorAll("[data-card] h3")) {
        const number = /^Paint \\d+ of (\\d+)$/.exec(title.textContent)?.[1];
        if (number !== undefined && !seen.has(number)) fresh.push(Number(number));
        if (number !== undefined) seen.add(number);
      }
      if (fresh.length > 0) afterPaint(() => {
        const at = performance.timeOrigin + performance.now();
        for (const number of fresh) painted.push([number, at]);
      });
    }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
}
