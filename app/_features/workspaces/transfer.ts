import { fetchSignedIn } from "#app/_lib/session.ts";

/**
 * Takes a file, or (without a path) all of a workspace as tar.gz, along. Asked for by us and not by a link: a link cannot
 * say the organization. @throws with the server's words.
 */
export async function downloadFiles(orgSlug: string, workspaceId: string, path = ""): Promise<void> {
  const response = await fetchSignedIn(`/api/workspaces/${workspaceId}/download?path=${encodeURIComponent(path)}`, {
    headers: { "x-entourage-org": orgSlug },
  });
  if (!response.ok) throw new Error(await wordsOf(response, path));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = nameOf(response.headers.get("content-disposition")) ?? "files";
  link.click();
  URL.revokeObjectURL(address);
}

/** Puts files into a folder of a workspace, one after the other. @throws with the server's words at the first refusal. */
export async function uploadFiles(
  orgSlug: string,
  workspaceId: string,
  folder: string,
  files: readonly File[],
): Promise<void> {
  for (const file of files) {
    const path = folder ? `${folder}/${file.name}` : file.name;
    const response = await fetchSignedIn(`/api/workspaces/${workspaceId}/upload?path=${encodeURIComponent(path)}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream", "x-entourage-org": orgSlug },
      body: file,
    });
    if (!response.ok) throw new Error(await wordsOf(response, file.name));
  }
}

function nameOf(disposition: string | null): string | undefined {
  const name = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

async function wordsOf(response: Response, name: string): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const error = typeof said === "object" && said !== null && "error" in said ? said.error : undefined;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return `${name || "The workspace"} was not carried. Try again.`;
}
