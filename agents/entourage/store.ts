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
  const whole: ModelMessage[] = [];
  let since = 0;
  for (const message of messages) {
    if (message.role !== "tool") {
      whole.push(...unanswered(whole.slice(since)));
      since = whole.length;
    }
    whole.push(message);
  }
  return [...whole, ...unanswered(whole.slice(since))];
}

const callsOf = (message: ModelMessage) =>
  message.role === "assistant" && typeof message.content !== "string"
    ? message.content.flatMap((part) => (part.type === "tool-call" ? [part] : []))
    : [];

const answersOf = (message: ModelMessage) =>
  message.role === "tool"
    ? message.content.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : []))
    : [];

/**
 * Answers for the calls that have none: models refuse a conversation with such a call. Some models number their calls
 * anew in every answer, so an answer is for the newest open call of its number alone.
 */
export function unanswered(messages: readonly ModelMessage[]): ModelMessage[] {
  const open: ReturnType<typeof callsOf> = [];
  for (const message of messages) {
    open.push(...callsOf(message));
    for (const id of answersOf(message)) {
      const at = open.findLastIndex(({ toolCallId }) => toolCallId === id);
      if (at >= 0) open.splice(at, 1);
    }
  }
  const value = "It was interrupted before it was done. Look at what is there before you do it again.";
  return open.map(({ toolCallId, toolName }) => ({
    role: "tool",
    content: [{ type: "tool-result", toolCallId, toolName, output: { type: "error-text", value } }],
  }));
}
