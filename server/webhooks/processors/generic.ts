import { z } from "zod";
import { taskTypes } from "#db/enums.ts";
import type { Context } from "../../context.ts";
import { applyItem } from "../items.ts";
import { repoOf } from "../sources.ts";
import { type Delivered, type Outcome, parsePayload, type Processor } from "./processor.ts";
import { webUrl } from "./reading.ts";

/**
 * The mapping that the page documents. `id` names a thing of the sender's: sent again with it, its task is brought up to
 * date; without it every delivery is a task of its own.
 */
const task = z.object({
  title: z.string().min(1).max(2_000),
  description: z.string().max(200_000).default(""),
  id: z.union([z.string().min(1).max(200), z.int()]).optional(),
  url: z.string().optional(),
  labels: z.array(z.string()).max(100).default([]),
  type: z.enum(taskTypes).default("feature"),
  state: z.enum(["open", "closed"]).default("open"),
});

async function processTask(context: Context, { webhook, payload, headers, receivedAt }: Delivered): Promise<Outcome> {
  const { id, url, ...given } = parsePayload(task, payload);
  const repo = await repoOf(context, webhook, null);
  const seconds = Number(headers["webhook-timestamp"]);
  return applyItem(context, webhook, {
    ...{
      provider: "generic",
      noun: "item",
      externalId: `${webhook.id}/${id ?? `delivery ${headers["webhook-id"] ?? ""}`}`,
    },
    ...given,
    // Signed with the delivery, so it is the sender's own order of things.
    changedAt: Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : receivedAt,
    ...{ url: webUrl(url), isFirst: false, repoId: repo?.id ?? null },
  });
}

export const genericProcessors: readonly (readonly [string, Processor])[] = [["task", { run: processTask }]];
