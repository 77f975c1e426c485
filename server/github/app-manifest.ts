import { z } from "zod";
import { AppError } from "../errors.ts";

/** What GitHub gives for a code, once: everything an App needs to act and to be believed. */
const conversion = z.object({
  id: z.int().positive(),
  slug: z.string().max(200),
  name: z.string().max(200),
  html_url: z.string().max(2_000),
  owner: z.object({ login: z.string().max(200) }),
  client_id: z.string().max(200),
  client_secret: z.string().max(1_000),
  webhook_secret: z.string().min(1).max(1_000),
  pem: z.string().max(20_000),
});
export type AppConversion = z.output<typeof conversion>;

export interface AppManifest {
  name: string;
  publicUrl: string;
  webhookUrl: string;
  callbackUrl: string;
  setupUrl: string;
}

/** The App as GitHub's form takes it: private, reading only what the processors use. */
export function writeManifest({ name, publicUrl, webhookUrl, callbackUrl, setupUrl }: AppManifest): string {
  return JSON.stringify({
    name,
    url: publicUrl,
    hook_attributes: { url: webhookUrl, active: true },
    redirect_url: callbackUrl,
    setup_url: setupUrl,
    public: false,
    default_permissions: { issues: "read", pull_requests: "read", contents: "read", metadata: "read" },
    default_events: ["issues", "pull_request", "push"],
  });
}

/**
 * Exchanges the code GitHub sent a browser back with; it is good for an hour and for one time.
 * `githubUrl` is a setting of whoever runs this installation, never of a tenant.
 * https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 * @throws AppError conflict for a code GitHub does not take, unavailable when GitHub does not answer.
 */
export async function convertManifestCode(githubUrl: string, code: string): Promise<AppConversion> {
  const address = `${apiOf(githubUrl)}/app-manifests/${encodeURIComponent(code)}/conversions`;
  const response = await fetch(address, {
    method: "POST",
    redirect: "error",
    headers: { accept: "application/vnd.github+json", "user-agent": "Entourage" },
    signal: AbortSignal.timeout(15_000),
  }).catch(() => {
    throw new AppError("unavailable", "GitHub did not answer. Delete the App there and make it again.", {
      retryAfterSeconds: 60,
    });
  });
  if (!response.ok)
    throw new AppError(
      "conflict",
      "GitHub did not take the code: it is good for an hour and for one time. Make the App again.",
    );
  const parsed = conversion.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new AppError("unavailable", "GitHub answered something else than an App. Is the address of the server right?");
}

/** github.com has its API on a host of its own, an Enterprise server below a path. */
const apiOf = (githubUrl: string): string =>
  new URL(githubUrl).host === "github.com" ? "https://api.github.com" : `${githubUrl}/api/v3`;
