/** How often a page that is open lets its session live on; the server writes the cookie anew each time. */
export const renewEveryMilliseconds = 25 * 60_000;

let renewing: Promise<void> | undefined;
let isLeaving = false;

/** Lets the session live on, silently. All who ask at once share one request. */
export function renewSession(): Promise<void> {
  renewing ??= fetch("/api/auth/session", { cache: "no-store" })
    .then(() => undefined)
    .catch(() => undefined)
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** Goes to the sign-in page, which leads back to where one is. What was being written is kept (`useDraft`). */
export function leaveForSignIn(): void {
  if (isLeaving) return;
  isLeaving = true;
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
}

/**
 * `fetch` for somebody with a session: an answer of 401 renews the session and asks once more (another tab may have
 * signed in meanwhile); refused again, the way leads to the sign-in page and back.
 */
export async function fetchSignedIn(input: RequestInfo | URL | string, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status !== 401) return response;
  await renewSession();
  const again = await fetch(input, init);
  if (again.status === 401) leaveForSignIn();
  return again;
}
