import { sql } from "drizzle-orm";
import {
  bigserial,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, bytes, createdAt, id, moment, orgId } from "../columns.ts";
import { teams } from "./organizations.ts";
import { repos } from "./repos.ts";

const lexemes = customType<{ data: string }>({ dataType: () => "tsvector" });

/** What agents may look things up in: a text that people gave, or a repository of a team. */
export const knowledgeSources = snakeCase.table(
  "knowledge_sources",
  {
    orgId: orgId(),
    id: id(),
    /** Whose it is; null: of the whole organization. */
    teamId: uuid(),
    kind: text({ enum: ["document", "repo"] }).notNull(),
    title: text().notNull(),
    repoId: uuid(),
    /** SHA-256 of a document's text, hex. The text itself stands in `knowledge_texts`. */
    contentHash: text(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    /** A repository is a source once. */
    uniqueIndex("knowledge_sources_repo").on(table.orgId, table.repoId).where(sql`removed_at is null`),
  ],
);

/** The texts of documents, which no event holds: they may be taken away for good. */
export const knowledgeTexts = snakeCase.table(
  "knowledge_texts",
  { orgId: orgId(), sourceId: uuid().notNull(), body: text().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.sourceId] })],
);

/** Indexing a source: the row is the job. Operational. */
export const knowledgeJobs = snakeCase.table(
  "knowledge_jobs",
  {
    orgId: orgId(),
    sourceId: uuid().notNull(),
    requestedAt: createdAt(),
    startedAt: moment(),
    finishedAt: moment(),
    cancelledAt: moment(),
    filesTotal: integer().notNull().default(0),
    filesDone: integer().notNull().default(0),
    chunksDone: integer().notNull().default(0),
    /** The commit of a repository that is (being) indexed. */
    head: text(),
    error: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.sourceId] }),
    /** The worker: what is to be indexed? */
    index("knowledge_jobs_due").on(table.requestedAt).where(sql`finished_at is null and cancelled_at is null`),
  ],
);

/** What of a source is indexed, and as it was when: a file that did not change is not indexed again. */
export const knowledgeFiles = snakeCase.table(
  "knowledge_files",
  {
    orgId: orgId(),
    sourceId: uuid().notNull(),
    path: text().notNull(),
    contentHash: text().notNull(),
    /** What made its vectors. */
    model: text().notNull(),
    chunks: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.sourceId, table.path] })],
);

/** A piece of a file with its meaning as a vector and its words. */
export const knowledgeChunks = snakeCase.table(
  "knowledge_chunks",
  {
    orgId: orgId(),
    id: id(),
    sourceId: uuid().notNull(),
    path: text().notNull(),
    firstLine: integer().notNull(),
    lastLine: integer().notNull(),
    body: text().notNull(),
    model: text().notNull(),
    /** One signed byte a dimension, scaled by its own largest: the cosine stays, and 100,000 take 38 MB. */
    vector: bytes().notNull(),
    words: lexemes().generatedAlwaysAs(sql`to_tsvector('simple', body)`),
    /** Grows with each chunk, so that a process that holds the vectors asks for newer ones only. */
    stamp: bigserial({ mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Replacing a file; all of a source. */
    index("knowledge_chunks_file").on(table.orgId, table.sourceId, table.path),
    /** Loading vectors. */
    index("knowledge_chunks_stamp").on(table.orgId, table.stamp),
    /** Looking words up. */
    index("knowledge_chunks_words").using("gin", table.words),
  ],
);

/** A search that waits for the worker, which has the model. Operational; trimmed after an hour. */
export const knowledgeQueries = snakeCase.table(
  "knowledge_queries",
  {
    orgId: orgId(),
    id: id(),
    /** Teams whose sources are searched besides the organization's; null: all. */
    teamIds: uuid().array(),
    query: text().notNull(),
    most: integer().notNull(),
    askedAt: createdAt(),
    answeredAt: moment(),
    answer: jsonb().$type<unknown>(),
    error: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** The worker: what is asked? */
    index("knowledge_queries_open").on(table.askedAt).where(sql`answered_at is null`),
  ],
);
