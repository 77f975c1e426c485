import type * as acp from "@agentclientprotocol/sdk";
import type { SessionUpdate } from "../sessions/schema.ts";
import { messageOf } from "./api-errors.ts";
import type { PermissionAsk } from "./driver.ts";

type ToolUpdate = Extract<SessionUpdate, { kind: "tool" }>;

/** Shown to people: more than a screen's worth of one thing helps nobody. */
const mostText = 64_000;
const mostDiff = 200_000;

/** What an agent tells, in our words. Kinds of update that say nothing to people give nothing. */
export function updatesOf(update: acp.SessionUpdate, tools: Tools): SessionUpdate[] {
  switch (update.sessionUpdate) {
    case "agent_message_chunk":
      return textOf(update.content, "text");
    case "agent_thought_chunk":
      return textOf(update.content, "thought");
    case "tool_call":
      return [tools.begin(update)];
    case "tool_call_update":
      return [tools.tell(update)];
    case "plan":
      return [
        {
          kind: "plan",
          entries: update.entries.map(({ content, status }) => ({ content, status: planStatus(status) })),
        },
      ];
    case "current_mode_update":
      return [{ kind: "mode", mode: update.currentModeId }];
    default:
      return [];
  }
}

function textOf(content: acp.ContentBlock, kind: "text" | "thought"): SessionUpdate[] {
  if (content.type !== "text" || content.text === "") return [];
  // Some agents pass what their model's API refused on as their own words, and end the turn as if all were well.
  const message = messageOf(content.text);
  return message === undefined ? [{ kind, text: content.text }] : [{ kind: "error", message }];
}

const planStatus = (status: string) => (status === "completed" || status === "in_progress" ? status : "pending");

const statuses: Record<string, ToolUpdate["status"]> = {
  in_progress: "running",
  completed: "completed",
  failed: "failed",
};

type Tools = ReturnType<typeof openTools>;

/** Tools at work: an agent tells of each only what is new, and people are told the whole. */
export function openTools() {
  const known = new Map<string, acp.ToolCallUpdate>();
  return {
    /** Of one that was broken off under the same number nothing is left. */
    begin(update: acp.ToolCallUpdate): ToolUpdate {
      known.delete(update.toolCallId);
      return this.tell(update);
    },
    tell(update: acp.ToolCallUpdate): ToolUpdate {
      const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value != null));
      const call = { ...known.get(update.toolCallId), ...given, toolCallId: update.toolCallId };
      if (call.status === "completed" || call.status === "failed") known.delete(call.toolCallId);
      else known.set(call.toolCallId, call);
      return toolOf(call);
    },
  };
}

function toolOf(call: acp.ToolCallUpdate): ToolUpdate {
  const content = call.content ?? [];
  const output = content.flatMap((one) =>
    one.type === "content" && one.content.type === "text" ? [one.content.text] : [],
  );
  const diff = content.flatMap((one) =>
    one.type === "diff"
      ? [{ path: one.path, before: one.oldText?.slice(0, mostDiff) ?? null, after: one.newText.slice(0, mostDiff) }]
      : [],
  );
  return {
    kind: "tool",
    ...{ id: call.toolCallId, title: call.title ?? "", toolKind: kindOf(call.kind) },
    status: statuses[call.status ?? ""] ?? "pending",
    ...(call.rawInput === undefined ? {} : { input: bounded(call.rawInput) }),
    ...(output.length > 0 ? { output: output.join("\n").slice(0, mostText) } : {}),
    ...(diff.length > 0 ? { diff } : {}),
  };
}

const kinds = ["read", "edit", "delete", "move", "search", "execute", "fetch", "think"] as const;
const kindOf = (kind: string | null | undefined) => kinds.find((one) => one === kind) ?? "other";

const bounded = (input: unknown): unknown => {
  const text = JSON.stringify(input) ?? "null";
  return text.length <= mostText ? input : `${text.slice(0, mostText)}…`;
};

/** What an agent asks to be allowed, with all that a rule may look at. */
export function askOf({ toolCall, _meta }: acp.RequestPermissionRequest): PermissionAsk {
  const { rawInput: input, toolCallId, kind, title, name, locations } = toolCall;
  return {
    ...{
      toolId: toolCallId,
      title: title ?? name ?? "Use a tool",
      tool: name ?? kind ?? "other",
      toolKind: kindOf(kind),
    },
    input,
    paths: [...new Set((locations ?? []).map(({ path }) => path))],
    command: commandOf(input),
    isCovered: _meta?.covered === true,
  };
}

/** Shells are called with a line or with words, under one of two names. */
function commandOf(input: unknown): string | null {
  if (typeof input !== "object" || input === null) return null;
  const command: unknown = "command" in input ? input.command : "cmd" in input ? input.cmd : undefined;
  if (typeof command === "string") return command;
  return Array.isArray(command) && command.length > 0 ? command.map(String).join(" ") : null;
}
