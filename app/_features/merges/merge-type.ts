import type { z } from "zod";
import type { listedMerge } from "#server/merges/schema.ts";

/** A place in the merge queue, as the lists show it. */
export type Merge = z.output<typeof listedMerge>;
