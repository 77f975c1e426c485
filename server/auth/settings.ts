import { createHash } from "node:crypto";
import type { Config } from "../config.ts";
import { openSecrets } from "../keyring.ts";

/** What sessions are made and read with. */
export interface SessionSettings {
  secret: string;
  secure: boolean;
  cookieName: string;
}

const known = new Map<string, SessionSettings>();

/**
 * Behind https the cookie is `__Host-`: no other host and no other path can set or see it. Without https two
 * installations on one machine would share a cookie jar (ports do not part them), so its name tells them apart.
 */
export function sessionSettings({ dataDir, publicUrl }: Pick<Config, "dataDir" | "publicUrl">): SessionSettings {
  const key = `${dataDir}|${publicUrl}`;
  const kept = known.get(key);
  if (kept) return kept;
  const secret = openSecrets(dataDir).authSecret;
  const secure = publicUrl.startsWith("https:");
  const mark = createHash("sha256").update(`cookie|${secret}`).digest("hex").slice(0, 8);
  const settings = { secret, secure, cookieName: secure ? "__Host-entourage.session" : `entourage.${mark}.session` };
  known.set(key, settings);
  return settings;
}
