import { fetchSignedIn } from "#app/_lib/session.ts";

/** Brings a file to a session, for the next message. @returns its id. @throws with the server's words. */
export async function uploadAttachment(orgSlug: string, sessionId: string, file: File): Promise<string> {
  // As bare bytes: of other kinds but JSON a foreign page could send them with our cookie.
  const about = new URLSearchParams({ name: file.name, type: file.type });
  const response = await fetchSignedIn(`/api/sessions/${sessionId}/attachments?${about.toString()}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", "x-entourage-org": orgSlug },
    body: file,
  });
  const said: unknown = await response.json().catch(() => undefined);
  if (response.ok && typeof said === "object" && said !== null && "id" in said) return String(said.id);
  const error = typeof said === "object" && said !== null && "error" in said ? said.error : undefined;
  const words = typeof error === "object" && error !== null && "message" in error ? String(error.message) : undefined;
  // A server that knows no such door answers with a page, not with words.
  if (response.status === 404 && words === undefined)
    throw new Error(
      "This server takes no files with a message yet. Upload it under Files, and name it in the message.",
    );
  throw new Error(words ?? `${file.name} was not taken. Try again.`);
}
