import type { Readable, Writable } from "node:stream";

/**
 * What is spoken between a box's init and the server: frames of one byte of kind, four of length (big endian) and
 * data. A connection begins with one HEAD each way; then those of a program carry its streams.
 */
export const HEAD = 0;
/** To the program: its input. From it: its output. */
export const DATA = 1;
/** To the program: no more input. From it: its standard error. */
export const OTHER = 2;
export const EXIT = 3;

const HEADER_BYTES = 5;
/** A larger frame is cut into several; one that claims to be larger is a fault, or an attack from inside. */
const MAX_BYTES = 64 * 1024;

export interface Frame {
  kind: number;
  data: Buffer;
}

/** Frames as they come. Takes not a byte more than asked for, so what follows may be of another kind. */
export interface Frames {
  /** The next one; null at the end. */
  next(): Promise<Frame | null>;
  /** The stream is somebody else's from now on. */
  release(): void;
}

const CHANGES = ["readable", "end", "close", "error"];

export function readFrames(stream: Readable): Frames {
  let wake = () => {};
  // Listening all the time: a listener added while a part of a frame is there would be called at once, and again, and
  // nothing else would ever run.
  const onChange = () => wake();
  for (const name of CHANGES) stream.on(name, onChange);
  const take = async (bytes: number): Promise<Buffer | null> => {
    for (;;) {
      const chunk: unknown = stream.read(bytes);
      if (Buffer.isBuffer(chunk)) return chunk.length === bytes ? chunk : null;
      if (stream.readableEnded || stream.destroyed) return null;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    next: async () => {
      const header = await take(HEADER_BYTES);
      if (header === null) return null;
      const length = header.readUInt32BE(1);
      if (length > MAX_BYTES) throw new Error(`A frame of ${length} bytes is not possible.`);
      const data = length === 0 ? Buffer.alloc(0) : await take(length);
      return data === null ? null : { kind: header.readUInt8(0), data };
    },
    release: () => {
      for (const name of CHANGES) stream.off(name, onChange);
    },
  };
}

/** Writes data as frames and waits while the other side is slow. False once nobody is there to read. */
export async function writeFrame(stream: Writable, kind: number, data: Buffer | string): Promise<boolean> {
  const bytes = Buffer.from(data);
  for (let from = 0; from === 0 || from < bytes.length; from += MAX_BYTES) {
    const part = bytes.subarray(from, from + MAX_BYTES);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(kind, 0);
    header.writeUInt32BE(part.length, 1);
    if (!(await writeWhole(stream, Buffer.concat([header, part])))) return false;
  }
  return true;
}

/** Writes and waits for room. False when the stream is closed. */
export async function writeWhole(stream: Writable, data: Buffer): Promise<boolean> {
  if (stream.destroyed || stream.writableEnded) return false;
  if (!stream.write(data)) await oneOf(stream, ["drain", "close", "error", "finish"]);
  return !stream.destroyed;
}

function oneOf(stream: NodeJS.EventEmitter, names: string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of names) stream.off(name, done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
  });
}
