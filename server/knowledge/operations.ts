import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { askToSearch, awaitHits } from "./asking.ts";
import { lookUp, readSources } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listKnowledge = defineOperation({
  name: "list_knowledge",
  summary: "List the documents and repositories that can be searched, and how far each is indexed.",
  kind: "read",
  permission: "task:read",
  input: schema.listKnowledgeInput,
  output: schema.knowledgeList,
  run: async (context) => ({ sources: await readSources(context) }),
});

export const searchKnowledge = defineOperation({
  name: "search_knowledge",
  summary: "Search the organization's documents and repositories by meaning: ask in your own words.",
  kind: "wait",
  permission: "task:read",
  input: schema.searchKnowledgeInput,
  output: schema.hitList,
  run: askToSearch,
  finish: async (id, _, context) => ({ hits: await awaitHits(id, context) }),
});

export const lookupType = defineOperation({
  name: "lookup_type",
  summary: "Look a type, function or word up by its exact name in the organization's documents and repositories.",
  kind: "read",
  permission: "task:read",
  input: schema.lookupInput,
  output: schema.hitList,
  run: async (context, input) => ({ hits: await lookUp(context, input) }),
});

export const addDocument = defineOperation({
  name: "add_document",
  summary: "Add a text or Markdown document that agents can search.",
  kind: "command",
  permission: "repos:manage",
  input: schema.addDocumentInput,
  output: schema.sourceResult,
  run: async (context, input) => one(context, await service.addDocument(context, input)),
});

export const addRepoKnowledge = defineOperation({
  name: "add_repo_knowledge",
  summary: "Have a repository indexed, so that agents can search it; again whenever its default branch moves.",
  kind: "command",
  permission: "repos:manage",
  hints: { idempotent: true },
  input: schema.addRepoInput,
  output: schema.sourceResult,
  run: async (context, { repoId }) => one(context, await service.addRepo(context, repoId)),
});

export const replaceDocument = defineOperation({
  name: "replace_document",
  summary: "Put another text in the place of a document's; only what changed is indexed again.",
  kind: "command",
  permission: "repos:manage",
  hints: { idempotent: true },
  input: schema.replaceDocumentInput,
  output: schema.sourceResult,
  run: async (context, input) => {
    await service.replaceDocument(context, input);
    return one(context, input.sourceId);
  },
});

export const reindexKnowledge = defineOperation({
  name: "reindex_knowledge",
  summary: "Index a source again: only what changed is done.",
  kind: "command",
  permission: "repos:manage",
  hints: { idempotent: true },
  input: schema.sourceInput,
  output: schema.sourceResult,
  run: async (context, { sourceId }) => {
    await service.reindexSource(context, sourceId);
    return one(context, sourceId);
  },
});

export const cancelIndexing = defineOperation({
  name: "cancel_indexing",
  summary: "Stop indexing a source; what is done stays.",
  kind: "command",
  permission: "repos:manage",
  input: schema.sourceInput,
  output: schema.sourceResult,
  run: async (context, { sourceId }) => {
    await service.cancelIndexing(context, sourceId);
    return one(context, sourceId);
  },
});

export const removeKnowledge = defineOperation({
  name: "remove_knowledge",
  summary: "Take a document or repository out of what agents can search, with everything that was made of it.",
  kind: "command",
  permission: "repos:manage",
  hints: { destructive: true },
  input: schema.sourceInput,
  output: schema.removedSource,
  run: async (context, { sourceId }) => {
    await service.removeSource(context, sourceId);
    return { removed: true as const };
  },
});

async function one(context: Context, id: string) {
  const [source] = await readSources(context, sql`k.id = ${id}`);
  if (!source) throw new AppError("not_found", `There is no source ${id} here.`);
  return { source };
}
