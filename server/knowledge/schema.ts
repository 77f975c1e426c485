import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

const mostDocumentCharacters = 500_000;
const title = z.string().trim().min(1).max(200);
const body = z.string().min(1).max(mostDocumentCharacters).describe("Text or Markdown.");
const team = id.nullable().describe("The team that finds it; null: the whole organization.");

const source = z.object({
  id,
  teamId: id.nullable(),
  kind: z.enum(["document", "repo"]),
  title: z.string(),
  repoId: id.nullable(),
  addedBy: author,
  addedAt: isoTime,
  files: z.int(),
  chunks: z.int(),
  indexing: z.object({
    status: z.enum(["queued", "running", "done", "failed", "cancelled"]),
    filesTotal: z.int(),
    filesDone: z.int(),
    chunksDone: z.int(),
    error: z.string().nullable(),
    finishedAt: isoTime.nullable(),
  }),
});
export type KnowledgeSource = z.output<typeof source>;

export const listKnowledgeInput = z.strictObject({});
export const knowledgeList = z.object({ sources: z.array(source) });
export const sourceResult = z.object({ source });
export const addDocumentInput = z.strictObject({ title, body, teamId: team });
export const addRepoInput = z.strictObject({ repoId: id });
export const replaceDocumentInput = z.strictObject({ sourceId: id, title, body });
export const sourceInput = z.strictObject({ sourceId: id });
export const removedSource = z.object({ removed: z.literal(true) });

export const searchKnowledgeInput = z.strictObject({
  query: z.string().trim().min(1).max(1_000).describe("What you want to know, in words."),
  limit: z.int().min(1).max(20).default(8),
});
export const lookupInput = z.strictObject({
  name: z.string().trim().min(1).max(200).describe("A type, function or word, exactly; `find*` for all that begin so."),
  limit: z.int().min(1).max(20).default(8),
});
export const hit = z.object({
  source: z.string(),
  path: z.string(),
  firstLine: z.int(),
  lastLine: z.int(),
  text: z.string(),
  score: z.number(),
});
export type Hit = z.output<typeof hit>;
export const hitList = z.object({ hits: z.array(hit).describe("The best first.") });
