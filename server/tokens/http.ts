import { answerAuth, clientOf, readBody } from "../auth/answer.ts";
import { isWellFormed } from "../auth/key.ts";
import { admitAttempt } from "../auth/attempts.ts";
import { resetPassword } from "../auth/password-reset.ts";
import { type Door, enter, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { execute } from "../execute.ts";
import { refresh, revokeFamily } from "./families.ts";
import { getProfile } from "./operations.ts";
import { authenticateInput, refreshInput, resetInput, signedIn, tokenPair } from "./schema.ts";
import { exchangeKey, signInWithPassword } from "./service.ts";

/** `POST /api/auth/login`: `{ email, password, org? }` (or `{ apiKey }`) → both tokens and the user. */
export const handleLogin = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const { apiKey, email, password, org } = await readBody(request, "login", authenticateInput);
    if (apiKey !== undefined && email === undefined)
      return signedIn.parse(await exchangeKey(door.runtime, apiKey, clientOf(request)));
    if (apiKey !== undefined || email === undefined || password === undefined)
      throw new AppError("invalid", "Send `email` and `password`, or `apiKey`.");
    return signedIn.parse(await signInWithPassword(door.runtime, { email, password, org }, clientOf(request)));
  });

/** `POST /api/auth/refresh`: `{ refreshToken }` → a new pair; the old one has ended. */
export const handleRefresh = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const { refreshToken } = await readBody(request, "refresh", refreshInput);
    // Typing errors cost nobody anything; whoever tries tokens is counted as a stranger.
    if (!isWellFormed(refreshToken, "rt_")) await door.runtime.rates.admit({ ip: clientOf(request).ip });
    return tokenPair.parse(await refresh(door.runtime, refreshToken, clientOf(request)));
  });

/** `POST /api/auth/revoke`: ends the sign-in of a refresh token, or of the access token in the header. */
export const handleRevoke = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const { refreshToken } = await readBody(request, "revoke", refreshInput.partial());
    if (refreshToken !== undefined) {
      await revokeFamily(door.runtime, { refreshToken });
      return {};
    }
    const { actor } = await enter(door, request, requestIdOf(request));
    const familyId = request.headers.has("authorization") ? (actor.familyId ?? actor.signInId) : undefined;
    if (!familyId)
      throw new AppError("invalid", "Send `refreshToken`, or the access token as `Authorization: Bearer …`.");
    await revokeFamily(door.runtime, { familyId });
    return {};
  });

/** `POST /api/auth/reset`: `{ token, password }`: the token of a reset link sets a new password; every sign-in ends. */
export const handleReset = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const asked = await readBody(request, "reset", resetInput);
    await admitAttempt(door.runtime, { ip: clientOf(request).ip });
    await resetPassword(door.runtime, asked);
    return {};
  });

/** `GET /api/auth/me`: who comes with this token, key or cookie. */
export const handleMe = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const requestId = requestIdOf(request);
    const { actor, runtime } = await enter(door, request, requestId);
    return execute(getProfile, runtime, actor, {}, { requestId });
  });
