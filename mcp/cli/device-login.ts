import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { clientName } from "./client-name.ts";
import type { Cli } from "./command.ts";
import { ask, send } from "./connection.ts";
import { CliFailure, exits } from "./failure.ts";

const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
const started = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number(),
  interval: z.number(),
});
const granted = z.object({ access_token: z.string() });
const refused = z.object({ error: z.string() });

/**
 * Shows a code and waits until a person in a browser decides about it (RFC 8628).
 * @returns a token. @throws CliFailure when they refuse or nobody decides in time.
 */
export async function loginByDevice({ connection, output }: Cli): Promise<string> {
  const { device_code, ...shown } = await ask(connection, "/api/auth/device", { client_name: clientName() }, started);
  output.talk(`Open ${shown.verification_uri} in a browser where you are signed in, and type\n`);
  output.talk(`    ${shown.user_code}\n`);
  output.talk(`Or open ${shown.verification_uri_complete}`);
  const endsAt = Date.now() + shown.expires_in * 1000;
  try {
    for (let seconds = shown.interval; Date.now() < endsAt; ) {
      output.progress(`Waiting for you there, ${Math.ceil((endsAt - Date.now()) / 60_000)} min left …`);
      await delay(seconds * 1000, undefined, { signal: connection.signal });
      const request = { method: "POST", headers: { "user-agent": clientName() } };
      const body = new URLSearchParams({ grant_type, device_code });
      const response = await send(`${connection.server}/api/auth/device/token`, { ...request, body }, connection);
      const told: unknown = await response?.json().catch(() => undefined);
      const token = granted.safeParse(told);
      if (token.success) return token.data.access_token;
      const reason = refused.safeParse(told);
      // A server that is away for a moment is asked again.
      if (!reason.success || reason.data.error === "authorization_pending") continue;
      if (reason.data.error === "slow_down") seconds += 5;
      else if (reason.data.error === "access_denied")
        throw new CliFailure(exits.auth, "It was refused in the browser.");
      else break;
    }
  } finally {
    output.progress();
  }
  throw new CliFailure(exits.retry, "Nobody decided in time, or the code was used. Run `entourage login` again.");
}
