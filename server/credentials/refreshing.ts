import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Context, Runtime } from "../context.ts";
import { decryptSecret, encryptSecret, openSecrets } from "../keyring.ts";
import { CallFailure } from "../llm/failures.ts";
import { insist } from "../llm/settling.ts";
import { askForNextTokens } from "../provider-sign-ins/asking-server.ts";
import { placeOf } from "./service.ts";

interface Kept extends Record<string, unknown> {
  sealed: string;
  refreshSealed: string | null;
  tokenUrl: string | null;
  clientId: string | null;
  isStale: boolean;
  isOver: boolean;
  isMine: boolean;
}

type Transact = <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;

/** A token is renewed when it ends within this time. */
const renewBeforeSeconds = 60;
/** Longer than a request for the next one may take: when it is over, who asked is dead. */
const holdSeconds = 25;
const mostWaitMs = 40_000;

/**
 * The token of a sign-in for a call now, the next one where this one ends soon. Of all processes one asks for it, since a
 * provider may take a refresh token once only; the others wait, or go on with a token that still holds.
 * @throws CallFailure key, when the person has to sign in anew; passing, when the provider does not answer.
 */
export async function freshToken(
  { settings, log }: Pick<Runtime, "settings" | "log">,
  { orgId, id, provider }: { orgId: string; id: string; provider: string },
  transact: Transact,
): Promise<string> {
  const { keyring } = openSecrets(settings.dataDir);
  const signInAnew = (why: string) =>
    new CallFailure("key", `${why}. Sign in at ${provider} again: Settings → Models and keys.`);
  for (const end = Date.now() + mostWaitMs; Date.now() < end; await delay(150)) {
    const kept = await transact((context) => claim(context, id));
    if (!kept) throw signInAnew("The sign-in was removed");
    const current = () => decryptSecret(keyring, kept.sealed, placeOf(orgId, id));
    const { refreshSealed, tokenUrl, clientId } = kept;
    if (!kept.isStale) return current();
    if (refreshSealed === null || tokenUrl === null || clientId === null) {
      if (!kept.isOver) return current();
      throw signInAnew("The sign-in is over, and it cannot be renewed");
    }
    if (!kept.isMine) {
      if (!kept.isOver) return current();
      continue;
    }
    const refreshToken = decryptSecret(keyring, refreshSealed, placeOf(orgId, id, "refresh_sealed"));
    const granted = await askForNextTokens(settings, { tokenUrl, clientId }, refreshToken);
    if (granted.ok) {
      const sealed = encryptSecret(keyring, granted.accessToken, placeOf(orgId, id));
      const next = granted.refreshToken
        ? encryptSecret(keyring, granted.refreshToken, placeOf(orgId, id, "refresh_sealed"))
        : refreshSealed;
      // Who asked again with the former refresh token would be taken for a thief: these must be kept.
      await insist(
        () =>
          transact(({ tx }) =>
            tx.execute(sql`update model_credential_secrets set sealed = ${sealed}, refresh_sealed = ${next}, refreshing_until = null,
            expires_at = clock_timestamp() + make_interval(secs => ${granted.expiresInSeconds}::float8)
          where org_id = ${orgId} and credential_id = ${id} and refresh_sealed = ${refreshSealed}`),
          ),
        log,
      );
      return granted.accessToken;
    }
    // Also what is refused is let go of: a person may have signed in anew meanwhile.
    await transact(({ tx }) =>
      tx.execute(sql`update model_credential_secrets set refreshing_until = clock_timestamp() + interval '1 second'
        where org_id = ${orgId} and credential_id = ${id} and refresh_sealed = ${refreshSealed}`),
    );
    if (!kept.isOver) return current();
    if (granted.code === null) throw new CallFailure("passing", `${provider} renews no sign-in now: ${granted.words}`);
    throw signInAnew(`${provider} does not renew the sign-in: ${granted.words}`);
  }
  throw new CallFailure("passing", `The sign-in at ${provider} was not renewed in time.`);
}

/** The tokens; where the next is due and nobody asks for it, this process does from now on. */
async function claim({ tx, actor }: Context, id: string): Promise<Kept | undefined> {
  const [kept] = await tx.execute<Kept>(sql`with found as (
      select s.*, coalesce(s.expires_at <= clock_timestamp() + make_interval(secs => ${renewBeforeSeconds}), false) as stale
        from model_credential_secrets s where s.org_id = ${actor.orgId} and s.credential_id = ${id} for update
    ), mine as (
      update model_credential_secrets s set refreshing_until = clock_timestamp() + make_interval(secs => ${holdSeconds})
        from found f where s.org_id = f.org_id and s.credential_id = f.credential_id and f.stale and f.refresh_sealed is not null
          and (f.refreshing_until is null or f.refreshing_until < clock_timestamp())
      returning 1)
    select f.sealed, f.refresh_sealed as "refreshSealed", f.token_url as "tokenUrl", f.client_id as "clientId", f.stale as "isStale",
      coalesce(f.expires_at <= clock_timestamp() + interval '2 seconds', false) as "isOver", exists (select 1 from mine) as "isMine"
    from found f`);
  return kept;
}
