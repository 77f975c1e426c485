import { lstat, mkdir, rename } from "node:fs/promises";
import { AppError } from "../errors.ts";
import { inWords, openInside, partsOf, withFolder, writeInside } from "../tools/confined.ts";
import { versionOf } from "./content.ts";
import { mostTextBytes } from "./schema.ts";

/**
 * Writes a text file whole or not at all, over just the version its writer has read.
 * @throws AppError conflict where it changed meanwhile.
 */
export async function writeFile(
  workspace: string,
  { path, text, version }: { path: string; text: string; version?: string | null | undefined },
): Promise<{ path: string; outcome: "created" | "replaced"; bytes: number; version: string }> {
  const parts = partsOf(path);
  const content = Buffer.from(text, "utf8");
  if (content.length > mostTextBytes)
    throw new AppError("too_large", `A text of more than ${mostTextBytes / 1024} KB is uploaded, not written.`);
  if (version !== undefined) {
    const now = await versionNow(workspace, parts);
    if (now !== version)
      throw new AppError(
        "conflict",
        now === null
          ? `${path} is gone meanwhile. Leave the version out to make it again.`
          : `${path} was changed meanwhile. Read it again, or leave the version out to overwrite it.`,
      );
  }
  const outcome = await writeInside(workspace, parts, content);
  return { path: parts.join("/"), outcome, bytes: content.length, version: versionOf(content) };
}

/** Makes a folder with those above it; one that is there is no fault. */
export async function createFolder(workspace: string, path: string): Promise<{ path: string; created: boolean }> {
  const parts = namedParts(path);
  return withFolder(workspace, parts.slice(0, -1), { create: true }, async (at) => {
    const name = parts.at(-1) ?? "";
    const made = await mkdir(at(name)).then(
      () => true,
      async (error: unknown) => {
        if ((await lstat(at(name)).catch(() => null))?.isDirectory()) return false;
        throw exists(error) ? taken(parts) : inWords(error, parts.join("/"));
      },
    );
    return { path: parts.join("/"), created: made };
  });
}

/** Moves a file or folder to a path that nothing has yet, making the folders above it. */
export async function renameFile(workspace: string, from: string, to: string): Promise<{ path: string }> {
  const [source, target] = [namedParts(from), namedParts(to)];
  if (target.slice(0, source.length).join("/") === source.join("/") && target.length > source.length)
    throw new AppError("invalid", `${to} is inside of ${from}.`);
  return withFolder(workspace, source.slice(0, -1), { create: false }, async (fromAt) => {
    const old = fromAt(source.at(-1) ?? "");
    await lstat(old).catch((error: unknown) => {
      throw inWords(error, source.join("/"));
    });
    return withFolder(workspace, target.slice(0, -1), { create: true }, async (toAt) => {
      const fresh = toAt(target.at(-1) ?? "");
      if (await lstat(fresh).catch(() => null)) throw taken(target);
      await rename(old, fresh).catch((error: unknown) => {
        throw inWords(error, source.join("/"));
      });
      return { path: target.join("/") };
    });
  });
}

/** Something to delete that is there. @throws AppError not_found. */
export async function requireThere(workspace: string, path: string): Promise<string> {
  const parts = namedParts(path);
  await withFolder(workspace, parts.slice(0, -1), { create: false }, (at) =>
    lstat(at(parts.at(-1) ?? "")).catch((error: unknown) => {
      throw inWords(error, parts.join("/"));
    }),
  );
  return parts.join("/");
}

/** Takes a stream for a file: whole or not at all. @throws AppError too_large beyond the limit, with nothing left behind. */
export async function takeFile(
  workspace: string,
  path: string,
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<{ path: string; outcome: "created" | "replaced"; bytes: number }> {
  const parts = namedParts(path);
  let bytes = 0;
  async function* counted() {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > limitBytes)
        throw new AppError("too_large", `A file of more than ${limitBytes / 1024 / 1024} MB is not taken.`);
      yield chunk;
    }
  }
  const outcome = await writeInside(workspace, parts, counted());
  return { path: parts.join("/"), outcome, bytes };
}

async function versionNow(workspace: string, parts: readonly string[]): Promise<string | null> {
  const handle = await openInside(workspace, parts).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (!handle) return null;
  try {
    const { size } = await handle.stat();
    // Larger than what anybody could have read here: not what they saw, in any case.
    if (size > mostTextBytes) return "";
    return versionOf(await handle.readFile());
  } catch (error) {
    throw inWords(error, parts.join("/"));
  } finally {
    await handle.close();
  }
}

function namedParts(path: string): string[] {
  const parts = partsOf(path);
  if (parts.length > 0) return parts;
  throw new AppError("invalid", "Name a file or folder in the workspace, not the workspace itself.");
}

const exists = (error: unknown) => error instanceof Error && "code" in error && error.code === "EEXIST";
const taken = (parts: readonly string[]) =>
  new AppError("conflict", `There is ${parts.join("/")} already. Choose another name, or delete it first.`);
