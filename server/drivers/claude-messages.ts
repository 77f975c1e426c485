import { z } from "zod";

// What of the Claude Agent SDK (0.3) we use. Its package is installed on demand, so its shapes stand here.

const block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thinking"), thinking: z.string() }),
  z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    is_error: z.boolean().optional(),
    content: z.unknown().optional(),
  }),
]);
/** Blocks of other types are no business of ours. */
const blocks = z.array(z.unknown()).transform((all) => all.flatMap((one) => block.safeParse(one).data ?? []));

export const claudeMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("stream_event"),
    parent_tool_use_id: z.string().nullish(),
    event: z.object({
      type: z.string(),
      delta: z.object({ type: z.string(), text: z.string().optional(), thinking: z.string().optional() }).optional(),
    }),
  }),
  z.object({
    type: z.literal("assistant"),
    parent_tool_use_id: z.string().nullish(),
    message: z.object({ content: blocks }),
  }),
  z.object({
    type: z.literal("user"),
    message: z.object({ content: z.union([z.string().transform(() => []), blocks]) }),
  }),
  z.object({
    type: z.literal("result"),
    subtype: z.string(),
    is_error: z.boolean().optional(),
    result: z.string().optional(),
    errors: z.array(z.string()).optional(),
  }),
]);
export type ClaudeMessage = z.output<typeof claudeMessage>;

export interface SpawnRequest {
  command: string;
  args: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

interface PermissionAbout {
  signal: AbortSignal;
  toolUseID: string;
  title?: string;
}

/** The options of `query` that we set. */
interface ClaudeOptions {
  canUseTool: (
    name: string,
    input: Record<string, unknown>,
    about: PermissionAbout,
  ) => Promise<{ behavior: "allow"; updatedInput: object } | { behavior: "deny"; message: string }>;
  spawnClaudeCodeProcess: (request: SpawnRequest) => object;
  [name: string]: unknown;
}

export interface ClaudeModule {
  query: (given: { prompt: AsyncIterable<unknown>; options: ClaudeOptions }) => AsyncIterable<unknown> & {
    interrupt: () => Promise<unknown>;
    setPermissionMode: (mode: string) => Promise<void>;
    close: () => void;
  };
}
