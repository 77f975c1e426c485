import type { IncomingMessage } from "node:http";
import { parseAndValidateFlightRouterState } from "next/dist/server/app-render/parse-and-validate-flight-router-state.js";

const TREE = "next-router-state-tree";

/**
 * Can what is asked for be read at all? Next fails, as if it were a fault of ours, over a path that is no UTF-8, `*`, and
 * another server's address.
 */
export function isReadableTarget({ url = "/" }: IncomingMessage): boolean {
  try {
    return url.startsWith("/") && decodeURIComponent(url.split("?", 1)[0] ?? "") !== "";
  } catch {
    return false;
  }
}

/** Takes away what a client says of the page it shows when that makes no sense: it then gets the whole page instead of a failure. */
export function dropUnreadableTree({ headers }: IncomingMessage): void {
  try {
    parseAndValidateFlightRouterState(headers[TREE]);
  } catch {
    delete headers[TREE];
  }
}
