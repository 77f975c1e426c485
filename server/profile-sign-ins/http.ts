import type { Door } from "../door.ts";
import { answerAuth, clientOf, readBody } from "../auth/answer.ts";
import { initInput, signatureToPlace, verified, verifyInput } from "./schema.ts";
import { initProfileSignIn, verifyProfileSignIn } from "./service.ts";

/** `POST /api/auth/init`: `{ user, provider?, invitation | org }` → a signature to place in that profile. */
export const handleInit = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const asked = await readBody(request, "init", initInput);
    return signatureToPlace.parse(await initProfileSignIn(door.runtime, asked, clientOf(request)));
  });

/** `POST /api/auth/verify`: `{ ticket }` → a token of seven days, once the signature stands in the profile. */
export const handleVerify = (door: Door, request: Request): Promise<Response> =>
  answerAuth(door, request, async () => {
    const { ticket } = await readBody(request, "verify", verifyInput);
    return verified.parse(await verifyProfileSignIn(door.runtime, ticket, clientOf(request)));
  });
