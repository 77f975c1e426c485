import type { z } from "zod";
import type { Context } from "#server/context.ts";
import type { Caller } from "#server/door.ts";
import { execute, inTransaction } from "#server/execute.ts";
import type { Operation } from "#server/operation.ts";

/** Runs an operation for whoever asks over MCP: the one way in, also for what is no tool. */
export const runFor = <Input extends z.ZodObject, Output extends z.ZodObject>(
  { runtime, actor, requestId, signal }: Caller,
  operation: Operation<Input, Output>,
  input: Record<string, unknown>,
): Promise<z.output<Output>> => execute(operation, runtime, actor, input, { requestId, signal });

/** A transaction of whoever asks, for what the protocol keeps of its own: its tasks and the states that it sealed. */
export const within = <Result>(
  { runtime, actor, requestId }: Caller,
  work: (context: Context) => Promise<Result>,
): Promise<Result> => inTransaction(runtime, actor, { requestId }, work);
