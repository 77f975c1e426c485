import { initTRPC, TRPCError } from "@trpc/server";
import type { z } from "zod";
import type { Caller } from "../door.ts";
import { AppError, type ErrorBody, errorCodes } from "../errors.ts";
import { execute } from "../execute.ts";
import type { Operation } from "../operation.ts";

interface TrpcContext {
  caller: Caller;
  idempotencyKey: string | undefined;
}

/** A failure that was explained; tRPC carries it to the formatter below. */
export class Explained extends Error {
  readonly body: ErrorBody["error"];
  constructor(body: ErrorBody["error"]) {
    super(body.message);
    this.body = body;
  }
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<{ operation: Operation }>()
  .create({
    /** `error.data` in the browser: our code, message, details and request id beside what tRPC needs of its own. */
    errorFormatter: ({ shape, error, ctx }) => {
      const told: ErrorBody["error"] =
        error.cause instanceof Explained
          ? error.cause.body
          : { code: codeOf(error), message: error.message, requestId: ctx?.caller.requestId ?? "" };
      return {
        ...shape,
        message: forPeople(told.message),
        data: { ...told, message: forPeople(told.message), httpStatus: shape.data.httpStatus, path: shape.data.path },
      };
    },
  });

export const router = t.router;

/** Leaves out the sentences that say which operation to call next, or with what: an agent needs them, whoever looks at a page has buttons. */
function forPeople(message: string): string {
  return message.replace(
    /(?<=[.!?]) [^.!?]*\b(?:(?:list|get|wait|send|request|claim)_[a-z_]+|evenIfRefused)\b[^.!?]*[.!?](?= |$)/g,
    "",
  );
}

/** A router's entry for an operation that reads (or waits, or reads git). */
export function query<Input extends z.ZodObject, Output extends z.ZodObject>(operation: Operation<Input, Output>) {
  return procedure(operation).query(({ ctx, input, signal }) => run(operation, ctx, input, signal));
}

/** A router's entry for an operation that changes something. */
export function mutation<Input extends z.ZodObject, Output extends z.ZodObject>(operation: Operation<Input, Output>) {
  return procedure(operation).mutation(({ ctx, input, signal }) => run(operation, ctx, input, signal));
}

/** A failure on the way in (no session, too many requests), as tRPC says it. */
export function trpcError(body: ErrorBody["error"]): TRPCError {
  const code = body.code === "internal" ? "INTERNAL_SERVER_ERROR" : errorCodes[body.code].trpc;
  return new TRPCError({ code, message: body.message, cause: new Explained(body) });
}

function procedure<Input extends z.ZodObject, Output extends z.ZodObject>(operation: Operation<Input, Output>) {
  return t.procedure.meta({ operation }).input(typedAs(operation.input));
}

/** A Standard Schema that checks nothing; the types are for the client. */
interface Unparsed<Input> {
  "~standard": {
    version: 1;
    vendor: string;
    validate(value: unknown): { value: unknown };
    types?: { input: Input; output: unknown };
  };
}

/** Gives the client the input's type without parsing here: `execute` is the only parser, so out comes `unknown`. */
function typedAs<Input extends z.ZodObject>(_schema: Input): Unparsed<z.input<Input>> {
  return { "~standard": { version: 1, vendor: "entourage", validate: (value) => ({ value }) } };
}

async function run<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  { caller, idempotencyKey }: TrpcContext,
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<z.output<Output>> {
  try {
    return await execute(operation, caller.runtime, caller.actor, input, {
      requestId: caller.requestId,
      idempotencyKey,
      signal,
    });
  } catch (error) {
    throw trpcError(caller.explain(error));
  }
}

/** tRPC's own refusals: an unknown path, a broken batch, a wrong method. */
function codeOf(error: TRPCError): ErrorBody["error"]["code"] {
  if (error.cause instanceof AppError) return error.cause.code;
  if (error.code === "NOT_FOUND") return "not_found";
  return error.code === "INTERNAL_SERVER_ERROR" ? "internal" : "invalid";
}
