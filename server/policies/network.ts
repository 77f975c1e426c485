import { covers } from "../human-requests/policies.ts";

/** Host and port of every address in what a tool is given, as a URL parser reads them; null stands for one that cannot be read. */
export function hostsIn(input: unknown, most = 50): (string | null)[] {
  const found = new Set<string | null>();
  const look = (value: unknown, depth: number): void => {
    if (depth > 8 || found.size >= most) return;
    if (typeof value === "string") for (const host of hostsOfText(value)) found.add(host);
    else if (typeof value === "object" && value !== null)
      for (const inner of Object.values(value)) look(inner, depth + 1);
  };
  look(input, 0);
  return [...found];
}

/** Addresses within a text, such as a command line. */
export function hostsOfText(text: string): (string | null)[] {
  const urls = text.slice(0, 100_000).match(/\b(?:https?|wss?|ftp|git|ssh|socks[45]h?):\/\/[^\s"'`<>|;)]+/gi) ?? [];
  return urls.map(hostOf);
}

function hostOf(address: string): string | null {
  if (/[\0-\x1f%\\]/.test(address.split("/", 3)[2] ?? "")) return null;
  const url = URL.parse(address.replace(/^(?:wss?|ftp|git|ssh|socks[45]h?):/i, "https:"));
  if (!url?.hostname) return null;
  const host = url.hostname.replace(/\.$/, "");
  return url.port ? `${host}:${url.port}` : host;
}

/** Whether a pattern names a host: `example.com` at any port, `*.example.com` those below it, `example.com:8443` one port. */
export function coversHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  const hasPort = /:\d+$/.test(wanted);
  return covers(wanted, hasPort ? host : host.replace(/:\d+$/, ""));
}
