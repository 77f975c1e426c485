import type { Tokens } from "#server/prices/service.ts";
import type { Shape } from "./model-shapes.ts";

/**
 * Reads what was used out of an answer that passes by: a stream of events, or one whole JSON. Of a stream that broke
 * off, what came is the bound of what was written: a token is at least a byte.
 */
export function usageReader(
  shape: Shape,
  { isStream, mostOutputTokens }: { isStream: boolean; mostOutputTokens: number },
) {
  const decoder = new TextDecoder();
  let rest = "";
  let bytes = 0;
  let isOver = false;
  let reported: Partial<Tokens> = {};

  function readEvent(event: unknown): void {
    reported = { ...reported, ...shape.read(event) };
    isOver ||= shape.isLast(event);
  }

  function readLine(line: string): void {
    const text = line.startsWith("data:") ? line.slice(5).trim() : "";
    if (text === "[DONE]") isOver = true;
    if (text.startsWith("{")) readEvent(parse(text));
  }

  return {
    take(piece: Uint8Array): void {
      bytes += piece.byteLength;
      rest += decoder.decode(piece, { stream: true });
      if (!isStream) return;
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) readLine(line);
    },
    used(): Partial<Tokens> {
      const whole = isStream ? undefined : parse(rest);
      if (isStream) readLine(rest);
      for (const event of Array.isArray(whole) ? whole : [whole]) if (event !== undefined) readEvent(event);
      isOver ||= whole !== undefined;
      rest = "";
      if (isOver) return reported;
      return { ...reported, outputTokens: Math.min(mostOutputTokens, Math.max(reported.outputTokens ?? 0, bytes)) };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
