import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";

const manifest = z.object({ rootMainFiles: z.array(z.string()) });

/** Kilobytes of JavaScript, as gzip sends them, that the script tags of a page name; old browsers' polyfills are not sent to new ones. */
export async function scriptsOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const page = await fetch(url, { headers });
  if (!page.ok) throw new Error(`${url} answers ${page.status}`);
  const tags = (await page.text()).match(/<script[^>]*\ssrc="[^"]+"[^>]*>/g) ?? [];
  const sources = tags.filter((tag) => !/\snomodule/i.test(tag)).map((tag) => /\ssrc="([^"]+)"/.exec(tag)?.[1] ?? "");
  let bytes = 0;
  for (const source of new Set(sources)) {
    const script = await fetch(new URL(source, url), { headers: { "accept-encoding": "identity" } });
    bytes += gzipSync(Buffer.from(await script.arrayBuffer())).length;
  }
  return bytes / 1_000;
}

/** What every page of this build loads whatever it shows: React, the router and the bundler, as in an empty app. */
export function scriptsOfFramework(): number {
  const build = join(import.meta.dirname, "..", "..", ".next");
  const { rootMainFiles } = manifest.parse(JSON.parse(readFileSync(join(build, "build-manifest.json"), "utf8")));
  return rootMainFiles.reduce((sum, file) => sum + gzipSync(readFileSync(join(build, file))).length, 0) / 1_000;
}
