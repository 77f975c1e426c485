import { randomUUID } from "node:crypto";
import { signAsGithub } from "../../github/signature.ts";
import { signByStandard } from "../signatures.ts";

/** A provider that sends to an endpoint: signs as the real one does and says what came back. */
export interface Sender {
  url: string;
  secret: string;
}

export interface GithubDelivery {
  event: string;
  payload: unknown;
  id?: string;
  appId?: number;
}

/** What GitHub sends, signed with the secret. */
export async function sendAsGithub(
  { url, secret }: Sender,
  { event, payload, id = randomUUID(), appId }: GithubDelivery,
) {
  const body = JSON.stringify(payload);
  return post(url, body, {
    "x-github-event": event,
    "x-github-delivery": id,
    "x-hub-signature-256": await signAsGithub(secret, body),
    ...(appId
      ? {
          "x-github-hook-installation-target-id": String(appId),
          "x-github-hook-installation-target-type": "integration",
        }
      : {}),
  });
}

/** What GitLab sends with a secret token. */
export function sendAsGitlab({ url, secret }: Sender, event: string, payload: unknown, id: string = randomUUID()) {
  return post(url, JSON.stringify(payload), {
    "x-gitlab-event": event,
    "x-gitlab-event-uuid": id,
    "x-gitlab-token": secret,
  });
}

/** What anybody sends by Standard Webhooks. */
export function sendSigned(
  { url, secret }: Sender,
  payload: unknown,
  {
    id = randomUUID(),
    at = new Date(),
    headers = {},
  }: { id?: string; at?: Date; headers?: Record<string, string> } = {},
) {
  const body = JSON.stringify(payload);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = signByStandard(secret, { id, timestamp, body });
  return post(url, body, {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
    ...headers,
  });
}

export function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body)),
    headers: { "content-type": "application/json", ...headers },
  });
}
