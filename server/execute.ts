import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Tx } from "#db/client.ts";
import { isoTime } from "#db/iso-time.ts";
import { receipts } from "#db/schema/organizations.ts";
import { type Actor, type Context, type Runtime, systemActor } from "./context.ts";
import { AppError, type ErrorCode } from "./errors.ts";
import { flush } from "./events/record.ts";
import type { Cause } from "./events/registry.ts";
import type { Hint } from "./events/wake.ts";
import { inTurn } from "./in-turn.ts";
import { parseOrRefuse } from "./input-refusal.ts";
import { holdLease } from "./leases/fence.ts";
import type { Operation } from "./operation.ts";
import { inSpan } from "./tracing/spans.ts";
import { count, countFor } from "./tally.ts";
import { whoMay } from "./permissions.ts";
import { addRefusal } from "./security/refusals.ts";
import { isWorthTelling, kindOfRefusal, recordRefusedPermission } from "./security/service.ts";

export interface ExecuteOptions {
  requestId: string;
  /** The same key again within a day gives the first answer again and does nothing twice. */
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs an operation for a caller: the only place that opens a transaction for a request.
 * Permission → input → transaction (role, organization, receipt, fence, run, events) → wake-ups → output.
 * @throws AppError for everything the caller caused; anything else is a bug.
 */
export async function execute<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  actor: Actor,
  rawInput: unknown,
  options: ExecuteOptions,
): Promise<z.output<Output>> {
  const words = () => ({
    name: operation.name,
    attributes: {
      "entourage.operation": operation.name,
      "entourage.request_id": options.requestId,
      "entourage.org_id": actor.orgId,
      "entourage.actor_kind": actor.kind,
    },
  });
  try {
    return await inSpan(words, async () => {
      await admitByPermission(operation, runtime, actor, options);
      const input = parseInput(operation, rawInput);
      const decided = operation.kind === "local" ? undefined : await decide(operation, runtime, actor, input, options);
      return operation.output.parse(await finish(operation, runtime, actor, { decided, input }, options));
    });
  } catch (error) {
    if (error instanceof AppError) {
      countRefusal(actor.orgId, error.code);
      if (error.details?.outside === true) await tellOutside(operation.name, runtime, actor, { error, ...options });
    }
    throw error;
  }
}

/** Whoever tried to leave a folder stands in the audit, and is refused all the same. */
async function tellOutside(
  name: string,
  runtime: Runtime,
  actor: Actor,
  { error, requestId }: { error: AppError; requestId: string },
): Promise<void> {
  const refused = { what: "path" as const, by: actor, words: `${name}: ${error.message}` };
  const { orgId } = actor;
  if (!orgId || actor.kind === "system") return;
  await inTransaction(runtime, systemActor(orgId, "security"), { requestId }, (context) =>
    addRefusal(context, refused),
  ).catch(() => undefined);
}

function countRefusal(orgId: string, code: ErrorCode): void {
  if (code === "forbidden") countFor(orgId, "denied");
  if (code === "rate_limited") countFor(orgId, "rateLimited");
}

function finish<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  actor: Actor,
  { decided, input }: { decided: unknown; input: z.output<Input> },
  { requestId, signal }: ExecuteOptions,
): unknown {
  if (!operation.finish) return decided;
  const complete = (until: AbortSignal | undefined) =>
    operation.finish?.(decided, input, { runtime, actor, requestId, signal: until });
  // Whoever waits was let in when they came; what they came with may end meanwhile.
  return operation.kind === "wait" && runtime.access
    ? runtime.access.whileAdmitted(actor, signal, complete)
    : complete(signal);
}

/** A refused permission is told to the audit, in a transaction of its own, and the refusal goes out all the same. */
async function admitByPermission<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  actor: Actor,
  { requestId }: ExecuteOptions,
): Promise<void> {
  try {
    requirePermission(operation, actor);
  } catch (refusal) {
    if (actor.kind !== "system" && (await isWorthTelling(actor.orgId, kindOfRefusal(actor, operation.name)))) {
      const { name, permission } = operation;
      const tell = (context: Context) => recordRefusedPermission(context, { operation: name, permission });
      // A database that is away makes no other answer of it.
      await inTransaction(runtime, actor, { requestId }, tell).catch(() => undefined);
    }
    throw refusal;
  }
}

/**
 * The first half of a `wait` operation, for a caller that comes back for the rest: decides, and keeps what was decided
 * in the same transaction. `lookAgain` is the second half, any number of times, in any process.
 */
export async function begin<Decided>(
  operation: Operation<z.ZodObject, z.ZodObject, Decided>,
  runtime: Runtime,
  actor: Actor,
  rawInput: unknown,
  { requestId }: ExecuteOptions,
  keep: (context: Context, decided: Decided) => Promise<void>,
): Promise<Decided> {
  requirePermission(operation, actor);
  const input = parseInput(operation, rawInput);
  return inTransaction(runtime, actor, { requestId }, async (context) => {
    const decided = await operation.run(context, input);
    await keep(context, decided);
    return decided;
  });
}

