import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const createWebhook = defineOperation({
  name: "create_webhook",
  summary: "Open an endpoint for GitHub, GitLab or anything that signs. Its secret is shown once.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { secret: true },
  input: schema.createWebhookInput,
  output: schema.webhookWithSecret,
  run: async (context, input) => {
    const { id, secret } = await service.createWebhook(context, input);
    return { webhook: await queries.readWebhook(context, id), secret };
  },
});

export const listWebhooks = defineOperation({
  name: "list_webhooks",
  summary: "List the endpoints for webhooks: address, provider, filter, when something came last.",
  kind: "read",
  permission: "webhooks:manage",
  input: schema.listWebhooksInput,
  output: schema.webhookList,
  run: queries.listWebhooks,
});

export const updateWebhook = defineOperation({
  name: "update_webhook",
  summary: "Change an endpoint's name, filter or repository, or switch it off and on.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { idempotent: true },
  input: schema.updateWebhookInput,
  output: schema.webhookResult,
  run: async (context, input) => ({
    webhook: await queries.readWebhook(context, await service.updateWebhook(context, input)),
  }),
});

export const rotateWebhookSecret = defineOperation({
  name: "rotate_webhook_secret",
  summary: "Give an endpoint another secret; the old one stays good for some hours. The new one is shown once.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { secret: true },
  input: schema.rotateWebhookSecretInput,
  output: schema.webhookWithSecret,
  run: async (context, input) => {
    const secret = await service.rotateSecret(context, input);
    return { webhook: await queries.readWebhook(context, input.webhookId), secret };
  },
});

export const deleteWebhook = defineOperation({
  name: "delete_webhook",
  summary: "Close an endpoint for good. The tasks it made stay.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { destructive: true },
  input: schema.webhookInput,
  output: schema.webhookResult,
  run: async (context, { webhookId }) => {
    const webhook = await queries.readWebhook(context, webhookId);
    if (webhook.githubApp)
      throw new AppError(
        "conflict",
        `${webhook.name} is the endpoint of a GitHub App. remove_github_app closes it and forgets the App's secrets.`,
      );
    await service.deleteWebhook(context, webhookId);
    return { webhook };
  },
});

export const listWebhookDeliveries = defineOperation({
  name: "list_webhook_deliveries",
  summary: "List what came in through webhooks and what came of it, newest first; refused deliveries too.",
  kind: "read",
  permission: "webhooks:manage",
  input: schema.listDeliveriesInput,
  output: schema.deliveryPage,
  run: queries.listDeliveries,
});

export const getWebhookDelivery = defineOperation({
  name: "get_webhook_delivery",
  summary: "Read one delivery with its headers and payload.",
  kind: "read",
  permission: "webhooks:manage",
  input: schema.deliveryInput,
  output: schema.deliveryDetailResult,
  run: async (context, { deliveryId }) => ({ delivery: await queries.readDeliveryDetail(context, deliveryId) }),
});

export const replayDelivery = defineOperation({
  name: "replay_delivery",
  summary: "Process a delivery once more. It brings its task up to date and never makes a second one.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { idempotent: true },
  input: schema.deliveryInput,
  output: schema.deliveryResult,
  run: async (context, { deliveryId }) => ({
    delivery: await queries.readDelivery(context, await service.replayDelivery(context, deliveryId)),
  }),
});
