import { z } from "zod";
import { isoTime } from "../ids.ts";

export const pingInput = z.strictObject({});
export const pingResult = z.object({
  name: z.string().describe("As whom you act here."),
  role: z.string(),
  time: isoTime,
});
