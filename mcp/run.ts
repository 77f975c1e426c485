import type { z } from "zod";
import type { Caller } from "#server/door.ts";
import { execute } from "#server/execute.ts";
import type { Operation } from "#server/operation.ts";

/** Runs an operation for whoever asks over MCP: the one way in, also for what is no tool. */
export const runFor = <Input extends z.ZodObject, Output extends z.ZodObject>(
  { runtime, actor, requestId, signal }: Caller,
  operation: Operation<Input, Output>,
  input: Record<string, unknown>,
): Promise<z.output<Output>> => execute(operation, runtime, actor, input, { requestId, signal });
