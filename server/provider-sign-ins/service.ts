import { and, eq, isNull, sql } from "drizzle-orm";
import type { DeviceAuthorizationResponse } from "oauth4webapi";
import type { z } from "zod";
import { providerSignIns, signInProviders } from "#db/schema/provider-sign-ins.ts";
import type { Context } from "../context.ts";
import { requireFittingName } from "../credentials/service.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { encryptSecret, openSecrets } from "../keyring.ts";
import type { setSignInProviderInput } from "./schema.ts";

type ProviderRow = typeof signInProviders.$inferSelect;

/** The longest that a code is polled for, whatever a provider says. */
const mostSeconds = 3_600;

/**
 * Lets people sign in at a provider with a code, or changes how. Who has signed in already stays with what it was then.
 * @returns its id. @throws AppError invalid for an address without TLS that nobody trusts.
 */
export async function setSignInProvider(
  context: Context,
  offered: z.output<typeof setSignInProviderInput>,
): Promise<string> {
  requireFittingName(offered);
  for (const url of [offered.baseUrl, offered.deviceUrl, offered.tokenUrl]) requireSafe(context, url);
  const { tx, actor } = context;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`credentials|${actor.orgId}`}, 0))`);
  const id = (await findByName(context, offered.provider))?.id ?? newId();
  await record(context, "credential.sign_in_offered", [{ subject: id, data: offered }]);
  return id;
}

/** Tokens go there: only over TLS, but for what whoever runs this installation trusts. */
function requireSafe({ settings }: Context, text: string): void {
  const { protocol, host, hostname } = new URL(text);
  const isTrusted = settings.trustedHosts.some((trusted) => trusted === host || trusted === hostname);
  if (protocol === "https:" || isTrusted) return;
  throw new AppError("invalid", `${text} is not https: tokens would be read by others on their way.`);
}

/** Nobody signs in there any more; who did so stays signed in. @throws AppError not_found */
export async function removeSignInProvider(context: Context, id: string): Promise<void> {
  const { tx, actor } = context;
  const [row] = await tx
    .select()
    .from(signInProviders)
    .where(and(eq(signInProviders.orgId, actor.orgId), eq(signInProviders.id, id), isNull(signInProviders.removedAt)))
    .for("update");
  if (!row) throw new AppError("not_found", `There is no sign-in ${id} here. list_sign_in_providers shows them.`);
  await record(context, "credential.sign_in_withdrawn", [{ subject: id, data: { provider: row.provider } }]);
}

/** @throws AppError not_found */
export async function findSignInProvider(context: Context, provider: string): Promise<ProviderRow> {
  const row = await findByName(context, provider);
  if (row) return row;
  throw new AppError(
    "not_found",
    `Nobody set up a sign-in at ${provider}. list_provider_sign_ins shows where one can sign in; save_own_credential takes a key.`,
  );
}

async function findByName({ tx, actor }: Context, provider: string): Promise<ProviderRow | undefined> {
  const [row] = await tx
    .select()
    .from(signInProviders)
    .where(
      and(
        eq(signInProviders.orgId, actor.orgId),
        eq(signInProviders.provider, provider),
        isNull(signInProviders.removedAt),
      ),
    );
  return row;
}

/**
 * Keeps the code that a provider gave for the actor; one that was under way for the same provider is over. Polled by the
 * worker from now on. @returns its id.
 */
export async function keepSignIn(
  context: Context,
  server: Pick<ProviderRow, "provider" | "api" | "baseUrl" | "tokenUrl" | "clientId">,
  given: DeviceAuthorizationResponse,
): Promise<string> {
  const { tx, actor, settings } = context;
  const { provider, api, baseUrl, tokenUrl, clientId } = server;
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`sign-in|${actor.orgId}|${actor.id}|${provider}`}, 0))`,
  );
  await tx
    .update(providerSignIns)
    .set({ status: "cancelled", deviceCode: null, problem: "Another one was begun.", endedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(providerSignIns.orgId, actor.orgId),
        eq(providerSignIns.userId, actor.id),
        eq(providerSignIns.provider, provider),
        eq(providerSignIns.status, "pending"),
      ),
    );
  const id = newId();
  const { keyring } = openSecrets(settings.dataDir);
  const seconds = Math.min(Math.max(given.expires_in, 1), mostSeconds);
  // RFC 8628, 3.2: without an interval five seconds.
  const intervalSeconds = Math.ceil(Math.min(Math.max(given.interval ?? 5, 1), 300));
  await tx.insert(providerSignIns).values({
    ...{ orgId: actor.orgId, id, userId: actor.id, userName: actor.name, provider, api, baseUrl, tokenUrl, clientId },
    deviceCode: encryptSecret(keyring, given.device_code, deviceCodeAt(actor.orgId, id)),
    userCode: given.user_code.slice(0, 100),
    verificationUri: pageOf(given.verification_uri, provider),
    verificationUriComplete: given.verification_uri_complete ? pageOf(given.verification_uri_complete, provider) : null,
    intervalSeconds,
    nextPollAt: sql`clock_timestamp() + make_interval(secs => ${intervalSeconds})`,
    expiresAt: sql`clock_timestamp() + make_interval(secs => ${seconds})`,
    ...{ status: "pending", createdAt: context.now },
  });
  return id;
}

/** A person follows it: a page, and nothing that a browser would run. */
function pageOf(uri: string, provider: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url && uri.length <= 1_000 && (url.protocol === "https:" || url.protocol === "http:")) return url.href;
  throw new AppError("unavailable", `${provider} named no page where the code could be typed.`);
}

/** Where the device code of a sign-in stands. */
export const deviceCodeAt = (orgId: string, rowId: string) => ({
  ...{ orgId, rowId, table: "provider_sign_ins", column: "device_code" },
});

/** The actor does not want to sign in any more. What is over stays as it is. @throws AppError not_found */
export async function cancelSignIn({ tx, actor }: Context, id: string): Promise<void> {
  const own = and(
    eq(providerSignIns.orgId, actor.orgId),
    eq(providerSignIns.id, id),
    sql`${providerSignIns.userId}::text = ${actor.id}`,
  );
  const [row] = await tx.select().from(providerSignIns).where(own).for("update");
  if (!row) throw new AppError("not_found", `There is no sign-in ${id} of yours. list_provider_sign_ins shows them.`);
  if (row.status !== "pending") return;
  await tx
    .update(providerSignIns)
    .set({ status: "cancelled", deviceCode: null, problem: "It was cancelled.", endedAt: sql`clock_timestamp()` })
    .where(own);
}
