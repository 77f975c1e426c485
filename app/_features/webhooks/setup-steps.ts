import type { WebhookProvider } from "#db/enums.ts";

/** Stands where the secret goes when it is not known any more. */
export const secretPlaceholder = "PUT-THE-SECRET-HERE";

export interface Setup {
  /** Where to press at the provider, in order. */
  steps: readonly string[];
  /** Sends a first delivery from a terminal; it works as it is once the secret stands in it. */
  command: string;
}

/** How an endpoint is connected, and a line that tries it. */
export function setupOf(provider: WebhookProvider, { url, secret }: { url: string; secret: string }): Setup {
  return setups[provider](quoted(url), secret);
}

const setups: Record<WebhookProvider, (url: string, secret: string) => Setup> = {
  github: (url, secret) => ({
    steps: [
      "At GitHub, open the repository or organization, then Settings → Webhooks → Add webhook.",
      "Paste the address as Payload URL and choose the content type application/json.",
      "Paste the secret as Secret.",
      "Choose individual events: Issues, Pull requests, Pushes. Then Add webhook.",
    ],
    command: [
      `body='{"zen":"Tried from a terminal."}'`,
      `signature=$(printf %s "$body" | openssl dgst -sha256 -hmac ${quoted(secret)} | sed 's/^.* //')`,
      `curl -i ${url} -H 'content-type: application/json' -H 'x-github-event: ping' \\`,
      `  -H "x-github-delivery: try-$(date +%s)" -H "x-hub-signature-256: sha256=$signature" -d "$body"`,
    ].join("\n"),
  }),
  gitlab: (url, secret) => ({
    steps: [
      "At GitLab, open the project or group, then Settings → Webhooks → Add new webhook.",
      "Paste the address as URL and the secret as Secret token.",
      "Choose Push events, Issues events and Merge request events. Then Add webhook.",
      "Where GitLab makes a signing token of its own, rotate the secret here and paste that token.",
    ],
    command: [
      `curl -i ${url} -H 'content-type: application/json' -H 'x-gitlab-event: Push Hook' \\`,
      `  -H "x-gitlab-event-uuid: try-$(date +%s)" -H ${quoted(`x-gitlab-token: ${secret}`)} \\`,
      `  -d '{"ref":"refs/heads/try","after":"1","total_commits_count":1,"project":{"web_url":"https://gitlab.com/try/try"}}'`,
    ].join("\n"),
  }),
  generic: (url, secret) => ({
    steps: [
      "Sign as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature); libraries exist for most languages.",
      "Send JSON: title, and if you like description, labels, url, type.",
      "With an id of yours the same task is brought up to date; with state closed it is cancelled while nobody works on it.",
    ],
    command: [
      `body='{"id":"try","title":"Tried from a terminal","description":"It works."}'`,
      `id=try-$(date +%s); at=$(date +%s)`,
      `key=$(printf %s ${quoted(secret.replace(/^whsec_/, ""))} | base64 -d | od -An -vtx1 | tr -d ' \\n')`,
      `signature=$(printf %s "$id.$at.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)`,
      `curl -i ${url} -H 'content-type: application/json' -H "webhook-id: $id" -H "webhook-timestamp: $at" \\`,
      `  -H "webhook-signature: v1,$signature" -d "$body"`,
    ].join("\n"),
  }),
};

/** One word for a shell, whatever stands in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
