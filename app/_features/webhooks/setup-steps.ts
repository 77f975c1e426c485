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
export function setupOf(
  provider: WebhookProvider,
  { url, secret, label = null }: { url: string; secret: string; label?: string | null },
): Setup {
  return setups[provider](quoted(url), secret, label ?? "try");
}

const setups: Record<WebhookProvider, (url: string, secret: string, label: string) => Setup> = {
  github: (url, secret, label) => ({
    steps: [
      "At GitHub, open the repository or organization, then Settings → Webhooks → Add webhook.",
      "Paste the address as Payload URL and choose the content type application/json.",
      "Paste the secret as Secret.",
      "Choose individual events: Issues, Pull requests, Pushes. Then Add webhook.",
    ],
    command: [
      `id=$(date +%s); at=$(date -u +%Y-%m-%dT%H:%M:%SZ)`,
      `body=$(printf ${quoted(forPrintf({ action: "opened", issue: { ...triedIssue, number: 1, html_url: "https://github.com/try/try/issues/1", labels: [{ name: label }] }, repository: { html_url: "https://github.com/try/try", full_name: "try/try" } }))} "$id" "$at")`,
      `signature=$(printf %s "$body" | openssl dgst -sha256 -hmac ${quoted(secret)} | sed 's/^.* //')`,
      `curl -i ${url} -H 'content-type: application/json' -H 'x-github-event: issues' \\`,
      `  -H "x-github-delivery: try-$id" -H "x-hub-signature-256: sha256=$signature" -d "$body"`,
    ].join("\n"),
  }),
  gitlab: (url, secret, label) => ({
    steps: [
      "At GitLab, open the project or group, then Settings → Webhooks → Add new webhook.",
      "Paste the address as URL and the secret as Secret token.",
      "Choose Push events, Issues events and Merge request events. Then Add webhook.",
      "Where GitLab makes a signing token of its own, rotate the secret here and paste that token.",
    ],
    command: [
      `id=$(date +%s); at=$(date -u +%Y-%m-%dT%H:%M:%SZ)`,
      `body=$(printf ${quoted(forPrintf({ object_kind: "issue", object_attributes: { ...triedIssue, iid: 1, url: "https://gitlab.com/try/try/-/issues/1", action: "open" }, labels: [{ title: label }], project: { web_url: "https://gitlab.com/try/try" } }))} "$id" "$at")`,
      `curl -i ${url} -H 'content-type: application/json' -H 'x-gitlab-event: Issue Hook' \\`,
      `  -H "x-gitlab-event-uuid: try-$id" -H ${quoted(`x-gitlab-token: ${secret}`)} -d "$body"`,
    ].join("\n"),
  }),
  generic: (url, secret, label) => ({
    steps: [
      "Sign as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature); libraries exist for most languages.",
      "Send JSON: title, and if you like description, labels, url, type.",
      "With an id of yours the same task is brought up to date; with state closed it is cancelled while nobody works on it.",
    ],
    command: [
      `body=${quoted(JSON.stringify({ id: "try", title: "Tried from a terminal", description: "It works.", labels: [label] }))}`,
      `id=try-$(date +%s); at=$(date +%s)`,
      `key=$(printf %s ${quoted(secret.replace(/^whsec_/, ""))} | base64 -d | od -An -vtx1 | tr -d ' \\n')`,
      `signature=$(printf %s "$id.$at.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)`,
      `curl -i ${url} -H 'content-type: application/json' -H "webhook-id: $id" -H "webhook-timestamp: $at" \\`,
      `  -H "webhook-signature: v1,$signature" -d "$body"`,
    ].join("\n"),
  }),
};

/** An issue as both providers send it; its id and its time are put in by printf, so that each try is one of its own. */
const triedIssue = { id: "%s", title: "Tried from a terminal", state: "open", updated_at: "%s" };

/** JSON as printf's format: the id a number, and nothing else a placeholder. */
const forPrintf = (body: object): string =>
  JSON.stringify(body)
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%")
    .replace('"id":"%%s"', '"id":%s')
    .replace('"updated_at":"%%s"', '"updated_at":"%s"');

/** One word for a shell, whatever stands in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
