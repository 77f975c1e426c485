import { basename } from "node:path";
import type { Readable } from "node:stream";
import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { execute } from "../execute.ts";
import { openInside, partsOf } from "../tools/confined.ts";
import { workspacePath } from "../workspaces/place.ts";
import { packFolder } from "./archive.ts";
import { download, upload } from "./stream-operations.ts";
import { takeFile } from "./writing.ts";

/** Answers `PUT /api/workspaces/<id>/upload?path=`: the body is the file, `application/octet-stream`, over what is there. */
export function answerUpload(door: Door, request: Request, workspaceId: string): Promise<Response> {
  return answer(door, request, async (caller) => {
    const { workspace } = await execute(
      upload,
      caller.runtime,
      caller.actor,
      { workspaceId, path: pathOf(request) },
      caller,
    );
    const files = workspacePath(caller.runtime.settings, workspace.orgId, workspace.id);
    if (!/^application\/octet-stream\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
      throw new AppError("invalid", 'Send the bytes of the file with "content-type: application/octet-stream".');
    if (!request.body) throw new AppError("invalid", "Send the file as the body.");
    const limitBytes = caller.runtime.config.uploadLimitKilobytes * 1024;
    return Response.json(await takeFile(files, pathOf(request), bytesOf(request.body), limitBytes));
  });
}

/** Answers `GET /api/workspaces/<id>/download?path=`: a file as it is, a folder (or, without a path, all) as tar.gz. */
export function answerDownload(door: Door, request: Request, workspaceId: string): Promise<Response> {
  return answer(door, request, async (caller) => {
    const path = pathOf(request);
    const { workspace } = await execute(download, caller.runtime, caller.actor, { workspaceId, path }, caller);
    const files = workspacePath(caller.runtime.settings, workspace.orgId, workspace.id);
    const handle = await openInside(files, partsOf(path));
    const stats = await handle.stat();
    if (stats.isFile()) {
      const stream = handle.createReadStream({ end: Math.max(stats.size - 1, 0) });
      const headers = { ...fileHeaders(basename(path)), "content-type": "application/octet-stream" };
      return new Response(webStream(stream), { headers: { ...headers, "content-length": String(stats.size) } });
    }
    await handle.close();
    const name = `${(path === "" ? workspace.name : basename(path)).replaceAll(/[^\w.-]+/g, "-")}.tar.gz`;
    const headers = { ...fileHeaders(name), "content-type": "application/gzip" };
    return new Response(webStream(await packFolder(files, path)), { headers });
  });
}

type Caller = Awaited<ReturnType<typeof enter>>;

async function answer(door: Door, request: Request, work: (caller: Caller) => Promise<Response>): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    return await work(await enter(door, request, requestId));
  } catch (error) {
    return refusal(explain(door, error, requestId));
  }
}

const pathOf = (request: Request): string => new URL(request.url).searchParams.get("path") ?? "";

/** Whatever it is, the browser keeps it and shows nothing of it. */
const fileHeaders = (name: string) => ({
  "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store, no-transform",
});

/** Node's streams as the web's; whoever hangs up ends the reading. */
function webStream(stream: Readable): ReadableStream<Uint8Array> {
  const chunks = stream.iterator();
  return new ReadableStream({
    async pull(controller) {
      const next: IteratorResult<unknown> = await chunks.next();
      if (next.done) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(next.value);
    },
    cancel: () => void stream.destroy(),
  });
}

async function* bytesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
      if (value) yield value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
