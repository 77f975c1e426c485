import { randomUUID } from "node:crypto";
import { type McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Caller } from "#server/door.ts";
import { addResponses, findTask, keepTask, settleTask, type TaskRow } from "#server/mcp-tasks/service.ts";
import { callResultOf, refusedAs } from "../call-tool.ts";
import { within } from "../run.ts";
import { capabilitiesOf, requireTasks } from "./extension.ts";
import type { CallResult, LongTool, Look } from "./long-tool.ts";

/** How often a client should ask: half of it is what an answer waits on average. */
const POLL_MS = 500;

/** What a client may answer to all that one task asks of it, as JSON: what people answer is shorter by far. */
const mostAnsweredBytes = 64 * 1024;

/** Begins a long tool for a client that takes tasks. What is finished at once is answered at once. */
export async function beginTask(
  tool: LongTool,
  input: Record<string, unknown>,
  caller: Caller,
  context: ServerContext,
): Promise<CallResult | Record<string, unknown>> {
  const id = randomUUID();
  let decided: unknown;
  try {
    decided = await tool.begin(caller, input, (inside, outcome) =>
      keepTask(inside, { id, tool: tool.name, input, decided: outcome }),
    );
  } catch (error) {
    return callResultOf(refusedAs(caller.explain(error)));
  }
  const look = await lookAt(tool, caller, { input, decided, responses: {} }, context);
  const row = await keepLook(caller, id, look);
  return look.state === "completed" ? look.result : { resultType: "task", ...describe(row) };
}

/** `tasks/get`, `tasks/update` and `tasks/cancel` (SEP-2663). There is no list and no separate result, by the extension. */
export function serveTasks(
  { server }: McpServer,
  tools: (name: string) => LongTool | undefined,
  callerOf: () => Caller,
): void {
  const params = z.looseObject({ taskId: z.string() });

  server.setRequestHandler("tasks/get", { params }, async ({ taskId }, context) => {
    requireTasks(context);
    const caller = callerOf();
    const row = await own(caller, taskId);
    if (row.status !== "working" && row.status !== "input_required") return describe(row);
    const look = await lookAt(toolOf(row), caller, row, context);
    const now = await keepLook(caller, taskId, look);
    // Of what is asked only this client can tell which it is able to show, so it is not kept.
    return { ...describe(now), ...(now.status === "input_required" && inputRequestsOf(look)) };
  });

  server.setRequestHandler("tasks/update", { params }, async ({ taskId, ...rest }, context) => {
    requireTasks(context);
    const caller = callerOf();
    const { responses } = await own(caller, taskId);
    const answered = context.mcpReq.inputResponses ?? inputResponses.safeParse(rest).data?.inputResponses ?? {};
    if (Buffer.byteLength(JSON.stringify({ ...answered, ...responses })) > mostAnsweredBytes)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `All that is answered to one task may have ${mostAnsweredBytes} bytes. Answer in fewer words.`,
      );
    const row = await within(caller, (inside) => addResponses(inside, taskId, answered));
    if (row) await toolOf(row).respond?.(caller, row);
    return {};
  });

  server.setRequestHandler("tasks/cancel", { params }, async ({ taskId }, context) => {
    requireTasks(context);
    const caller = callerOf();
    await own(caller, taskId);
    await within(caller, (inside) => settleTask(inside, taskId, { status: "cancelled" }));
    return {};
  });

  function toolOf(row: TaskRow): LongTool {
    const tool = tools(row.tool);
    if (!tool) throw new Error(`the tool ${row.tool} of a task is gone`);
    return tool;
  }
}

const inputResponses = z.object({ inputResponses: z.record(z.string(), z.unknown()) });

/** @throws ProtocolError -32602: what is another's and what never was look the same. */
async function own(caller: Caller, id: string): Promise<TaskRow> {
  const row = z.uuid().safeParse(id).success ? await within(caller, (inside) => findTask(inside, id)) : undefined;
  if (!row) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "Unknown taskId. It may have outlived its ttlMs.");
  return row;
}

/** A look that throws settles nothing: the database may be back when the client asks again. */
const lookAt = (
  tool: LongTool,
  caller: Caller,
  begun: Pick<TaskRow, "input" | "decided" | "responses">,
  context: ServerContext,
): Promise<Look> => tool.look(caller, begun, { canElicit: capabilitiesOf(context)?.elicitation !== undefined });

async function keepLook(caller: Caller, id: string, look: Look): Promise<TaskRow> {
  const kept = await within(caller, (inside) => {
    if (look.state === "completed") return settleTask(inside, id, { status: "completed", outcome: look.result });
    if (look.state === "failed") return settleTask(inside, id, { status: "failed", outcome: look.error });
    return findTask(inside, id);
  });
  if (!kept) throw new Error(`the task ${id} vanished while it was looked at`);
  const isOpen = kept.status === "working" || kept.status === "input_required";
  return isOpen ? { ...kept, status: look.state } : kept;
}

const inputRequestsOf = (look: Look) => (look.state === "input_required" ? { inputRequests: look.inputRequests } : {});

function describe({ id, status, createdAt, updatedAt, ttlMs, outcome }: TaskRow): Record<string, unknown> {
  return {
    taskId: id,
    status,
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: updatedAt.toISOString(),
    ttlMs,
    pollIntervalMs: POLL_MS,
    ...(status === "completed" && { result: outcome }),
    ...(status === "failed" && { error: outcome }),
  };
}
