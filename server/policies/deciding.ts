import type { PolicyEffect, SessionFlag } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { type PolicyCache, readRules } from "./cache.ts";
import { flagsOf, isThird, raiseFlags, readFlags } from "./flags.ts";
import type { SeenFolder } from "./paths.ts";
import { type Asked, decideByRules, type Facts, readFacts, type Rule, type Verdict } from "./rules.ts";
import { findSessionOf } from "./service.ts";

export interface Decided extends Verdict {
  decision: PolicyEffect;
  /** What the session would have had to do with after it. */
  raises: SessionFlag[];
  /** It would be the third of the three flags: no standing permission answers it, only a person. */
  needsPerson: boolean;
}

type SessionOf = Awaited<ReturnType<typeof findSessionOf>>;

interface Asking {
  sessionId: string;
  ask: Asked;
  /** Folders of the host inside the sandbox; with them symbolic links are followed. */
  folders?: readonly SeenFolder[] | undefined;
}

/**
 * Decides whether an agent's tool may do something, by the policies of its session, agent and team. What is allowed is
 * noted with the session's flags.
 * @returns `ask` when a person has to decide: `openPermission` asks one.
 * @throws AppError not_found for the session
 */
export async function decidePermission(
  context: Context,
  { sessionId, ask, folders }: Asking,
  cache?: PolicyCache,
): Promise<Decided> {
  const session = await findSessionOf(context, sessionId);
  const { decided, facts } = await weigh(context, { session, ask, folders }, cache);
  if (decided.decision === "allow") await raiseFlags(context, session, decided.raises, { because: inShort(facts) });
  return decided;
}

/** The same without leaving a trace. */
export async function weigh(
  context: Context,
  { session, ask, folders = [] }: { session: SessionOf; ask: Asked; folders?: readonly SeenFolder[] | undefined },
  cache?: PolicyCache,
): Promise<{ decided: Decided; facts: Facts }> {
  const scopes = [session.id, session.agentId, session.teamId].filter((one) => one !== null);
  const rules = cache ? await cache.rulesOf(context, scopes) : await readRules(context, scopes);
  const facts = await readFacts(ask, folders);
  const raises = flagsOf(facts);
  const verdict = decideByRules(rules, facts);
  if (verdict.decision === "deny") return { decided: { ...verdict, raises: [], needsPerson: false }, facts };
  const had = await readFlags(context, session.id);
  if (!isThird(had, raises)) return { decided: { ...verdict, raises, needsPerson: false }, facts };
  const reason = `With this the session would have had untrusted input, private data and an effect outside, all three: a person decides. ${verdict.reason}`;
  return { decided: { ...verdict, decision: "ask", reason, raises, needsPerson: true }, facts };
}

/** What a team's policies say of an action, whoever would do it. */
export async function weighInTeam(context: Context, teamId: string, ask: Asked): Promise<Decided> {
  const rules: Rule[] = await readRules(context, [teamId]);
  const facts = await readFacts(ask, []);
  return { ...decideByRules(rules, facts), raises: flagsOf(facts), needsPerson: false };
}

/** An action in a few words, for people. */
export function inShort({ asked }: Facts): string {
  const what =
    asked.command ?? (asked.paths.length > 0 ? `${asked.tool} ${asked.paths.join(", ")}` : asked.title || asked.tool);
  return what.replace(/\s+/g, " ").slice(0, 300);
}
