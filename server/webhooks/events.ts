import { z } from "zod";
import { deliveryStatuses, webhookProviders } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const webhookEvents = {
  "webhook.created": z.object({
    provider: z.enum(webhookProviders),
    name: text,
    repoId: id.nullable(),
    events: z.array(text),
    label: text.nullable(),
  }),
  "webhook.updated": z
    .object({ name: text, enabled: z.boolean(), repoId: id.nullable(), events: z.array(text), label: text.nullable() })
    .partial(),
  "webhook.secret_rotated": z.object({ oldUntil: at.nullable() }),
  "webhook.deleted": none,
  /** What came of a delivery whose signature was right; the subject is its line in the log of deliveries. */
  "webhook.delivered": z.object({
    webhookId: id,
    event: text,
    action: text.nullable(),
    status: z.enum(deliveryStatuses),
    result: text,
  }),
} as const;
