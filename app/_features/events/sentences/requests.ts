import type { Wording } from "./about.ts";
import { said } from "./words.ts";

/** What people are asked and what they allow, in words. */
export const requestsWording = {
  "request.opened": ({ kind, title, blocksTask }, { it }) => ({
    face: "request",
    parts: [
      `${requestWords[kind]}`,
      ...(it === "a task" || it === "it" ? [] : [" about ", it]),
      blocksTask ? ", and waits for the answer" : "",
    ],
    quote: said(title),
    tone: "warning",
  }),
  "request.resolved": ({ answer }) => ({
    face: "request",
    parts: ["answered"],
    quote: said(answerWords(answer)),
    tone: "success",
  }),
  "request.expired": ({ reason }) => ({
    face: "request",
    parts: ["let a question expire"],
    quote: said(reason),
    tone: "warning",
  }),
  "request.withdrawn": ({ reason }) => ({ face: "request", parts: ["withdrew a question"], quote: said(reason) }),
  "request.escalated": (_, { it }) => ({
    face: "request",
    parts: ["told the admins that nobody has answered yet", ...(it === "a task" ? [] : [" for ", it])],
    tone: "warning",
  }),
  "request.consumed": () => ({ face: "request", parts: ["used an approval"] }),
  "policy.created": ({ action, expiresAt }) => ({
    face: "request",
    parts: ["always allows ", { name: action }, expiresAt === null ? "" : ` until ${expiresAt.slice(0, 10)}`],
    tone: "warning",
  }),
  "policy.revoked": () => ({ face: "request", parts: ["ended a standing permission"] }),
  "tool_policy.set": ({ effect, subject, pattern, expiresAt }) => ({
    face: "request",
    parts: [
      { allow: "lets agents use the ", ask: "has people asked for the ", deny: "denies agents the " }[effect],
      `${subject === "network" ? "host" : subject} `,
      { name: pattern },
      expiresAt === null ? "" : ` until ${expiresAt.slice(0, 10)}`,
    ],
    tone: effect === "allow" ? "warning" : undefined,
  }),
  "tool_policy.removed": () => ({ face: "request", parts: ["removed a policy on tools"] }),
} satisfies Partial<Wording>;

const requestWords = {
  question: "asked a question",
  approval: "asked for an approval",
  review: "asked a person to look",
  permission: "asked for a permission",
  budget: "asked for more money",
  checkpoint: "asked how to go on",
} as const;

/** An answer as a person reads it. */
export function answerWords(answer: unknown): string {
  if (typeof answer === "string") return answer;
  if (typeof answer !== "object" || answer === null) return JSON.stringify(answer) ?? "";
  if (Array.isArray(answer)) return answer.map(answerWords).join(", ");
  const { approved, note, ...rest } = Object.fromEntries(Object.entries(answer));
  const verdict = typeof approved === "boolean" ? [approved ? "Approved" : "Declined"] : [];
  const others = Object.entries(rest).map(([name, value]) => `${name}: ${answerWords(value)}`);
  return [...verdict, ...(typeof note === "string" && note !== "" ? [note] : []), ...others].join(" · ");
}
