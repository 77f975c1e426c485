import type { Config } from "../config.ts";

const pattern = /^p(\d{1,5})-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\./;

/**
 * The first label of the host on which a port of a workspace is shown. The same for the same, so that its pages find
 * again what they stored; no two share one.
 */
export const previewLabel = (workspaceId: string, port: number): string =>
  `p${port}-${workspaceId.replaceAll("-", "")}`;

/** What a host shows; undefined for any that is none of these. */
export function readPreviewHost(host: string): { workspaceId: string; port: number } | undefined {
  const [, port, ...parts] = pattern.exec(host.toLowerCase()) ?? [];
  return port === undefined ? undefined : { workspaceId: parts.join("-"), port: Number(port) };
}

/** The domain below which previews are shown, with its port; undefined where none leads here. */
export function previewDomain({
  publicUrl,
  previewHost,
}: Pick<Config, "publicUrl" | "previewHost">): string | undefined {
  const { hostname, port } = new URL(publicUrl);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return previewHost ?? (isLocal ? `localhost${port ? `:${port}` : ""}` : undefined);
}
