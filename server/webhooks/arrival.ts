import { createHash } from "node:crypto";
import type { WebhookProvider } from "#db/enums.ts";
import type { Received } from "./signatures.ts";

/** What a delivery says of itself in its headers. */
export interface Arrival {
  deliveryId: string;
  event: string;
  headers: Record<string, string>;
}

/** What a person wants to see of the headers. Never a token or a signature. */
const shown = [
  ...["content-type", "user-agent", "x-github-event", "x-github-delivery", "x-github-hook-id"],
  ...["x-github-hook-installation-target-id", "x-github-hook-installation-target-type", "x-github-enterprise-host"],
  ...["x-gitlab-event", "x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "x-gitlab-instance", "idempotency-key"],
  ...["webhook-id", "webhook-timestamp"],
];

/** Reads the headers. The body's own hash stands in where a provider gives a delivery no id. */
export function readArrival(provider: WebhookProvider, { headers, body }: Received): Arrival {
  return {
    deliveryId: idOf(provider, headers, body).slice(0, 200),
    event: eventOf(provider, headers),
    headers: shownHeaders(headers),
  };
}

/** The headers that are kept, each cut to what fits a line. */
export function shownHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    shown.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, clean(value).slice(0, 200)]];
    }),
  );
}

/**
 * `X-GitHub-Delivery` stays the same for a redelivery, and so do GitLab's `Idempotency-Key` and `webhook-id`. GitLab's
 * `X-Gitlab-Event-UUID` is shared by hooks that set each other off, so the body tells those apart.
 * https://docs.gitlab.com/user/project/integrations/webhooks/#delivery-headers
 */
function idOf(provider: WebhookProvider, headers: Headers, body: Buffer): string {
  const hash = createHash("sha256").update(body).digest("hex");
  const [github, gitlabEvent] = [headers.get("x-github-delivery"), headers.get("x-gitlab-event-uuid")];
  const standard = headers.get("webhook-id");
  const given = {
    github,
    gitlab: headers.get("idempotency-key") ?? standard ?? (gitlabEvent && `${gitlabEvent}/${hash.slice(0, 8)}`),
    generic: standard,
  };
  return clean(given[provider] ?? "") || `sha256:${hash}`;
}

/** `Issue Hook` and `Merge Request Hook` become `issue` and `merge_request`, as GitLab's payloads call them. */
function eventOf(provider: WebhookProvider, headers: Headers): string {
  if (provider === "generic") return "task";
  return (
    eventKey(headers.get(provider === "github" ? "x-github-event" : "x-gitlab-event") ?? "").slice(0, 64) || "unnamed"
  );
}

/** One spelling for names of events, in headers and in filters. */
export const eventKey = (name: string): string =>
  clean(name)
    .trim()
    .toLowerCase()
    .replace(/ hook$/, "")
    .replaceAll(" ", "_");

/** Headers are bytes; what cannot be stored or shown is left out. */
const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, "").toWellFormed();
