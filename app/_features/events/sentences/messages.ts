import type { Part, Wording } from "./about.ts";
import { said } from "./words.ts";

/** Messages and channels, in words. */
export const messagesWording = {
  "message.sent": ({ body, recipient }, { it, name }) => ({
    face: "message",
    parts: ["wrote", ...(recipient === null ? [] : [" to ", name(recipient.id, "somebody")]), ...aboutTask(it)],
    quote: said(body),
  }),
  "message.delivered": (_, { it }) => ({ face: "message", parts: ["was given a message", ...aboutTask(it)] }),
  "message.seen": (_, { it }) => ({ face: "message", parts: ["saw a message", ...aboutTask(it)] }),
  "message.processed": (_, { it }) => ({ face: "message", parts: ["was done with a message", ...aboutTask(it)] }),
  "channel.locked": ({ path }) => ({ face: "paused", parts: ["locked the channel ", { name: path }] }),
  "channel.unlocked": ({ path }) => ({ face: "resumed", parts: ["unlocked the channel ", { name: path }] }),
  "channel.granted": ({ path, granteeId }, { name }) => ({
    face: "person",
    parts: ["let ", name(granteeId, "somebody"), " hear the channel ", { name: path }],
  }),
  "channel.revoked": ({ path, granteeId }, { name }) => ({
    face: "person",
    parts: ["no longer lets ", name(granteeId, "somebody"), " hear the channel ", { name: path }],
  }),
  "channel.advertised": ({ path, description }) => ({
    face: "message",
    parts: ["advertised the channel ", { name: path }],
    quote: said(description),
  }),
  "channel.advert_withdrawn": ({ path }) => ({
    face: "message",
    parts: ["took back the advert of the channel ", { name: path }],
  }),
  "channel.history_changed": ({ path, count }) => ({
    face: "message",
    parts: ["made the channel ", { name: path }, count === null ? " keep nothing" : ` keep ${count} messages`],
  }),
} satisfies Partial<Wording>;

const aboutTask = (it: Part): readonly Part[] => (it === "it" || it === "a task" ? [] : [" about ", it]);
