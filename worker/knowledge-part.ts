import { AppError } from "#server/errors.ts";
import { answerQuery, listOpenQueries } from "#server/knowledge/asking.ts";
import { embedderOf } from "#server/knowledge/embedder.ts";
import { indexSource, listDueSources } from "#server/knowledge/indexing.ts";
import { searchByMeaning } from "#server/knowledge/searching.ts";
import { locksOf } from "./locks.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

/** Indexes documents and repositories, one source of an organization at a time, and answers who asks for a search. */
export const knowledge: Part = {
  name: "knowledge",
  async start({ runtime, log, signal }) {
    const locks = locksOf(runtime.db.$client);
    const stopping = new AbortController();
    const until = AbortSignal.any([signal, stopping.signal]);
    const indexing = startRounds(log, async () => {
      for (const due of await listDueSources(runtime)) {
        if (until.aborted) return;
        const release = await locks.take(`knowledge|${due.orgId}`);
        if (!release) continue;
        try {
          await indexSource(runtime, due, until);
        } finally {
          await release();
        }
      }
    });
    const answering = startRounds(log, async () => {
      for (const query of await listOpenQueries(runtime)) {
        const teams = query.teamIds ?? "all";
        const found = await searchByMeaning(runtime, { ...query, teams }).catch((error: unknown) => {
          if (!(error instanceof AppError)) log.error({ error, orgId: query.orgId }, "a search failed");
          return error instanceof AppError ? error.message : "The search failed; the server's log says why.";
        });
        await answerQuery(runtime, query, found);
      }
    });
    const off = runtime.wake.on("knowledge_asked", () => {
      indexing.ask();
      answering.ask();
    });
    indexing.ask();
    return async () => {
      off();
      stopping.abort();
      await Promise.all([indexing.stop(), answering.stop()]);
      await embedderOf(runtime).close();
    };
  },
};
