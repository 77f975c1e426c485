import { z } from "zod";
import { systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { converse } from "../llm/converse.ts";
import { builtIn } from "./built-in.ts";
import { localModelsOf } from "./local-models.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool, ToolContext, ToolDeps } from "./tool.ts";

const input = z.strictObject({
  prompt: z.string().min(1).max(200_000).describe("All it is to know: it sees nothing else."),
  maxTokens: z.int().min(1).max(8_000).optional().describe("How long the answer may be; 1000 when left out."),
});

/** A local model takes its time. */
const timeoutSeconds = 300;

/** The tool of the local model, where the team has one. */
export async function localModelTools(deps: ToolDeps, { orgId, teamId }: ToolContext): Promise<Tool[]> {
  const models = await lookForModels(deps, orgId, teamId);
  if (models.length === 0) return [];
  return [
    {
      ...builtIn.localModel,
      parameters: schemaOf(input),
      timeoutSeconds,
      execute: async (context, raw) => askLocalModel(deps, context, input.parse(raw)),
    },
  ];
}

const lookForModels = ({ runtime }: ToolDeps, orgId: string, teamId: string): Promise<string[]> =>
  inTransaction(runtime, systemActor(orgId, "tools"), { requestId: `tool-${newId()}` }, (context) =>
    localModelsOf(context, teamId),
  );

/** One answer, on the way of all calls of models: counted under the task, though it costs nothing. */
async function askLocalModel(
  deps: ToolDeps,
  { orgId, teamId, taskId, agentId, signal }: ToolContext,
  { prompt, maxTokens = 1_000 }: z.output<typeof input>,
): Promise<string> {
  const model = await lookForModels(deps, orgId, teamId);
  if (model.length === 0) throw new AppError("unavailable", "There is no local model any more. Go on without it.");
  const reply = await converse(deps.runtime, {
    ...{ orgId, teamId, taskId, agentId, model, signal, purpose: "local", maxOutputTokens: maxTokens },
    system: "Answer with what was asked for and nothing else.",
    messages: [{ role: "user", content: prompt }],
  });
  const cut = reply.finishReason === "length" ? `\n… cut at ${maxTokens} tokens.` : "";
  return `${reply.text || "It answered nothing."}${cut}`;
}
