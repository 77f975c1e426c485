import { z } from "zod";
import { type Context, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { lookUp } from "../knowledge/queries.ts";
import type { Hit } from "../knowledge/schema.ts";
import { searchByMeaning } from "../knowledge/searching.ts";
import { builtIn } from "./built-in.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool, ToolDeps } from "./tool.ts";

const searched = z.strictObject({
  query: z.string().min(1).max(1_000).describe("What you want to know, in words."),
  limit: z.int().min(1).max(20).optional().describe("8 when left out."),
});
const lookedUp = z.strictObject({
  name: z.string().min(1).max(200).describe("A type, function or word, exactly; `find*` for all that begin so."),
  limit: z.int().min(1).max(20).optional().describe("8 when left out."),
});

/** What the organization knows, by meaning and by name; for the task's team only. */
export function knowledgeTools({ runtime }: ToolDeps): Tool[] {
  return [
    {
      ...builtIn.searchKnowledge,
      parameters: schemaOf(searched),
      execute: async ({ orgId, teamId }, raw) => {
        const { query, limit = 8 } = searched.parse(raw);
        return shown(await searchByMeaning(runtime, { orgId, teams: [teamId], query, most: limit }));
      },
    },
    {
      ...builtIn.lookupType,
      parameters: schemaOf(lookedUp),
      execute: async ({ orgId, teamId }, raw) => {
        const { name, limit = 8 } = lookedUp.parse(raw);
        const look = (context: Context) => lookUp(context, { name, limit }, [teamId]);
        return shown(await inTransaction(runtime, systemActor(orgId, "tools"), { requestId: `tool-${newId()}` }, look));
      },
    },
  ];
}

const shown = (hits: readonly Hit[]): string =>
  hits
    .map(({ source, path, firstLine, lastLine, text }) => `### ${source}: ${path}:${firstLine}-${lastLine}\n${text}`)
    .join("\n\n") || "Nothing was found. Try other words.";
