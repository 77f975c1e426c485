import type { ModelApi } from "#db/enums.ts";

/** How a stand-in is spoken to: the APIs of credentials, and what coding agents speak besides. */
export type Form = ModelApi | "responses" | "gemini";

/** What a stand-in was asked, the same for all APIs. */
export interface LabRequest {
  api: Form;
  model: string;
  body: Record<string, unknown>;
  /** The texts of the conversation, in order; tool results and tool calls as JSON. */
  texts: string[];
  /** How many answers of tools the conversation has. */
  toolResults: number;
  tools: string[];
  key: string;
  /** The how manieth request this lab gets, from 1. */
  number: number;
}

/** What it answers: as JSON of the API's own form, to the token. */
export interface LabAnswer {
  text?: string;
  toolCalls?: { name: string; input: unknown; id?: string }[];
  /** Arguments of a tool call as they are streamed, JSON or not. */
  rawToolCalls?: { name: string; input: string; id?: string }[];
  usage?: { input?: number; output?: number; cacheRead?: number; cacheWrite?: number };
  finish?: "stop" | "length";
  /** An error instead: with its status and, if any, the seconds to wait. */
  status?: number;
  message?: string;
  retryAfter?: number | string;
  /** Cuts the connection after so many pieces of the text. */
  dieAfter?: number;
  /** Says nothing more after so many pieces of the text, and keeps the connection. */
  silentAfter?: number;
  /** Before the first byte, and between pieces. */
  delayMs?: number;
  pieceDelayMs?: number;
  /** Characters a piece; 16 unless told. */
  pieceLength?: number;
}

export type Speaker = (
  asked: LabRequest,
  answer: LabAnswer,
) => { begin: string; piece: (text: string) => string; end: string };

export const callsOf = ({ toolCalls = [], rawToolCalls = [] }: LabAnswer, { number }: LabRequest) =>
  [...toolCalls.map((call) => ({ ...call, input: JSON.stringify(call.input) })), ...rawToolCalls].map(
    (call, index) => ({
      ...{ name: call.name, input: call.input },
      id: call.id ? call.id : `call_${number}_${index}`,
    }),
  );

export const sse = (event: string | undefined, data: unknown) =>
  `${event ? `event: ${event}\n` : ""}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
