import { z } from "zod";
import { text, at } from "../events/shapes.ts";

export const priceEvents = {
  "price.set": z.object({
    provider: text,
    model: text,
    inputMicros: z.int(),
    outputMicros: z.int(),
    cacheReadMicros: z.int(),
    cacheWriteMicros: z.int(),
    validFrom: at,
  }),
} as const;
