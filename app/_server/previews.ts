import type { Config } from "#server/config.ts";
import { readPreviewHost } from "#server/terminals/preview-host.ts";

/** Whether a host is one that a preview is shown on: a name of its own below the domain for them. */
export function isPreview(host: string, config: Config): boolean {
  if (readPreviewHost(host) === undefined) return false;
  const domain = host
    .slice(host.indexOf(".") + 1)
    .toLowerCase()
    .replace(/:\d+$/, "");
  return domain === (config.previewHost ?? "localhost").replace(/:\d+$/, "");
}

/** Where the dashboard's frames may come from. */
export function previewSources(config: Config): string[] {
  const { protocol, port } = new URL(config.publicUrl);
  return [`${protocol}//*.${config.previewHost ?? `localhost${port ? `:${port}` : ""}`}`];
}
