import { z } from "zod";

// Anthropic's and OpenAI's forms of API both put what went wrong under `error`, as does Google's.
const refusal = z.looseObject({
  error: z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)]),
});

/** The message of a text that is an API's refusal as JSON and nothing else; undefined: it is something else. */
export function messageOf(text: string): string | undefined {
  const given = text.trim();
  if (!given.startsWith("{") || !given.endsWith("}")) return undefined;
  try {
    return refusal.safeParse(JSON.parse(given)).data?.error;
  } catch {
    return undefined;
  }
}

/** A text in which an API's refusal as JSON, where it ends with one, is told as its message. */
export function inWords(text: string): string {
  const at = text.indexOf("{");
  const message = at < 0 ? undefined : messageOf(text.slice(at));
  return message === undefined ? text : `${text.slice(0, at)}${message}`.trim();
}
