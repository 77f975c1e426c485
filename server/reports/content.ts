import { createHash } from "node:crypto";
import { extname } from "node:path";
import type { ReportKind } from "#db/enums.ts";
import { AppError } from "../errors.ts";
import { inWords, openInside, partsOf } from "../tools/confined.ts";
import { mostReportBytes } from "./schema.ts";

const endings: Record<string, ReportKind> = {
  ...{ ".md": "markdown", ".markdown": "markdown", ".txt": "markdown" },
  ...{ ".html": "html", ".htm": "html", ".pdf": "pdf", ".json": "json" },
};

/** What a report is by the ending of its name; undefined: nothing that is shown here. */
export const kindByName = (name: string): ReportKind | undefined => endings[extname(name).toLowerCase()];

/** The bytes of a file of a working copy, by its real place. @throws AppError too_large, invalid */
export async function readReportFile(files: string, path: string): Promise<Uint8Array> {
  const handle = await openInside(files, partsOf(path));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new AppError("invalid", `${path} is no file.`);
    if (stats.size > mostReportBytes) throw tooLarge();
    // The file may grow while it is read.
    const buffer = Buffer.alloc(mostReportBytes + 1);
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, stats.size + 1), 0);
    if (bytesRead > mostReportBytes) throw tooLarge();
    return new Uint8Array(buffer.subarray(0, bytesRead));
  } catch (error) {
    throw inWords(error, path);
  } finally {
    await handle.close();
  }
}

/** @throws AppError invalid where the bytes are not what the kind says. */
export function refuseOtherThan(kind: ReportKind, data: Uint8Array): void {
  if (data.length === 0) throw new AppError("invalid", "The report is empty.");
  if (kind === "pdf") {
    if (Buffer.from(data.subarray(0, 5)).toString("latin1") === "%PDF-") return;
    throw new AppError("invalid", "That is no PDF: it does not begin with %PDF-.");
  }
  const text = readText(data);
  if (text === undefined || text.includes("\0"))
    throw new AppError("invalid", "A report of this kind is text in UTF-8.");
  if (kind === "json") parseJson(text);
}

/** What can be searched and shown of a report: up to so many characters. */
export function textOf(kind: ReportKind, data: Uint8Array, most: number): { text: string; truncated: boolean } | null {
  if (kind === "pdf") return null;
  const text = readText(data) ?? "";
  return { text: text.slice(0, most), truncated: text.length > most };
}

export const sha256Of = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

function readText(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError("invalid", `That is no JSON: ${why.slice(0, 200)}`);
  }
}

const tooLarge = () => new AppError("too_large", `A report has ${mostReportBytes / 1_000_000} MB at most.`);
