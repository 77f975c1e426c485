import { startRepositoryCopies } from "../jobs/prepare-repo.ts";
import type { Part } from "../part.ts";
import { startMerging } from "./merging.ts";

/** Makes registered repositories ready and moves their default branches. */
export const merging: Part = {
  name: "merging",
  async start({ runtime, log }) {
    const copies = startRepositoryCopies(runtime, { log });
    const merges = startMerging(runtime, { log });
    return async () => {
      await merges.stop();
      await copies.stop();
    };
  },
};
