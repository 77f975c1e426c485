import { z } from "zod";
import { id, isoTime } from "../ids.ts";

/** Text that the dashboard edits; larger ones are downloaded. */
export const mostTextBytes = 1024 * 1024;
/** An image that is shown as it is read. */
export const mostImageBytes = 2 * 1024 * 1024;

const path = z.string().min(1).max(1_000).describe("Relative to the workspace, such as src/main.ts.");
const folder = z.string().max(1_000).default("").describe("A folder, relative to the workspace. Empty: all of it.");

const fileKinds = ["file", "folder", "link", "other"] as const;
export const fileEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(fileKinds),
  bytes: z.int(),
  modifiedAt: isoTime,
});
export type FileEntry = z.output<typeof fileEntry>;

export const listFilesInput = z.strictObject({
  workspaceId: id,
  path: folder,
  limit: z.int().min(1).max(5_000).default(1_000),
});
export const fileList = z.object({ path: z.string(), entries: z.array(fileEntry), truncated: z.boolean() });

export const searchFilesInput = z.strictObject({
  workspaceId: id,
  query: z.string().min(1).max(200).describe("Taken as it is, no pattern."),
  in: z.enum(["names", "content"]).default("content").describe("Paths of files, or the lines in them."),
  path: folder,
  caseSensitive: z.boolean().default(false),
  limit: z.int().min(1).max(1_000).default(200),
});
export const searchResult = z.object({
  matches: z.array(
    z.object({
      path: z.string(),
      line: z.int().nullable().describe("Null where the name matched."),
      text: z.string().nullable(),
    }),
  ),
  truncated: z.boolean(),
});
export type SearchResult = z.output<typeof searchResult>;

export const readFileInput = z.strictObject({ workspaceId: id, path });
export const fileContent = z.object({
  path: z.string(),
  bytes: z.int(),
  kind: z.enum(["text", "image", "binary"]),
  mimeType: z.string(),
  text: z.string().nullable().describe("Null for what is no text."),
  base64: z.string().nullable().describe("Of an image that is not too large."),
  truncated: z.boolean().describe("There is more than is shown: download it."),
  version: z
    .string()
    .nullable()
    .describe("Give it back when writing: a file that changed meanwhile is not overwritten."),
  modifiedAt: isoTime,
});
export type FileContent = z.output<typeof fileContent>;

export const writeFileInput = z.strictObject({
  workspaceId: id,
  path,
  text: z.string().max(mostTextBytes).describe("All of the file."),
  version: z
    .string()
    .max(100)
    .nullable()
    .optional()
    .describe("The one that was read; null: only where there is no file yet. Left out: whatever is there."),
});
export const writtenFile = z.object({
  path: z.string(),
  outcome: z.enum(["created", "replaced"]),
  bytes: z.int(),
  version: z.string(),
});
export const createFolderInput = z.strictObject({ workspaceId: id, path });
export const createdFolder = z.object({ path: z.string(), created: z.boolean() });
export const renameFileInput = z.strictObject({
  workspaceId: id,
  path,
  newPath: path.describe("The new path, which nothing has yet."),
});
export const renamedFile = z.object({ path: z.string() });
export const deleteFileInput = z.strictObject({
  workspaceId: id,
  path: path.describe("A file, or a folder with all in it."),
});
export const deletedFile = z.object({ deleted: z.literal(true) });
