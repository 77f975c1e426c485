import { z } from "zod";
import { pauseModes } from "#db/enums.ts";

// What the events of many nouns are made of.
export const id = z.uuid();
export const text = z.string();
export const at = z.iso.datetime();
export const none = z.object({});
export const colleague = z.object({ kind: z.enum(["agent", "user"]), id });
export const paused = z.object({ reason: text, mode: z.enum(pauseModes).default("drain") });
/** Events of before say neither. */
export const resumed = z.object({ pausedSeconds: z.int(), pausedBy: text }).partial();
