import type { PolicyAccess, PolicyEffect, PolicySubject } from "#db/enums.ts";
import { covers } from "../human-requests/policies.ts";
import { allowsCommand, type CommandLine, deniesCommand, readCommand } from "./commands.ts";
import { coversHost, hostsIn, hostsOfText } from "./network.ts";
import { isInWork, isOfGit, pathMatcher, realPathInside, type SeenFolder } from "./paths.ts";

/** What an agent's tool is about to do; the shape in which drivers tell it. */
export interface Asked {
  title: string;
  tool: string;
  toolKind: string;
  input?: unknown;
  paths: readonly string[];
  command: string | null;
}

export interface Rule {
  id: string;
  effect: PolicyEffect;
  subject: PolicySubject;
  access: PolicyAccess | null;
  pattern: string;
}

export interface Verdict {
  decision: PolicyEffect;
  reason: string;
  policyId: string | null;
}

/** One thing of an action that has to be allowed by itself. */
type Aspect =
  | { kind: "command"; words: string[] }
  | { kind: "path"; access: PolicyAccess; path: string }
  | { kind: "network"; host: string }
  | { kind: "tool" };

export interface Facts {
  asked: Asked;
  line: CommandLine | null;
  aspects: Aspect[];
  /** What cannot be told, and so is never allowed without a person. */
  obscure: string | null;
}

/** Tools of our own MCP route are decided there: by the key's permissions and the lease. */
const ownTools = "mcp__entourage__*";
const readingKinds = ["read", "search", "think"];

/** Takes an action apart into what has to be allowed, with the paths it really names. */
export async function readFacts(asked: Asked, folders: readonly SeenFolder[]): Promise<Facts> {
  const line = asked.command === null ? null : readCommand(asked.command);
  let obscure = line?.obscure ? `What this command runs cannot be told from its text: ${line.obscure}.` : null;
  const access: PolicyAccess = readingKinds.includes(asked.toolKind) ? "read" : "write";
  const aspects: Aspect[] = [];
  for (const { words, reads, writes } of line?.parts ?? []) {
    aspects.push({ kind: "command", words });
    for (const path of reads) await addPath(path, "read");
    for (const path of writes) if (path !== "/dev/null") await addPath(path, "write");
  }
  // A command's own paths are told by its words.
  if (!line) for (const path of asked.paths) await addPath(path, access);
  if (asked.toolKind === "fetch" || (asked.tool.startsWith("mcp__") && !covers(ownTools, asked.tool)))
    for (const host of hostsIn(asked.input)) {
      if (host === null) obscure ??= "It names an address that cannot be read.";
      else aspects.push({ kind: "network", host });
    }
  if (aspects.length === 0) aspects.push({ kind: "tool" });
  return { asked, line, aspects, obscure };

  async function addPath(path: string, how: PolicyAccess) {
    const real = await realPathInside(path, folders);
    if (real === null) obscure ??= `${path.slice(0, 200)} leads through a process or a device, or nowhere.`;
    else aspects.push({ kind: "path", access: how, path: real });
  }
}

/** Decides by rules: one that denies wins, then one that asks; allowed is what is allowed in every part of it. */
export function decideByRules(rules: readonly Rule[], facts: Facts): Verdict {
  const of = (effect: PolicyEffect) => rules.filter((rule) => rule.effect === effect);
  const denied = of("deny").find((rule) => touches(rule, facts));
  if (denied) return { decision: "deny", reason: `A policy denies ${inWords(denied)}.`, policyId: denied.id };
  const asking = of("ask").find((rule) => touches(rule, facts));
  if (asking)
    return { decision: "ask", reason: `A policy has people asked for ${inWords(asking)}.`, policyId: asking.id };
  const allowing = of("allow");
  const any = allowing.find((rule) => isAnything(rule, facts));
  if (any) return { decision: "allow", reason: `A policy allows ${inWords(any)}.`, policyId: any.id };
  if (facts.obscure) return { decision: "ask", reason: facts.obscure, policyId: null };
  let last: Rule | undefined;
  for (const aspect of facts.aspects) {
    const rule = allowing.find((one) => allows(one, aspect, facts.asked));
    if (!rule && !isAllowedByItself(aspect, facts))
      return { decision: "ask", reason: missing(aspect, facts.asked), policyId: null };
    last = rule ?? last;
  }
  const reason = last ? `A policy allows ${inWords(last)}.` : "Reading in the workspace needs no permission.";
  return { decision: "allow", reason, policyId: last?.id ?? null };
}

