import { reserve } from "../budgets/ledger.ts";
import type { Refusal } from "../budgets/refusals.ts";
import type { Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { openSessionFor, spenderOf } from "../sessions/service.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { routingOf } from "../models/service.ts";
import { routeWork } from "../models/routing.ts";
import type { Tokens } from "../prices/service.ts";
import { breakerOf, isOpen } from "./breakers.ts";
import { mostMicros } from "./bounds.ts";
import { type Candidate, candidatesOf, type Credential } from "./candidates.ts";
import type { Conversation } from "./conversation.ts";

/** A call that may be made: its money is set aside. */
export interface Prepared {
  model: string;
  credential: Credential;
  sessionId: string;
  reservationId: string;
}

export type Preparation = { ok: true; prepared: Prepared } | { ok: false; refusal: Refusal };

/**
 * Chooses the first model that can be called now and sets aside what the call may cost at most. A refusal of the money is
 * a result, since what it told people stays.
 * @throws AppError unavailable when no model can be called, with why of each and when to try again; invalid when none is named.
 */
export async function prepareCall(
  context: Context,
  models: Runtime,
  asked: Conversation,
  {
    bound,
    sessionId,
    isOwnSession,
    payer = null,
  }: {
    bound: Tokens;
    sessionId: string;
    isOwnSession: boolean;
    /** Whose own key goes before the organization's. */
    payer?: string | null;
  },
): Promise<Preparation> {
  const names = await namesOf(context, asked);
  const candidates = await candidatesOf(context, names, payer);
  const chosen = candidates.find((one) => whyNot(models, one) === null);
  if (!chosen?.credential || !chosen.price) throw noModel(models, candidates);
  if (isOwnSession) await openSessionFor(context, sessionId, { ...asked, model: chosen.model });
  const session = await lockSessionRow(context, sessionId);
  const upperBoundMicros = mostMicros(chosen.price, bound);
  const spender = { ...spenderOf(session), isOwnKey: chosen.credential.userId !== null };
  const reserved = await reserve(context, spender, { upperBoundMicros, model: chosen.model, isCall: true });
  if (!reserved.ok) return { ok: false, refusal: reserved.refusal };
  const { model, credential } = chosen;
  return { ok: true, prepared: { model, credential, sessionId, reservationId: reserved.reservationId } };
}

async function namesOf(context: Context, { model, tier, teamId }: Conversation): Promise<readonly string[]> {
  if (model !== undefined) return typeof model === "string" ? [model] : model;
  if (!tier) throw new AppError("invalid", "Name the model, or the tier of the team's table.");
  return routeWork(await routingOf(context, teamId), { type: "*", complexity: null, tier }).models;
}

function whyNot(models: Runtime, { why, credential }: Candidate): string | null {
  if (why !== null) return why;
  if (credential && isOpen(models, credential)) return `${credential.provider} failed several times in a row`;
  return null;
}

/**
 * The details say whether waiting helps: `retryAfterSeconds` for how long, `down` for which providers to answer again;
 * neither is there where only people can help.
 */
function noModel(models: Runtime, candidates: readonly Candidate[]): AppError {
  const reasons = candidates.map((one) => `${one.model}: ${whyNot(models, one) ?? "usable"}`);
  const down = candidates.flatMap(({ isDown, credential }) => (isDown && credential ? [credential.provider] : []));
  const waits = candidates.flatMap((one) => {
    if (one.retryAt !== null) return [Math.max(1, Math.ceil((Date.parse(one.retryAt) - Date.now()) / 1_000))];
    return one.why === null && one.credential && breakerOf(models, one.credential) ? [5] : [];
  });
  return new AppError(
    "unavailable",
    `No model can be called now. ${reasons.join("; ") || "None is named"}. Owners and admins add keys and models in the settings.`,
    {
      models: reasons,
      ...(waits.length > 0 ? { retryAfterSeconds: Math.min(...waits) } : {}),
      ...(down.length > 0 ? { down: [...new Set(down)] } : {}),
    },
  );
}
