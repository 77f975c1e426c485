import * as oauth from "oauth4webapi";
import { z } from "zod";
import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { guardedFetch } from "../outgoing/guarded-fetch.ts";

/** Where a provider lets devices sign in, and as which client we come. */
interface Server {
  tokenUrl: string;
  clientId: string;
  deviceUrl?: string;
}

/** What a provider said to a request for tokens: them, or why not, by the words of RFC 6749 and RFC 8628. */
export type Granted =
  | { ok: true; accessToken: string; refreshToken: string | null; expiresInSeconds: number | null }
  /** `code` is null when it did not answer, or not in a way that says anything: it may be asked again. */
  | { ok: false; code: string | null; words: string };

const secondsToAnswer = 10;

/** Asks for a code to show to a person. @throws AppError unavailable, with what the provider answered. */
export async function askForCode(
  settings: Settings,
  server: Required<Server>,
  scopes: string,
): Promise<oauth.DeviceAuthorizationResponse> {
  try {
    const parameters = scopes ? { scope: scopes } : new URLSearchParams();
    const response = await oauth.deviceAuthorizationRequest(
      ...partiesOf(server),
      parameters,
      optionsOf(settings, server),
    );
    return await oauth.processDeviceAuthorizationResponse(...firstOf(server), await tidy(response));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("unavailable", `${new URL(server.deviceUrl).host} gave no code: ${wordsOf(error)}`);
  }
}

/** Asks whether the person said yes by now (RFC 8628, 3.4). Never throws. */
export const askForTokens = (settings: Settings, server: Server, deviceCode: string): Promise<Granted> =>
  grantedBy(async () => {
    const [as, client, none] = partiesOf(server);
    const response = await oauth.deviceCodeGrantRequest(as, client, none, deviceCode, optionsOf(settings, server));
    return oauth.processDeviceCodeResponse(as, client, await tidy(response));
  });

/** Asks for the next tokens (RFC 6749, 6). Never throws. */
export const askForNextTokens = (settings: Settings, server: Server, refreshToken: string): Promise<Granted> =>
  grantedBy(async () => {
    const [as, client, none] = partiesOf(server);
    const response = await oauth.refreshTokenGrantRequest(as, client, none, refreshToken, optionsOf(settings, server));
    return oauth.processRefreshTokenResponse(as, client, await tidy(response));
  });

async function grantedBy(ask: () => Promise<oauth.TokenEndpointResponse>): Promise<Granted> {
  try {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds, token_type } = await ask();
    if (token_type !== "bearer")
      return { ok: false, code: "token_type", words: `its tokens are of the type ${token_type}, not bearer` };
    if (!/^[\x21-\x7e]{1,16000}$/.test(accessToken))
      return { ok: false, code: "token", words: "its token is not one that can be sent" };
    return { ok: true, accessToken, refreshToken: refreshToken ?? null, expiresInSeconds: seconds ?? null };
  } catch (error) {
    const code = error instanceof oauth.ResponseBodyError ? error.error : null;
    return { ok: false, code, words: wordsOf(error) };
  }
}

const firstOf = ({ deviceUrl, tokenUrl, clientId }: Server): [oauth.AuthorizationServer, oauth.Client] => [
  {
    issuer: new URL(tokenUrl).origin,
    token_endpoint: tokenUrl,
    ...(deviceUrl === undefined ? {} : { device_authorization_endpoint: deviceUrl }),
  },
  { client_id: clientId },
];

/** A client that runs for many people, and so has no secret to prove itself with. */
const partiesOf = (server: Server): [oauth.AuthorizationServer, oauth.Client, oauth.ClientAuth] => [
  ...firstOf(server),
  oauth.None(),
];

function optionsOf({ trustedHosts }: Settings, { tokenUrl, deviceUrl = tokenUrl }: Server) {
  const call = guardedFetch({ trustedHosts, mostBytes: 1024 * 1024 });
  return {
    signal: () => AbortSignal.timeout(secondsToAnswer * 1_000),
    // Which addresses may be without TLS was decided when they were saved.
    // oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out, not because it goes
    [oauth.allowInsecureRequests]: [tokenUrl, deviceUrl].some((url) => url.startsWith("http:")),
    [oauth.customFetch]: (
      url: string,
      { method, headers, body, signal }: oauth.CustomFetchOptions<"POST", URLSearchParams>,
    ) => call(url, { method, headers, body: body.toString(), ...(signal ? { signal } : {}) }),
  };
}

const answer = z.looseObject({ error: z.string().optional(), id_token: z.unknown().optional() });

/** Some say no with 200; and who the person is there is none of our business, so it is not looked at. */
async function tidy(response: Response): Promise<Response> {
  const text = await response.text();
  const { data } = answer.safeParse(parse(text));
  const status = response.ok && data?.error ? 400 : response.status;
  const { id_token: _, ...kept } = data ?? {};
  const type = response.headers.get("content-type") ?? "";
  return new Response(data ? JSON.stringify(kept) : text, { status, headers: { "content-type": type } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError)
    return clean(error.error_description ? `${error.error_description} (${error.error})` : error.error);
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${secondsToAnswer} seconds`;
  return clean(error instanceof Error ? error.message : "it answered in a way that is not understood");
}

const clean = (words: string) => words.replaceAll("\0", "").toWellFormed().slice(0, 300);
