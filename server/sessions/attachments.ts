import { eq, and, sql } from "drizzle-orm";
import { z } from "zod";
import { sessionAttachments } from "#db/schema/session-chunks.ts";
import type { Context } from "../context.ts";
import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { execute } from "../execute.ts";
import { id, newId } from "../ids.ts";
import { defineOperation } from "../operation.ts";
import { cannot, lockDriven } from "./driven.ts";
import { attachmentLimitKilobytes } from "./schema.ts";

/** Of all files of one session. */
const mostFiles = 200;
const mostBytes = 200 * 1024 * 1024;

/** The body is the file itself, so it has no place in the router, and no part in what is looked through as JSON. */
const addAttachment = (data: Buffer) =>
  defineOperation({
    name: "add_session_attachment",
    summary: "Bring a file to a session, for one of the next messages.",
    kind: "command",
    permission: "session:use",
    input: z.strictObject({ sessionId: id, name: z.string(), mimeType: z.string() }),
    output: z.object({ id, name: z.string(), mimeType: z.string(), size: z.int() }),
    run: (context, input) => keepAttachment(context, { ...input, data }),
  });

/**
 * Answers `POST /api/sessions/<id>/attachments?name=&type=`: the body is the file. Its type is also taken from
 * `content-type`; a browser with a cookie may send bare bytes only.
 */
export async function answerAttachment(door: Door, request: Request, sessionId: string): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const { actor, runtime } = await enter(door, request, requestId);
    const asked = new URL(request.url).searchParams;
    const name = asked.get("name") ?? "";
    const mimeType = asked.get("type") || (request.headers.get("content-type") ?? "");
    const adding = addAttachment(await readFile(request));
    const kept = await execute(adding, runtime, actor, { sessionId, name, mimeType }, { requestId });
    return Response.json(kept, { status: 201 });
  } catch (error) {
    return refusal(explain(door, error, requestId));
  }
}

async function keepAttachment(
  context: Context,
  given: { sessionId: string; name: string; mimeType: string; data: Buffer },
) {
  const session = await lockDriven(context, given.sessionId);
  if (["archived", "removing", "removed"].includes(session.status)) throw cannot(session, "answered");
  const { tx, actor, now } = context;
  const size = given.data.byteLength;
  if (size === 0) throw new AppError("invalid", "The file is empty. Send its bytes as the body.");
  const [had] = await tx
    .select({ files: sql<number>`count(*)::int`, bytes: sql<number>`coalesce(sum(size), 0)::float8` })
    .from(sessionAttachments)
    .where(and(eq(sessionAttachments.orgId, actor.orgId), eq(sessionAttachments.sessionId, session.id)));
  if (had && (had.files >= mostFiles || had.bytes + size > mostBytes))
    throw new AppError(
      "conflict",
      `A session takes ${mostFiles} files and ${mostBytes >> 20} MB in all. Begin another.`,
    );
  const kept = { id: newId(), name: nameOf(given.name), mimeType: typeOf(given.mimeType, given.data), size };
  await tx
    .insert(sessionAttachments)
    .values({ ...kept, orgId: actor.orgId, sessionId: session.id, data: given.data, createdAt: now });
  return kept;
}

async function readFile(request: Request): Promise<Buffer> {
  const limit = attachmentLimitKilobytes * 1024;
  const tooLarge = () =>
    new AppError("too_large", `A file has at most ${limit >> 20} MB here. Put larger ones into the working copy.`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request.body?.values() ?? []) {
    bytes += piece.byteLength;
    if (bytes > limit) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A name for people: without a path, and without what would move or hide the letters around it. */
function nameOf(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? "")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .toWellFormed()
    .trim();
  if (name !== "" && name !== "." && name !== "..") return name.slice(0, 200);
  throw new AppError("invalid", "Name the file: ?name=notes.txt");
}

/** How each begins, by its own specification. */
const beginnings: Record<string, RegExp> = {
  "image/png": /^\x89PNG\r\n\x1a\n/,
  "image/jpeg": /^\xff\xd8\xff/,
  "image/gif": /^GIF8[79]a/,
  "image/webp": /^RIFF[^]{4}WEBP/,
  "application/pdf": /^%PDF-/,
};
const unknown = "application/octet-stream";

/** A picture that is none would be refused by the model in this turn and in every later one: it counts as any file. */
function typeOf(given: string, data: Buffer): string {
  const type = given.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^[a-z]+\/[a-z0-9][\w.+-]{0,80}$/.test(type)) return unknown;
  const beginning = beginnings[type];
  return !beginning || beginning.test(data.subarray(0, 16).toString("latin1")) ? type : unknown;
}
