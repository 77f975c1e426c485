import { forgetDrafts } from "#app/_lib/drafts.tsx";

/** What a form shows when it did not work. */
export interface Refusal {
  message: string;
  field?: string;
}

const unreachable: Refusal = { message: "The server did not answer. Check the connection and try again." };

/** Signs in with a password; the session is a cookie afterwards. Answers nothing when it worked. */
export async function signInWithPassword(email: string, password: string): Promise<Refusal | undefined> {
  const response = await postForm("/api/auth/callback/credentials", { email, password });
  if (!response) return unreachable;
  if (!response.ok) return readRefusal(response);
  const { url } = await readFields(response);
  if (!new URL(String(url), location.origin).searchParams.has("error")) return undefined;
  return { message: "The e-mail address or the password is not right.", field: "password" };
}

/** Leaves for a provider, to come back to a path of ours. */
export async function signInWithProvider(provider: string, callbackUrl: string): Promise<Refusal | undefined> {
  const response = await postForm(`/api/auth/signin/${provider}`, { callbackUrl });
  if (!response) return unreachable;
  if (!response.ok) return readRefusal(response);
  const { url } = await readFields(response);
  location.assign(String(url));
  return undefined;
}

/** Ends this sign-in, also where its cookie was copied to, and leaves for a path of ours. */
export async function signOut(to = "/sign-in"): Promise<void> {
  await postForm("/api/auth/signout", {});
  forgetDrafts();
  location.assign(to);
}

/** What an operation answered, or why it did not. */
export type Answer = { value: Record<string, unknown> } | { refusal: Refusal };

/** Signs up. Answers the `slug` of the organization to begin in. */
export function signUp(person: Record<string, string>): Promise<Answer> {
  return postJson("/api/auth/register", person);
}

/** Sets a new password by the token of a reset link. */
export function resetPassword(token: string, password: string): Promise<Answer> {
  return postJson("/api/auth/reset", { token, password });
}

/** Runs an operation as the signed-in person. */
export function runOperation(name: string, input: Record<string, unknown>): Promise<Answer> {
  return postJson(`/api/v1/${name}`, input);
}

/** The organization the signed-in person begins in, by their session. */
export async function firstOrganization(): Promise<string | undefined> {
  const response = await fetch("/api/auth/session").catch(() => undefined);
  const { org } = response ? await readFields(response) : {};
  return typeof org === "string" ? org : undefined;
}

async function postJson(path: string, body: unknown): Promise<Answer> {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, request).catch(() => undefined);
  if (!response) return { refusal: unreachable };
  return response.ok ? { value: await readFields(response) } : { refusal: await readRefusal(response) };
}

/** next-auth takes forms that carry its token, which only our own pages can read. */
async function postForm(path: string, fields: Record<string, string>): Promise<Response | undefined> {
  try {
    const { csrfToken } = await readFields(await fetch("/api/auth/csrf"));
    return await fetch(path, {
      method: "POST",
      headers: { "x-auth-return-redirect": "1" },
      body: new URLSearchParams({ ...fields, csrfToken: String(csrfToken) }),
    });
  } catch {
    return undefined;
  }
}

async function readRefusal(response: Response): Promise<Refusal> {
  const { error } = await readFields(response);
  const { message, details } = fieldsOf(error);
  const { issues } = fieldsOf(details);
  const { path } = fieldsOf(Array.isArray(issues) ? issues[0] : undefined);
  return {
    message: typeof message === "string" ? message : "That did not work. Try again in a moment.",
    ...(typeof path === "string" ? { field: path } : {}),
  };
}

/** A proxy on the way may answer with a page of its own: what is no JSON object has no fields. */
async function readFields(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined);
  return fieldsOf(body);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
