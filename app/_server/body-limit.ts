import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./refuse.ts";

/**
 * Refuses a body that is declared too large before a byte of it is read, and cuts one that grows too large unannounced.
 * Returns true when it has answered.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, limitBytes: number): boolean {
  const message = `The body is larger than ${Math.floor(limitBytes / 1024)} KB.`;
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) {
    response.setHeader("connection", "close");
    refuse(response, "too_large", message);
    return true;
  }
  if (request.headers["transfer-encoding"] === undefined) return false;
  // Counted where the parser hands bytes over: a listener for `data` would take them from the one who reads.
  const push = request.push.bind(request);
  let received = 0;
  request.push = (chunk, encoding) => {
    received += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (received <= limitBytes) return push(chunk, encoding);
    request.push = () => false;
    response.setHeader("connection", "close");
    refuse(response, "too_large", message);
    request.destroy();
    return false;
  };
  return false;
}