/** Whether a rule is about any part of the action, however it is written. */
function touches({ subject, access, pattern }: Rule, { asked, line, aspects, obscure }: Facts): boolean {
  if (subject === "tool") return covers(pattern, asked.tool);
  if (subject === "command") return asked.command !== null && deniesCommand(pattern, asked.command);
  if (subject === "network") {
    const named = [...hostsIn(asked.input), ...hostsOfText(asked.command ?? "")];
    return named.some((host) => host !== null && coversHost(pattern, host));
  }
  const covered = pathMatcher(pattern);
  if (aspects.some((one) => one.kind === "path" && isAccess(access, one.access) && covered(one.path))) return true;
  const words =
    obscure && asked.command
      ? asked.command.split(/[\s'"=;&|()<>]+/)
      : (line?.parts ?? []).flatMap((part) => part.words);
  return words.some((word) => covered(plainPath(word)));
}

/** A word of a command as the path it would be; options carry theirs behind `=`. */
function plainPath(word: string): string {
  const path = word.includes("=") ? word.slice(word.indexOf("=") + 1) : word;
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `/work/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** `*` of commands or of all tools: somebody wants to be asked for nothing of this. */
const isAnything = ({ subject, pattern }: Rule, { asked }: Facts): boolean =>
  pattern === "*" && (subject === "tool" || (subject === "command" && asked.command !== null));

function allows({ subject, access, pattern }: Rule, aspect: Aspect, { tool }: Asked): boolean {
  if (subject === "tool") return covers(pattern, tool) && (aspect.kind !== "path" || isOrdinary(aspect));
  if (subject !== aspect.kind) return false;
  if (aspect.kind === "command") return allowsCommand(pattern, aspect.words);
  if (aspect.kind === "network") return coversHost(pattern, aspect.host);
  return aspect.kind === "path" && isAccess(access, aspect.access) && pathMatcher(pattern)(aspect.path);
}

const isAccess = (wanted: PolicyAccess | null, access: PolicyAccess) => wanted === null || wanted === access;

/** What a tool that is allowed may touch without a rule for the path: the workspace, but nothing that git obeys. */
const isOrdinary = ({ access, path }: { access: PolicyAccess; path: string }) =>
  isInWork(path) && (access === "read" || !isOfGit(path));

/** Reading in the workspace, thinking, and our own tools. */
function isAllowedByItself(aspect: Aspect, { asked }: Facts): boolean {
  if (covers(ownTools, asked.tool)) return true;
  if (asked.command !== null || !readingKinds.includes(asked.toolKind) || asked.tool.startsWith("mcp__")) return false;
  return aspect.kind === "tool" || (aspect.kind === "path" && aspect.access === "read" && isInWork(aspect.path));
}

function missing(aspect: Aspect, { tool, title }: Asked): string {
  if (aspect.kind === "command") return `No policy allows the command ${aspect.words.join(" ").slice(0, 300)}.`;
  if (aspect.kind === "path")
    return `No policy allows ${aspect.access === "read" ? "reading" : "writing"} ${aspect.path.slice(0, 300)}.`;
  if (aspect.kind === "network") return `No policy allows ${aspect.host}.`;
  return `No policy allows ${tool}${title ? ` (${title.slice(0, 200)})` : ""}.`;
}

function inWords({ subject, access, pattern }: Rule): string {
  if (subject === "path") return `${access ? `${access === "read" ? "reading" : "writing"} ` : ""}${pattern}`;
  return `the ${subject === "network" ? "host" : subject} ${pattern}`;
}

/** Rules that would allow exactly this and nothing else; null where no pattern can say it. */
export function exactRules({ asked, aspects, obscure }: Facts): Pick<Rule, "subject" | "access" | "pattern">[] | null {
  if (obscure) return null;
  const rules = aspects.map((aspect) => exactRule(aspect, asked));
  const plain = rules.filter((rule) => rule.pattern.length <= 300 && !/[\0-\x1f]/.test(rule.pattern));
  return plain.length === rules.length && !aspects.some(hasStar) ? rules : null;
}

function exactRule(aspect: Aspect, { tool }: Asked): Pick<Rule, "subject" | "access" | "pattern"> {
  if (aspect.kind === "command") return { subject: "command", access: null, pattern: aspect.words.join(" ") };
  if (aspect.kind === "path") return { subject: "path", access: aspect.access, pattern: aspect.path };
  if (aspect.kind === "network") return { subject: "network", access: null, pattern: aspect.host };
  return { subject: "tool", access: null, pattern: tool };
}

/** What holds a sign of patterns, or a space within a word, cannot be named exactly by one. */
function hasStar(aspect: Aspect): boolean {
  if (aspect.kind === "command") return aspect.words.some((word) => word === "" || /[\s*]/.test(word));
  return aspect.kind === "path" && /[*?]/.test(aspect.path);
}
