import { randomBytes } from "node:crypto";
import { and, eq, isNull, lte } from "drizzle-orm";
import { webhookSecrets } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { newId } from "../ids.ts";
import { decryptSecret, encryptSecret, type Keyring, openSecrets } from "../keyring.ts";

type SecretRow = Pick<typeof webhookSecrets.$inferSelect, "orgId" | "id" | "sealed">;

/**
 * A fresh secret in the form of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. GitHub and GitLab take the
 * whole text as their secret.
 */
export const makeWebhookSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** Makes a secret the current one of an endpoint; the one before stays good until `oldUntil`, or ends now. */
export async function keepSecret(
  { tx, actor, settings, now }: Context,
  { webhookId, secret, oldUntil }: { webhookId: string; secret: string; oldUntil: Date | null },
): Promise<void> {
  const ofWebhook = and(eq(webhookSecrets.orgId, actor.orgId), eq(webhookSecrets.webhookId, webhookId));
  await tx.delete(webhookSecrets).where(oldUntil ? and(ofWebhook, lte(webhookSecrets.expiresAt, now)) : ofWebhook);
  if (oldUntil)
    await tx
      .update(webhookSecrets)
      .set({ expiresAt: oldUntil })
      .where(and(ofWebhook, isNull(webhookSecrets.expiresAt)));
  const id = newId();
  const { keyring } = openSecrets(settings.dataDir);
  const sealed = encryptSecret(keyring, secret, placeOf({ orgId: actor.orgId, id }));
  await tx.insert(webhookSecrets).values({ orgId: actor.orgId, id, webhookId, sealed, createdAt: now });
}

/** Takes every secret of an endpoint away: nothing can be signed for it any more. */
export async function forgetSecrets({ tx, actor }: Context, webhookId: string): Promise<void> {
  await tx
    .delete(webhookSecrets)
    .where(and(eq(webhookSecrets.orgId, actor.orgId), eq(webhookSecrets.webhookId, webhookId)));
}

/** Opens a sealed secret, for the door that checks signatures. */
export const openSecret = (keyring: Keyring, row: SecretRow): string =>
  decryptSecret(keyring, row.sealed, placeOf(row));

const placeOf = ({ orgId, id }: { orgId: string; id: string }) => ({
  ...{ orgId, table: "webhook_secrets", rowId: id, column: "sealed" },
});
