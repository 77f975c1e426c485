import { AppError } from "../errors.ts";

/**
 * What a delivery says, as JSON. GitHub also sends forms with the JSON in a field `payload`.
 * @throws AppError invalid for bytes that are none.
 */
export function readPayload(bytes: Uint8Array | null, contentType = "application/json"): unknown {
  const text = Buffer.from(bytes ?? []).toString("utf8");
  const isForm = contentType.toLowerCase().startsWith("application/x-www-form-urlencoded");
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get("payload") ?? "") : text);
  } catch {
    throw new AppError("invalid", "The payload is not JSON. Choose the content type application/json at the provider.");
  }
}

/** Text of outside as it can be kept: whole characters, no zero character, cut to a length. */
export function outsideText(text: string, lengthMax: number): string {
  // Cut last: cutting may halve a character.
  return text.replaceAll("\u0000", "").slice(0, lengthMax).toWellFormed();
}
