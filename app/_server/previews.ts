import type { Config } from "#server/config.ts";
import { previewDomain, readPreviewHost } from "#server/terminals/preview-host.ts";

/** Whether a host is one that a preview is shown on: a name of its own below the domain for them. */
export function isPreview(host: string, config: Config): boolean {
  if (readPreviewHost(host) === undefined) return false;
  const domain = host.slice(host.indexOf(".") + 1).toLowerCase();
  return withoutPort(domain) === withoutPort(previewDomain(config) ?? "");
}

/** Where the dashboard's frames may come from: previews, and nothing else. */
export function previewSources(config: Config): string[] {
  const domain = previewDomain(config);
  return domain === undefined ? ["'none'"] : [`${new URL(config.publicUrl).protocol}//*.${domain}`];
}

const withoutPort = (host: string) => host.replace(/:\d+$/, "");
