import { createHash } from "node:crypto";
import { extname } from "node:path";

/** What browsers show as images and cannot run. An SVG is a document with scripts: it is shown as text. */
const images: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
  ".ico": "image/x-icon",
};

export const imageTypeOf = (path: string): string | undefined => images[extname(path).toLowerCase()];

/** A file is text when its beginning is UTF-8 without zero bytes. */
export function isText(head: Buffer, isWhole: boolean): boolean {
  if (head.includes(0)) return false;
  try {
    // The cut may go through a character.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
}

/** What a file holds, in few characters: the same content has the same version, whoever wrote it when. */
export const versionOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("base64url");
