import { z } from "zod";
import { id } from "../ids.ts";

export const startSampleInput = z.strictObject({});
export const startedSample = z.object({ teamId: id.describe("The team it works in; open its board.") });
