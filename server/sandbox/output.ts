import { StringDecoder } from "node:string_decoder";

/** Keeps the beginning and the end of an output of any length in bounded memory. */
export class OutputKeeper {
  #limit: number;
  #onOutput: ((text: string) => void) | undefined;
  #head: Buffer[] = [];
  #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #decoder = new StringDecoder("utf8");
  totalBytes = 0;

  constructor(limitBytes: number, onOutput?: (text: string) => void) {
    this.#limit = limitBytes;
    this.#onOutput = onOutput;
  }

  get truncated(): boolean {
    return this.totalBytes > this.#limit;
  }

  add(chunk: Buffer): void {
    const shown = chunk.subarray(0, Math.max(0, this.#limit - this.totalBytes));
    if (shown.length > 0) this.#onOutput?.(this.#decoder.write(shown));
    this.totalBytes += chunk.length;
    const room = Math.floor(this.#limit / 4) - this.#headBytes;
    const toHead = chunk.subarray(0, Math.max(0, room));
    if (toHead.length > 0) this.#head.push(toHead);
    this.#headBytes += toHead.length;
    this.#addToTail(chunk.subarray(toHead.length));
  }

  text(): string {
    const tail = Buffer.concat(this.#tail);
    const kept = tail.subarray(Math.max(0, tail.length - (this.#limit - this.#headBytes)));
    const left = this.totalBytes - this.#headBytes - kept.length;
    const gap = left > 0 ? [Buffer.from(`\n… ${left} bytes left out …\n`)] : [];
    // A cut may fall inside a character; it shows as the replacement character.
    return Buffer.concat([...this.#head, ...gap, kept]).toString("utf8");
  }

  #addToTail(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    const room = this.#limit - Math.floor(this.#limit / 4);
    for (let [first] = this.#tail; first && this.#tailBytes - first.length >= room; [first] = this.#tail) {
      this.#tail.shift();
      this.#tailBytes -= first.length;
    }
  }
}
