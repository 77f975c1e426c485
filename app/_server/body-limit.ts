import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./refuse.ts";

/** A client that is still sending hears of a refusal only when it is done: so much more is read for it, and thrown away. */
const drainedBytes = 16 * 1024 * 1024;
const drainedMilliseconds = 5_000;

/**
 * Refuses a body that is declared too large, and one that grows too large unannounced: at the most `limitBytes` reach
 * anybody. The rest is read without being kept, within bounds, so that the refusal arrives; beyond them the line is cut.
 * Returns true when it has answered, or will.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, limitBytes: number): boolean {
  const message = `The body is larger than ${Math.floor(limitBytes / 1024)} KB.`;
  const say = () => {
    response.setHeader("connection", "close");
    refuse(response, "too_large", message);
  };
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) {
    if (Number(request.headers["content-length"]) > limitBytes + drainedBytes) say();
    else drain(request, say);
    return true;
  }
  if (request.headers["transfer-encoding"] === undefined) return false;
  // Counted where the parser hands bytes over: a listener for `data` would take them from the one who reads.
  const push = request.push.bind(request);
  let received = 0;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    say();
    request.destroy();
  };
  request.push = (chunk, encoding) => {
    received += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (received <= limitBytes) return push(chunk, encoding);
    // Whoever reads the body waits for more, until the answer has gone out over their heads.
    if (chunk === null || received > limitBytes + drainedBytes) end();
    else if (!isOver) setTimeout(end, drainedMilliseconds).unref();
    return true;
  };
  return false;
}

/** Reads to the end, or until it takes too long, and then goes on. */
function drain(request: IncomingMessage, then: () => void): void {
  const timer = setTimeout(then, drainedMilliseconds);
  request.once("end", () => {
    clearTimeout(timer);
    then();
  });
  request.once("error", () => clearTimeout(timer));
  request.resume();
}
