import { z } from "zod";

/** Somebody who needs more has no list any more, but a network. */
export const setupHostsMost = 50;

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const labels = new RegExp(`^(?:${label}\\.)*${label}$`);
/** What readers of addresses take for one, in decimal, octal or hexadecimal: `127.1`, `2130706433`, `0x7f000001`. */
const endsInNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/** Whether text is an address of a machine, in any of its notations, rather than a name. */
export const isAddress = (text: string): boolean => text.includes("[") || endsInNumber.test(text.replace(/\.$/, ""));

/**
 * The name of a host as names are compared: lower case, without the last dot. Undefined for an address and for whatever
 * else is none: characters that no name has (a zero, a space, a slash) never reach a comparison.
 */
export function hostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  return name.length <= 253 && labels.test(name) && !endsInNumber.test(name) ? name : undefined;
}

/** Whether one of the kept entries stands for this name, at this port. Without a port an entry means 443. */
export function admitsHost(entries: readonly string[], { host, port }: { host: string; port: number }): boolean {
  return entries.some((entry) => {
    const [pattern = "", at = "443"] = entry.split(":");
    if (Number(at) !== port) return false;
    return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
  });
}

/** Entries as they are kept: each once, names as they are compared, in the order they were given. */
export const setupHostsAsKept = (entries: readonly string[]): string[] => [
  ...new Set(entries.flatMap((entry) => readEntry(entry).kept ?? [])),
];

/** One entry: a name, or `*.` and a name for all below it; with a port of its own where the host has one. */
export const setupHost = z
  .string()
  .trim()
  .max(300)
  .superRefine((entry, issues) => {
    const { problem } = readEntry(entry);
    if (problem !== undefined) issues.addIssue({ code: "custom", message: problem });
  });

function readEntry(entry: string): { kept: string; problem?: never } | { problem: string; kept?: never } {
  const shown = JSON.stringify(entry.slice(0, 80));
  if (/[/@?#\\]/.test(entry))
    return { problem: `${shown} is more than a name. Write the host alone, such as registry.npmjs.org.` };
  const [, below = "", asked = "", port] = /^(\*\.)?([^:*]*)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (isAddress(asked) || /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(entry) || entry.includes("["))
    return { problem: `${shown} is an address. A set-up reaches hosts by their names only.` };
  if (entry.includes("*") && (below === "" || asked === ""))
    return { problem: `${shown} is not understood: a * stands at the beginning alone, as in *.example.org.` };
  const name = hostName(inAscii(asked));
  if (name === undefined)
    return { problem: `${shown} is not the name of a host. Names look like registry.npmjs.org or *.example.org.` };
  if (below !== "" && !name.includes("."))
    return { problem: `${shown} stands for too much: name at least two parts, as in *.example.org.` };
  const at = Number(port ?? 443);
  if (at !== 443 && (at < 1024 || at > 65_535))
    return { problem: `${shown}: hosts are reached at port 443; a registry of your own may have one from 1024 on.` };
  return { kept: `${below}${name}${at === 443 ? "" : `:${at}`}` };
}

/** A name in other letters as the network knows it (`xn--…`); anything that is none comes back as it is. */
function inAscii(name: string): string {
  // Printable ASCII has nothing to translate, and a parser of addresses would find some in it that are not meant.
  if (/^[\x20-\x7e]*$/.test(name) || /[\s%]/.test(name)) return name;
  return URL.canParse(`https://${name}`) ? new URL(`https://${name}`).hostname : name;
}
