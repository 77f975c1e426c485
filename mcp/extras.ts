import type {
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  ServerContext,
  Tool,
} from "@modelcontextprotocol/server";
import type { CallResult, LongTool } from "./tasks/long-tool.ts";

/** What a tool may do besides answering. */
export interface Reach {
  context: ServerContext;
  /** Seals what must come back unchanged with the answer of the client. */
  seal: (payload: unknown) => Promise<string>;
  /** Tells open streams of this process that a list changed. */
  changed: (list: "tools" | "prompts") => void;
}

export interface ExtraTool {
  tool: Tool;
  call(input: Record<string, unknown>, reach: Reach): Promise<CallResult | InputRequiredResult>;
}

export interface ExtraLongTool {
  tool: Tool;
  long: LongTool;
  /** What has to be asked before it begins; else what it begins with besides its input. */
  ask?: (responses: Record<string, unknown> | undefined) => InputRequiredResult | Record<string, unknown>;
}

export interface ExtraPrompt {
  prompt: Prompt;
  get(input: Record<string, string>, reach: Reach): GetPromptResult | InputRequiredResult;
}

/** What is offered besides the product's own: nothing, or the fixtures of the conformance suite. */
export interface Extras {
  tools: readonly ExtraTool[];
  longTools: readonly ExtraLongTool[];
  prompts: readonly ExtraPrompt[];
  resources: readonly Resource[];
  templates: readonly ResourceTemplateType[];
  read(uri: string): ReadResourceResult | undefined;
}