/** Looks for the result of what was begun, as the caller may now; undefined while there is none. */
export async function lookAgain<Decided>(
  operation: Operation<z.ZodObject, z.ZodObject, Decided>,
  runtime: Runtime,
  actor: Actor,
  { decided, input }: { decided: Decided; input: unknown },
  { requestId, signal }: ExecuteOptions,
): Promise<Record<string, unknown> | undefined> {
  if (!operation.resume) throw new Error(`${operation.name} cannot be resumed`);
  requirePermission(operation, actor);
  const result = await operation.resume(decided, parseInput(operation, input), { runtime, actor, requestId, signal });
  return result && operation.output.parse(result);
}

function requirePermission(
  { name, permission, isOpen }: Pick<Operation, "name" | "permission" | "isOpen">,
  actor: Actor,
): void {
  if (isOpen || actor.permissions.has(permission)) return;
  if (actor.kind === "user" && !actor.keyId)
    throw new AppError("forbidden", `Only ${whoMay(permission)} may do this. You are here as ${actor.role}.`);
  const instead = actor.agent ? " Call wait_for_work for what is yours to do, or send_message to whoever may." : "";
  throw new AppError(
    "forbidden",
    `${name} needs the permission ${permission}, which ${actor.keyId && !actor.agent ? "this key" : `the role ${actor.role}`} does not have here.${instead}`,
  );
}

/** Receipts are found by it, and an index takes no long texts. */
const mostKeyCharacters = 200;

function decide<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  actor: Actor,
  input: z.output<Input>,
  { requestId, idempotencyKey }: ExecuteOptions,
): Promise<unknown> {
  const options = { requestId, system: operation.scope === "instance", snapshot: operation.kind === "read" };
  // Receipts belong to an organization; what is done outside of one (making one) is not kept. Nor is one kept where doing
  // it again does no harm and brings an answer that a receipt must not hold.
  const isRepeatable = operation.hints?.secret === true && operation.hints.idempotent === true;
  if (operation.kind !== "command" || !idempotencyKey || !actor.orgId || isRepeatable)
    return inTransaction(runtime, actor, options, (context) => runFenced(context, operation, input));
  if (idempotencyKey.length > mostKeyCharacters)
    throw new AppError("invalid", `An idempotency key has at most ${mostKeyCharacters} characters.`);
  return inTurn(receiptName(actor, idempotencyKey), () =>
    inTransaction(runtime, actor, options, (context) => onlyOnce(context, operation, idempotencyKey, input)),
  );
}

async function runFenced<Input extends z.ZodObject, Output extends z.ZodObject>(
  context: Context,
  operation: Operation<Input, Output>,
  input: z.output<Input>,
): Promise<unknown> {
  const fenced = operation.subject?.(input);
  if (fenced) await holdLease(context, fenced, leaseNamedIn(input));
  return operation.run(context, input);
}

export interface TransactionOptions {
  requestId: string;
  /** The event because of which the system acts: its correlation goes on. */
  cause?: Cause | undefined;
  /** Over all organizations. */
  system?: boolean;
  /** Reads only, and all of it as of one moment: a page of several queries never contradicts itself. */
  snapshot?: boolean;
}

/**
 * One transaction as an actor: role and organization set, events appended at the end, wake-ups sent after the commit.
 * Deadlocks, serialization failures and lost claim races are retried. Used by `execute` and by the worker's parts.
 */
export async function inTransaction<Result>(
  runtime: Runtime,
  actor: Actor,
  options: TransactionOptions,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { result, context } = await attemptTransaction(runtime, actor, options, work);
      for (const hint of hintsOf(context)) runtime.wake.announce(hint.topic, hint.orgId, hint.about);
      for (const { orgId, type } of context.pending) {
        count("events", type.slice(0, type.indexOf(".")));
        countFor(orgId, "events");
      }
      return result;
    } catch (error) {
      if (attempt >= 4 || !isRetryable(error)) throw error;
    }
  }
}

async function attemptTransaction<Result>(
  { db, settings }: Runtime,
  actor: Actor,
  { requestId, cause, system = false, snapshot = false }: TransactionOptions,
  work: (context: Context) => Promise<Result>,
) {
  const run = async (tx: Tx) => {
    const [begun] = await tx.execute<{
      now: string;
    }>(sql`select set_config('role', ${system ? "entourage_system" : "entourage_app"}, true),
      set_config('app.org_id', ${actor.orgId}, true), ${isoTime(sql`now()`)} as now`);
    if (!begun) throw new Error("the database did not tell the time");
    const context: Context = {
      ...{ actor, tx, settings, now: new Date(begun.now), requestId, pending: [], hints: [] },
      ...(cause ? { cause, requestId: cause.correlationId } : {}),
    };
    const result = await work(context);
    await flush(context);
    return { result, context };
  };
  return snapshot
    ? db.transaction(run, { isolationLevel: "repeatable read", accessMode: "read only" })
    : db.transaction(run);
}

