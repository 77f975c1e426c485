import { appendFile, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ModelMessage, modelMessageSchema } from "ai";

const folder = join(homedir(), ".entourage-agent");
const fileOf = (id: string) => join(folder, `${id}.jsonl`);

/** Keeps messages as soon as they are complete: what a process that dies had begun is lost, no more. */
export async function keepMessages(id: string, messages: readonly ModelMessage[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await appendFile(fileOf(id), messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
}

/** A conversation from before; undefined: there is none. A last line that was cut off by a crash is left out. */
export async function readConversation(id: string): Promise<ModelMessage[] | undefined> {
  if (!/^[\w-]{1,64}$/.test(id)) return undefined;
  const text = await readFile(fileOf(id), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return withAnswers(text.split("\n").flatMap(messageIn));
}

function messageIn(line: string): ModelMessage[] {
  try {
    const { data } = modelMessageSchema.safeParse(JSON.parse(line));
    return data ? [data] : [];
  } catch {
    return [];
  }
}

/**
 * The conversation with an answer behind every call. A process that died before one was kept is followed by what was said
 * next: the answer must not stand behind that.
 */
export function withAnswers(messages: readonly ModelMessage[]): ModelMessage[] {
  const missing = unanswered(messages);
  const whole: ModelMessage[] = [];
  for (const message of messages) {
    if (message.role !== "tool") whole.push(...missing.splice(0, countBefore(missing, whole)));
    whole.push(message);
  }
  return [...whole, ...missing];
}

/** How many of the answers, which stand in the order of their calls, are for calls that were said before here. */
function countBefore(answers: readonly ModelMessage[], before: readonly ModelMessage[]): number {
  const said = new Set(before.flatMap(callsOf).map(({ toolCallId }) => toolCallId));
  return answers.filter(
    ({ role, content }) =>
      role === "tool" && content.some((part) => part.type === "tool-result" && said.has(part.toolCallId)),
  ).length;
}

const callsOf = (message: ModelMessage) =>
  message.role === "assistant" && typeof message.content !== "string"
    ? message.content.flatMap((part) => (part.type === "tool-call" ? [part] : []))
    : [];

/** Models refuse a conversation in which a call of theirs has no answer. */
export function unanswered(messages: readonly ModelMessage[]): ModelMessage[] {
  const answered = new Set(
    messages.flatMap((message) =>
      message.role === "tool"
        ? message.content.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : []))
        : [],
    ),
  );
  const open = messages.flatMap(callsOf).filter(({ toolCallId }) => !answered.has(toolCallId));
  const value = "It was interrupted before it was done. Look at what is there before you do it again.";
  return open.map(({ toolCallId, toolName }) => ({
    role: "tool",
    content: [{ type: "tool-result", toolCallId, toolName, output: { type: "error-text", value } }],
  }));
}
