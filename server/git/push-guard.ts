import type { Duplex } from "node:stream";
import { isBranchName } from "./names.ts";

export interface RefUpdate {
  ref: string;
  /** Null where the branch is new. */
  old: string | null;
  new: string;
}

export interface PushRules {
  /** Full names: `refs/heads/task-12-…`. */
  allowedRefs: string[];
  /** Asked when all objects have arrived, right before the refs move: a lease may have ended during the upload. */
  confirm: (updates: RefUpdate[]) => Promise<{ ok: true } | { ok: false; message: string }>;
  /** Told after the refs moved; the client hears of its success only when this has settled. */
  pushed: (updates: RefUpdate[]) => Promise<void>;
  onConfirmed?: () => void;
  /** Told why, for the audit. */
  onRefused?: (words: string) => void;
  onError?: (error: unknown) => void;
}

/** Answers the hooks of one push over the descriptor they share with us. */
export function guardPush(channel: Duplex, rules: PushRules): void {
  let buffered = "";
  channel.setEncoding("utf8");
  // The hooks may die at any moment (a client that hangs up); then there is nobody to answer.
  channel.on("error", () => undefined);
  channel.on("data", (chunk: string) => {
    buffered += chunk;
    for (let end = buffered.indexOf("\nend\n"); end >= 0; end = buffered.indexOf("\nend\n")) {
      const [hook = "", ...lines] = buffered.slice(0, end).split("\n");
      buffered = buffered.slice(end + "\nend\n".length);
      void answer(hook, lines, rules).then((verdict) => channel.write(`${oneLine(verdict)}\n`));
    }
  });
}

/** Why a push may not happen, or null. Anything but creating or moving one of one's own branches is refused. */
function refusal(lines: string[], allowedRefs: string[]): string | null {
  const own = allowedRefs.length === 0 ? "nothing at the moment" : `only ${allowedRefs.join(", ")}`;
  const may = `You may push ${own} while you hold its lease.`;
  if (lines.length === 0) return `Nothing was pushed. ${may}`;
  for (const line of lines) {
    const update = parseUpdate(line);
    if (update === null) return `The server could not read which branch this push is for. ${may}`;
    const shown = JSON.stringify(update.ref);
    if (!update.ref.startsWith("refs/heads/")) return `Only branches can be pushed, not ${shown}. ${may}`;
    if (!allowedRefs.includes(update.ref) || !isBranchName(update.ref.slice("refs/heads/".length))) {
      return `You may not push ${shown}. ${may}`;
    }
    if (update.deletes) return `Branches cannot be deleted by a push (${shown}). ${may}`;
  }
  return null;
}

async function answer(hook: string, lines: string[], rules: PushRules): Promise<string> {
  try {
    if (hook === "post-receive") {
      await rules.pushed(lines.flatMap(toUpdate));
      return "ok";
    }
    const refused = refusal(lines, rules.allowedRefs);
    if (refused !== null) rules.onRefused?.(refused);
    if (hook !== "pre-receive" || refused !== null) return refused ?? "The server does not know this hook.";
    const verdict = await rules.confirm(lines.flatMap(toUpdate));
    if (!verdict.ok) {
      rules.onRefused?.(verdict.message);
      return verdict.message;
    }
    rules.onConfirmed?.();
    return "ok";
  } catch (error) {
    rules.onError?.(error);
    return hook === "post-receive"
      ? "The commits are stored, but the board could not be told; it will catch up."
      : "The server could not confirm this push. Try again.";
  }
}

function parseUpdate(line: string): (RefUpdate & { deletes: boolean }) | null {
  const [, old, next, ref] = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (.+)$/.exec(line) ?? [];
  if (old === undefined || next === undefined || ref === undefined) return null;
  return { ref, old: /^0+$/.test(old) ? null : old, new: next, deletes: /^0+$/.test(next) };
}

function toUpdate(line: string): RefUpdate[] {
  const update = parseUpdate(line);
  return update === null ? [] : [{ ref: update.ref, old: update.old, new: update.new }];
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