function parseInput<Input extends z.ZodObject>(
  { input, name }: Pick<Operation<Input>, "input" | "name">,
  raw: unknown,
): z.output<Input> {
  const parsed = parseOrRefuse(name, input, raw);
  refuseUnstorable(name, parsed);
  return parsed;
}

/** PostgreSQL keeps neither the zero character nor half of a surrogate pair; saying so beats failing deep inside. */
function refuseUnstorable(name: string, value: unknown, path = ""): void {
  if (typeof value === "string") {
    if (value.includes("\0"))
      throw new AppError("invalid", `${name}: ${path} contains the zero character (U+0000). Leave it out.`);
    if (!value.isWellFormed())
      throw new AppError(
        "invalid",
        `${name}: ${path} contains half a character (a lone surrogate). Send whole characters.`,
      );
  } else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) refuseUnstorable(name, key, `a name in ${path || "it"}`);
    for (const [key, inner] of Object.entries(value)) refuseUnstorable(name, inner, path ? `${path}.${key}` : key);
  }
}

const leaseNamedIn = (input: Record<string, unknown>) => (typeof input.lease === "string" ? input.lease : undefined);

const receiptName = ({ orgId, id }: Actor, key: string) => `${orgId}|${id}|${key}`;

async function onlyOnce<Input extends z.ZodObject, Output extends z.ZodObject>(
  context: Context,
  operation: Operation<Input, Output>,
  key: string,
  input: z.output<Input>,
): Promise<unknown> {
  const { tx, actor, now } = context;
  // Where secrets go in or out neither is kept, not even as a hash that could be guessed.
  const inputHash = operation.hints?.secret ? "" : createHash("sha256").update(JSON.stringify(input)).digest("hex");
  // Two requests with one key at once: the second waits here until the first has committed, then finds its receipt.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${receiptName(actor, key)}, 0))`);
  const [receipt] = await tx
    .select()
    .from(receipts)
    .where(and(eq(receipts.orgId, actor.orgId), eq(receipts.actorId, actor.id), eq(receipts.key, key)));
  if (receipt && (receipt.operation !== operation.name || receipt.inputHash !== inputHash)) {
    throw new AppError(
      "conflict",
      `This idempotency key was used for another ${receipt.operation} request. Use a new key.`,
    );
  }
  if (receipt && operation.hints?.secret) {
    throw new AppError(
      "conflict",
      `This ${operation.name} was done already, and what it answered is not kept. If it was lost, do it again with a new idempotency key.`,
    );
  }
  if (receipt) return receipt.output;
  // Behind the receipt: what ended the lease (a release, a request for review) is answered again when its answer was lost.
  const output = await runFenced(context, operation, input);
  await tx.insert(receipts).values({
    orgId: actor.orgId,
    actorId: actor.id,
    key,
    operation: operation.name,
    inputHash,
    output: operation.hints?.secret ? {} : output,
    createdAt: now,
  });
  return output;
}

/** What other processes should look at, told after the commit: a hint, never the truth. */
function hintsOf({ pending, hints: asked }: Context) {
  const hints = new Map<string, Hint>();
  for (const hint of asked) hints.set(`${hint.topic}${hint.orgId}${hint.about ?? ""}`, hint);
  for (const { orgId, type } of pending) {
    hints.set(`events_appended${orgId}`, { topic: "events_appended", orgId });
    if (type === "message.sent") hints.set(`new_message${orgId}`, { topic: "new_message", orgId });
    if (/^request\.(resolved|expired|withdrawn)$/.test(type))
      hints.set(`human_request_resolved${orgId}`, { topic: "human_request_resolved", orgId });
    if (/^(api_key|member|team|agent)\./.test(type))
      hints.set(`access_changed${orgId}`, { topic: "access_changed", orgId });
    if (!/^(message|usage|session|price|channel|handle)\./.test(type))
      hints.set(`task_status_changed${orgId}`, { topic: "task_status_changed", orgId });
  }
  return hints.values();
}

const retryableCodes = new Set(["40001", "40P01"]);
const claimIndexes = new Set(["leases_live_task", "leases_live_slot"]);

function isRetryable(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return false;
  if (typeof cause.code === "string" && retryableCodes.has(cause.code)) return true;
  return cause.code === "23505" && "constraint_name" in cause && claimIndexes.has(String(cause.constraint_name));
}
