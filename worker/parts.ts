import { beat } from "./beat.ts";
import type { Part } from "./part.ts";
import { realtime } from "./realtime-part.ts";

/** Everything a worker does, in the order it starts; it stops in the opposite one. */
export const parts: readonly Part[] = [realtime, beat];
