import { z } from "zod";
import { sessionUpdate, type SessionUpdate } from "../sessions/schema.ts";
import type { ClaudeMessage } from "./claude-messages.ts";

type ToolUpdate = Extract<SessionUpdate, { kind: "tool" }>;

const kinds: Record<string, ToolUpdate["toolKind"]> = {
  ...{ Read: "read", NotebookRead: "read", Glob: "search", Grep: "search", LS: "search", TodoWrite: "think" },
  ...{ Write: "edit", Edit: "edit", MultiEdit: "edit", NotebookEdit: "edit", Bash: "execute", BashOutput: "read" },
  ...{ WebFetch: "fetch", WebSearch: "fetch", Task: "think", ExitPlanMode: "think", ToolSearch: "search" },
};

/** What Claude Code's tools do, in the words of the port. */
export const kindOfTool = (name: string): ToolUpdate["toolKind"] => kinds[name] ?? "other";

const mostOutput = 20_000;

/** Tells what Claude Code says as updates of a session: text as it streams, each tool from its call to its result. */
export function openUpdates(onUpdate: (update: SessionUpdate) => void) {
  const tools = new Map<string, { update: ToolUpdate; since: number }>();

  function tell(message: ClaudeMessage): void {
    if (message.type === "stream_event") return tellPiece(message);
    if (message.type === "assistant") {
      for (const block of message.message.content) if (block.type === "tool_use") begin(block);
      return;
    }
    if (message.type === "user") {
      for (const block of message.message.content) if (block.type === "tool_result") end(block);
      return;
    }
    // What had not come to its end when the turn was cut off never will.
    for (const { update } of tools.values()) onUpdate({ ...update, status: "failed" });
    tools.clear();
  }

  /** A part of an agent's own helper is told by its tool, not as the agent's words. */
  function tellPiece({ event: { delta }, parent_tool_use_id: parent }: ClaudeMessage & { type: "stream_event" }): void {
    if (parent || !delta) return;
    if (delta.type === "text_delta" && delta.text) onUpdate({ kind: "text", text: delta.text });
    if (delta.type === "thinking_delta" && delta.thinking) onUpdate({ kind: "thought", text: delta.thinking });
  }

  function begin({ id, name, input }: { id: string; name: string; input?: unknown }): void {
    if (name === "TodoWrite" && tellPlan(input)) return;
    const update: ToolUpdate = {
      ...{ kind: "tool", id, title: titleOf(name, input), toolKind: kindOfTool(name), status: "running", input },
      ...diffOf(name, input),
    };
    tools.set(id, { update, since: performance.now() });
    onUpdate(update);
  }

  function end({
    tool_use_id: id,
    is_error: isError,
    content,
  }: {
    tool_use_id: string;
    is_error?: boolean | undefined;
    content?: unknown;
  }): void {
    const tool = tools.get(id);
    if (!tool) return;
    tools.delete(id);
    const durationMs = Math.round(performance.now() - tool.since);
    onUpdate({ ...tool.update, status: isError ? "failed" : "completed", output: textOf(content), durationMs });
  }

  function tellPlan(input: unknown): boolean {
    const todos = z
      .object({ todos: z.array(z.object({ content: z.string(), status: z.string() })) })
      .safeParse(input).data;
    const plan = sessionUpdate.safeParse({ kind: "plan", entries: todos?.todos }).data;
    if (plan) onUpdate(plan);
    return plan !== undefined;
  }

  return { tell };
}

const fields = z
  .object({ file_path: z.string(), command: z.string(), pattern: z.string(), url: z.string(), description: z.string() })
  .partial();

function titleOf(name: string, input: unknown): string {
  const { file_path: path, command, pattern, url, description } = fields.safeParse(input).data ?? {};
  const what = path ?? command ?? pattern ?? url ?? description;
  return (what ? `${name} ${what}` : name).replace(/\s+/g, " ").slice(0, 200);
}

const change = z.object({ file_path: z.string(), old_string: z.string(), new_string: z.string() });
const whole = z.object({ file_path: z.string(), content: z.string() });

/** What a call changes, as it says itself: the rest of the file is not known here. */
function diffOf(name: string, input: unknown): Pick<ToolUpdate, "diff"> {
  const edit = name === "Edit" ? change.safeParse(input).data : undefined;
  if (edit) return { diff: [{ path: edit.file_path, before: edit.old_string, after: edit.new_string }] };
  const write = name === "Write" ? whole.safeParse(input).data : undefined;
  return write ? { diff: [{ path: write.file_path, before: null, after: write.content }] } : {};
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content.slice(0, mostOutput);
  const parts = z.array(z.object({ text: z.string().optional(), type: z.string() })).safeParse(content).data ?? [];
  return parts
    .map(({ text, type }) => text ?? `(${type})`)
    .join("\n")
    .slice(0, mostOutput);
}
