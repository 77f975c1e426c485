import { parseArgs } from "node:util";
import { z } from "zod";
import { figure, median, quantile, round } from "./figure.ts";
import { openBrowser } from "./product/browser.ts";
import { call, openTerminal, openWorkspace } from "./product/calling.ts";
import { startProduct } from "./product/product.ts";

// What a large change costs to look at beside a session: so many files and changed lines, from the press on Changes until the
// first file stands coloured, and the frames while one scrolls through all of it.

const { values } = parseArgs({
  options: { files: { type: "string", default: "200" }, lines: { type: "string", default: "5000" } },
});
const [files, lines] = [Number(values.files), Number(values.lines)];
const each = Math.ceil(lines / files);
const scrolled = z.object({ frames: z.array(z.number()), nodes: z.number(), height: z.number() });

const product = await startProduct();
try {
  const workspaceId = await openWorkspace(product);
  const terminal = await openTerminal(product, workspaceId);
  const program = `for f in $(seq ${files}); do for l in $(seq ${each}); do echo "export const line$l = $l * $f;"; done > file$f.ts; done; echo do''ne`;
  await terminal.say(`${program}\r`, "done");
  terminal.close();
  const { session } = await call(
    product,
    "create_session",
    { teamId: product.teamId, workspaceId },
    z.object({ session: z.object({ id: z.string() }) }),
  );
  const { page, boardUrl, close } = await openBrowser(product);
  await page.goto(boardUrl.replace(/\/board.*$/, `/sessions/${session.id}?pane=files`));
  await page.getByRole("tab", { name: "Files" }).waitFor();
  const shown = page.getByRole("region", { name: "Changes", exact: true });
  const opened: number[] = [];
  for (let round = 0; round < 5; round++) {
    await page.getByRole("tab", { name: "Files" }).click();
    await shown.waitFor({ state: "hidden" });
    const begun = performance.now();
    await page.getByRole("tab", { name: "Changes" }).click();
    await shown.getByText(`line${each} =`).first().waitFor({ timeout: 60_000 });
    opened.push(performance.now() - begun);
  }
  const looked = scrolled.parse(
    await shown.evaluate(async (element) => {
      const times: number[] = [];
      let last = await new Promise<number>(requestAnimationFrame);
      while (element.scrollTop + element.clientHeight < element.scrollHeight - 2) {
        element.scrollTop += 400;
        const now = await new Promise<number>(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return {
        frames: times,
        nodes: document.querySelectorAll("diffs-container").length,
        height: element.scrollHeight,
      };
    }),
  );
  figure({
    figure: "diffs: many files beside a session",
    files,
    lines,
    first_ms: round(opened[0] ?? 0, 0),
    again_p50_ms: round(median(opened.slice(1)), 0),
    frame_p50_ms: round(median(looked.frames), 1),
    frame_p95_ms: round(quantile(looked.frames, 0.95), 1),
    frame_max_ms: round(Math.max(...looked.frames), 0),
    frames: looked.frames.length,
    diffs_in_page: looked.nodes,
  });
  await close();
} finally {
  await product.stop();
}
