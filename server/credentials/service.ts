import { and, eq, isNull, sql } from "drizzle-orm";
import {
  modelCredentials as credentials,
  modelCredentialSecrets as credentialSecrets,
  providerPauses,
} from "#db/schema/models.ts";
import type { ActorRef } from "#db/columns.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { withdrawRequestsAbout } from "../human-requests/closing.ts";
import { newId } from "../ids.ts";
import { decryptSecret, encryptSecret, openSecrets } from "../keyring.ts";
import type { Tested } from "./asking-provider.ts";
import type { Endpoint } from "./schema.ts";
import { type CredentialRow, lockCredential } from "./queries.ts";

export interface NewCredential extends Endpoint {
  provider: string;
  /** Whose own it is; null or left out: the organization's. */
  userId?: string | null;
  /** Who saved it, where that is not the actor. */
  by?: ActorRef;
  /** Of a sign-in: `key` is its token. */
  tokens?: { refreshToken: string | null; expiresAt: Date | null; tokenUrl: string; clientId: string };
}

/** What a local model is named after, and only that: its calls cost nothing. */
export const isLocalName = (provider: string): boolean => /^ollama(-|$)/.test(provider);

/** @throws AppError invalid when the name says something else than the API. */
export function requireFittingName({ api, provider }: Pick<NewCredential, "api" | "provider">): void {
  if ((api === "ollama") === isLocalName(provider)) return;
  throw new AppError(
    "invalid",
    api === "ollama"
      ? "Call an Ollama server ollama, or ollama- and more: its calls are free by that name."
      : `${provider} is kept for Ollama servers, whose calls are free. Choose another name.`,
  );
}

/** @throws AppError forbidden for agents: a key of one's own is a person's. */
export function requirePerson({ actor }: Context): void {
  if (actor.kind !== "user" || actor.sessionId)
    throw new AppError("forbidden", "Only people have keys of their own; agents go with the organization's.");
}

/**
 * Keeps a credential that was tested, in the place of the one its provider had. What its refusal had turned off works
 * again. @returns its id.
 */
export async function saveCredential(context: Context, saved: NewCredential, tested: Tested): Promise<string> {
  const { actor, tx } = context;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`credentials|${actor.orgId}`}, 0))`);
  const [known] = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(
      and(
        eq(credentials.orgId, actor.orgId),
        saved.userId ? eq(credentials.userId, saved.userId) : isNull(credentials.userId),
        eq(credentials.provider, saved.provider),
        isNull(credentials.removedAt),
      ),
    );
  const id = known?.id ?? newId();
  await keep(context, id, saved, tested);
  return id;
}

/** Gives a credential another key. @throws AppError not_found */
export async function rotateCredential(
  context: Context,
  { credentialId, key }: { credentialId: string; key: string },
  tested: Tested,
): Promise<void> {
  const { provider, api, baseUrl } = await lockCredential(context, credentialId);
  await keep(context, credentialId, { provider, api, baseUrl, key }, tested);
}

async function keep(context: Context, id: string, saved: NewCredential, tested: Tested): Promise<void> {
  const { actor, tx, settings } = context;
  const { provider, api, baseUrl, key, userId = null, tokens, by } = saved;
  await record(context, "credential.saved", [
    {
      subject: id,
      ...(by ? { actor: by } : {}),
      data: {
        form: tokens ? ("sign_in" as const) : ("key" as const),
        // Of a person's own key nothing is told to those who read the log.
        ...{ userId, provider, api, baseUrl, lastFour: key && !userId ? key.slice(-4) : null },
        ...{
          status: tested.ok ? ("working" as const) : ("refused" as const),
          problem: tested.ok ? null : tested.answer,
        },
        ...{ testAnswer: tested.answer, models: tested.models },
      },
    },
  ]);
  await forget(context, id);
  const { keyring } = openSecrets(settings.dataDir);
  if (key)
    await tx.insert(credentialSecrets).values({
      ...{ orgId: actor.orgId, credentialId: id },
      sealed: encryptSecret(keyring, key, placeOf(actor.orgId, id)),
      ...(tokens
        ? {
            ...{ expiresAt: tokens.expiresAt, tokenUrl: tokens.tokenUrl, clientId: tokens.clientId },
            refreshSealed:
              tokens.refreshToken &&
              encryptSecret(keyring, tokens.refreshToken, placeOf(actor.orgId, id, "refresh_sealed")),
          }
        : {}),
    });
  if (tested.ok)
    await withdrawRequestsAbout(context, { credentialId: id }, `${actor.name} saved the key of ${provider} anew.`);
  // What waits for this provider goes on once the monitor has looked at it again.
  context.hints.push({ topic: "resources_changed", orgId: actor.orgId });
}

/** Takes a credential that is locked away with its key. @throws AppError not_found */
export async function removeCredential(context: Context, { id, provider, userId }: CredentialRow): Promise<void> {
  await record(context, "credential.removed", [{ subject: id, data: { provider, userId } }]);
  await forget(context, id);
  await withdrawRequestsAbout(context, { credentialId: id }, `${context.actor.name} removed the key of ${provider}.`);
}

/** Forgets the keys of a person's own: they left. */
export async function removeCredentialsOf(context: Context, userId: string): Promise<void> {
  const { tx, actor } = context;
  const own = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.orgId, actor.orgId), eq(credentials.userId, userId), isNull(credentials.removedAt)))
    .orderBy(credentials.id)
    .for("update");
  for (const one of own) await removeCredential(context, one);
}

/**
 * Keys of people go to the public internet. An address inside the network is the organization's choice: an own key goes
 * there only as the organization's does.
 * @throws AppError invalid for another address inside, or another API than the organization speaks to this provider.
 */
export async function requireOwnAddress(
  { tx, actor, settings }: Context,
  { provider, api, baseUrl }: NewCredential,
): Promise<void> {
  const [shared] = await tx
    .select()
    .from(credentials)
    .where(
      and(
        eq(credentials.orgId, actor.orgId),
        isNull(credentials.userId),
        eq(credentials.provider, provider),
        isNull(credentials.removedAt),
      ),
    );
  if (shared && shared.api !== api)
    throw new AppError("invalid", `${provider} is spoken to as ${shared.api} here. Choose that, or another name.`);
  const bare = (url: string) => url.replace(/\/+$/, "");
  if (shared && bare(shared.baseUrl) === bare(baseUrl)) return;
  const { host, hostname } = new URL(baseUrl);
  if (settings.trustedHosts.some((trusted) => trusted === host || trusted === hostname))
    throw new AppError(
      "invalid",
      `${host} is inside this network: your own key goes there once the organization has ${provider} at this address.`,
    );
}

async function forget({ tx, actor }: Context, id: string): Promise<void> {
  const [own, paused] = [credentialSecrets, providerPauses];
  await tx.delete(own).where(and(eq(own.orgId, actor.orgId), eq(own.credentialId, id)));
  await tx.delete(paused).where(and(eq(paused.orgId, actor.orgId), eq(paused.credentialId, id)));
}

/** The key of a credential, for a call that is about to be made; null where there is none. */
export function openKey(
  context: Pick<Context, "settings">,
  { orgId, id }: Pick<CredentialRow, "orgId" | "id">,
  sealed: string | null,
): string | null {
  return sealed && decryptSecret(openSecrets(context.settings.dataDir).keyring, sealed, placeOf(orgId, id));
}

/** Where the secrets of a credential stand. */
export const placeOf = (orgId: string, id: string, column: "sealed" | "refresh_sealed" = "sealed") => ({
  ...{ orgId, table: "model_credential_secrets", rowId: id, column },
});
