import type { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { WebhookRow } from "../finding.ts";

/** A delivery whose signature was right, on its way to a processor. */
export interface Delivered {
  webhook: WebhookRow;
  event: string;
  action: string | null;
  headers: Record<string, string>;
  payload: unknown;
  receivedAt: Date;
}

/** What came of it, in words for whoever looks at the log; text of outside is never part of them. */
export interface Outcome {
  status: "processed" | "ignored" | "failed";
  result: string;
  taskId?: string | null;
}

/** What follows from one kind of event. It runs in the delivery's transaction and calls services as the system. */
export interface Processor {
  run(context: Context, delivered: Delivered): Promise<Outcome>;
  /** Also when the endpoint's filter does not name it: what keeps the connection itself right. */
  always?: boolean;
}

export const ignored = (result: string): Outcome => ({ status: "ignored", result });
export const processed = (result: string, taskId: string | null = null): Outcome => ({
  status: "processed",
  result,
  taskId,
});

/** The part of a payload that is needed. @throws AppError invalid naming what is not as the provider documents it. */
export function parsePayload<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.output<Schema> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.slice(0, 3).map(({ path }) => path.map(String).join(".") || "the payload");
  throw new AppError("invalid", `The payload is not as the provider documents it: ${[...new Set(where)].join(", ")}.`);
}
