import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { ProviderSignIn, providerSignInList, SignInProvider } from "./schema.ts";

/** Where people sign in with a code. */
export const listSignInProviders = (context: Context): Promise<SignInProvider[]> => readProviders(context, sql`true`);

/** One of them. */
export async function readSignInProvider(context: Context, id: string): Promise<SignInProvider> {
  const [found] = await readProviders(context, sql`p.id = ${id}`);
  if (!found) throw new Error("a sign-in that was just set up cannot be read");
  return found;
}

function readProviders({ tx, actor }: Context, where: SQL): Promise<SignInProvider[]> {
  return tx.execute<
    SignInProvider & Record<string, unknown>
  >(sql`select p.id, p.provider, p.api, p.base_url as "baseUrl",
      p.device_url as "deviceUrl", p.token_url as "tokenUrl", p.client_id as "clientId", p.scopes, ${isoTime(sql`p.updated_at`)} as "updatedAt"
    from sign_in_providers p where p.org_id = ${actor.orgId} and p.removed_at is null and ${where} order by p.provider limit 200`);
}

/** Where the actor may sign in, and how their own sign-ins of the last hour stand. */
export async function listOwnSignIns(context: Context): Promise<z.output<typeof providerSignInList>> {
  const providers = await listSignInProviders(context);
  const recent = await readSignIns(context, sql`s.created_at > now() - interval '2 hours'`);
  const signIns = [...Map.groupBy(recent, ({ provider }) => provider).values()].flatMap(([newest]) => newest ?? []);
  return { providers: providers.map(({ provider, baseUrl, tokenUrl }) => ({ provider, baseUrl, tokenUrl })), signIns };
}

/** One sign-in of the actor. */
export async function readSignIn(context: Context, id: string): Promise<ProviderSignIn> {
  const [found] = await readSignIns(context, sql`s.id = ${id}`);
  if (!found) throw new Error("a sign-in that was just begun cannot be read");
  return found;
}

function readSignIns({ tx, actor }: Context, where: SQL): Promise<ProviderSignIn[]> {
  return tx.execute<
    ProviderSignIn & Record<string, unknown>
  >(sql`select s.id, s.provider, s.status, s.user_code as "userCode",
      s.verification_uri as "verificationUri", s.verification_uri_complete as "verificationUriComplete", s.problem,
      ${isoTime(sql`s.expires_at`)} as "expiresAt"
    from provider_sign_ins s where s.org_id = ${actor.orgId} and s.user_id::text = ${actor.id} and ${where} order by s.id desc limit 100`);
}
