import type { z } from "zod";
import type { Actor, Context, Runtime } from "./context.ts";
import type { Permission } from "./permissions.ts";

/**
 * `read` and `command` live in one transaction; a command may record events. `wait` and `git` decide in a transaction
 * and then `finish` without one: waiting for something to happen, or reading git objects. `local` opens none at all: it
 * is answered by this process alone.
 */
export type OperationKind = "read" | "command" | "wait" | "git" | "local";

export interface FinishContext {
  runtime: Runtime;
  actor: Actor;
  requestId: string;
  /** Ends when the caller hangs up. */
  signal?: AbortSignal | undefined;
}

/** One thing a person, an agent or a script can do here, independent of how the request arrived. */
export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
  Decided = unknown,
> {
  name: string;
  /** One sentence that an agent understands at once; shown by every door. */
  summary: string;
  kind: OperationKind;
  permission: Permission;
  /** `instance`: not within an organization (listing and making organizations). */
  scope?: "org" | "instance";
  /** Needs no permission: it proves by its input who asks, or tells callers of themselves alone. */
  isOpen?: boolean;
  input: Input;
  output: Output;
  hints?: {
    destructive?: boolean;
    idempotent?: boolean;
    /**
     * A secret goes in or comes out: it is never stored, so an idempotency key hinders doing it twice but brings nothing
     * back. With `idempotent` it may be done again, and no receipt is kept.
     */
    secret?: boolean;
  };
  /** The task it writes to: an agent needs its live lease on it (managers do not). The lease may be named in `input.lease`. */
  subject?(input: z.output<Input>): string;
  /** What happens, in the transaction; never called for `local`. */
  run(context: Context, input: z.output<Input>): Promise<Decided>;
  /**
   * What follows after the commit, holding no transaction. Required for `wait`, `git` and `local`. A command has one to
   * refuse what must leave a trace, or to add what must not be kept: what it decided is its receipt, so it is plain JSON.
   */
  finish?(decided: Decided, input: z.output<Input>, context: FinishContext): Promise<z.input<Output>>;
  /**
   * Looks once for what `finish` would wait for, undefined while there is nothing yet. With it a call can outlive the
   * connection and the process: `decided` is kept as JSON, and whoever is asked next looks again. A `decided` that has
   * an end in time answers in its last form from then on.
   */
  resume?(decided: Decided, input: z.output<Input>, context: FinishContext): Promise<z.input<Output> | undefined>;
}

type Finished<Input extends z.ZodObject, Output extends z.ZodObject, Decided> = Operation<Input, Output, Decided> & {
  kind: Exclude<OperationKind, "local">;
  finish: NonNullable<Operation<Input, Output, Decided>["finish"]>;
};
type Plain<Input extends z.ZodObject, Output extends z.ZodObject> = Operation<Input, Output, z.input<Output>> & {
  kind: "read" | "command";
  finish?: never;
  resume?: never;
};
type Local<Input extends z.ZodObject, Output extends z.ZodObject> = Omit<
  Finished<Input, Output, void>,
  "kind" | "run"
> & {
  kind: "local";
};

/** Declares an operation; only checks that the pieces fit. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Plain<Input, Output>,
): Operation<Input, Output>;
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject, Decided>(
  operation: Finished<Input, Output, Decided>,
): Operation<Input, Output>;
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Local<Input, Output>,
): Operation<Input, Output>;
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output, never> | Operation<Input, Output> | Local<Input, Output>,
): Operation<Input, Output> {
  return { run: nothing, ...operation };
}

const nothing = () => Promise.resolve();
