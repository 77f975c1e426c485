import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { embedderOf } from "#server/knowledge/embedder.ts";
import { searchByMeaning } from "#server/knowledge/searching.ts";
import { addDocument } from "#server/knowledge/service.ts";
import { figure, median, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";

// Knowledge: how many pieces of text the local model makes vectors of in a second, and how long a search by meaning takes
// among many, with the question's own vector, the way to the process that holds the vectors, and the reading of what was
// found. The many are random vectors, filled by SQL: what is measured does not look at what they mean.

const { values } = parseArgs({
  options: {
    texts: { type: "string", default: "256" },
    chunks: { type: "string", default: "100000" },
    searches: { type: "string", default: "60" },
  },
});
const [texts, chunks, searches] = [Number(values.texts), Number(values.chunks), Number(values.searches)];

const bench = await openBench(4);
const { runtime } = bench;
const embedder = embedderOf(runtime);
try {
  const { orgId, teamId } = await addOrg(runtime, 1);
  const piece = (n: number) =>
    `Function ${n} reads the invoice, adds the lines, rounds half up and writes the total. `.repeat(8);
  const [vector = []] = await embedder.embed([piece(0)]);
  const begun = performance.now();
  for (let from = 0; from < texts; from += 32)
    await embedder.embed(Array.from({ length: Math.min(32, texts - from) }, (_, n) => piece(from + n)));
  const seconds = (performance.now() - begun) / 1_000;
  figure({ figure: "embedding", texts, charactersEach: piece(0).length, textsASecond: round(texts / seconds, 1) });

  const sourceId = await as(runtime, orgId, (context) =>
    addDocument(context, { teamId, title: "Many", body: "Invoices." }),
  );
  const fill = performance.now();
  await runtime.db.execute(sql`insert into knowledge_chunks (org_id, id, source_id, path, first_line, last_line, body, model, vector)
    select ${orgId}, gen_random_uuid(), ${sourceId}, 'file-' || n || '.md', 1, 20, 'Piece ' || n || ' about invoices and totals.', ${embedder.model},
      substr(decode((select string_agg(md5(n || ' ' || part), '') from generate_series(1, ${Math.ceil(vector.length / 16)}) part), 'hex'), 1, ${vector.length})
    from generate_series(1, ${chunks}::int) n`);
  const filled = performance.now();
  const search = (n: number) =>
    searchByMeaning(runtime, { orgId, teams: "all", query: `Where is the total of invoice ${n} rounded?`, most: 8 });
  await search(0);
  const loaded = performance.now();
  const took: number[] = [];
  for (let n = 1; n <= searches; n++) {
    const asked = performance.now();
    const hits = await search(n);
    took.push(performance.now() - asked);
    if (hits.length !== 8) throw new Error(`a search found ${hits.length} pieces instead of 8`);
  }
  figure({
    ...{ figure: "search by meaning", chunks, dimensions: vector.length },
    ...{ p50_ms: round(median(took), 1), p99_ms: round(quantile(took, 0.99), 1) },
    firstSearch_ms: round(loaded - filled, 0),
    filled_ms: round(filled - fill, 0),
  });
} finally {
  await embedder.close();
  await bench.close();
}
process.exit(0);
