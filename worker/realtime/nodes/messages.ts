import { z } from "zod";

const member = z.object({ user_id: z.string(), user_info: z.unknown().optional() });

/** What one node says to the others. */
export const nodeMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("event"),
    channel: z.string(),
    event: z.string(),
    data: z.unknown().optional(),
    exceptSocketId: z.string().optional(),
    userId: z.string().optional(),
  }),
  /** Orders are said again until every node has answered `done`; doing one twice is harmless. */
  z.object({ type: z.literal("evict"), id: z.string(), channel: z.string(), userId: z.string().optional() }),
  z.object({ type: z.literal("terminate"), id: z.string(), userId: z.string() }),
  z.object({ type: z.literal("done"), id: z.string() }),
  /** How many of its connections are subscribed. */
  z.object({ type: z.literal("count"), channel: z.string(), count: z.number() }),
  z.object({ type: z.literal("arrived"), channel: z.string(), member }),
  z.object({ type: z.literal("left"), channel: z.string(), userId: z.string() }),
  z.object({ type: z.literal("online"), userId: z.string() }),
  z.object({ type: z.literal("offline"), userId: z.string() }),
  /** Everything it has, to whoever asked (`tell`) or was not known before. */
  z.object({
    type: z.literal("state"),
    channels: z.array(z.object({ name: z.string(), count: z.number(), members: z.array(member) })),
    online: z.array(z.string()),
    cached: z.array(
      z.object({ channel: z.string(), event: z.string(), data: z.unknown().optional(), secondsLeft: z.number() }),
    ),
  }),
  z.object({ type: z.literal("tell"), node: z.string() }),
  /** A signed request was made: it is not to be taken again. */
  z.object({ type: z.literal("signed"), signature: z.string() }),
  z.object({ type: z.literal("bye") }),
]);
export type NodeMessage = z.infer<typeof nodeMessage>;
export type NodeState = Extract<NodeMessage, { type: "state" }>;
export type RemoteEvent = Extract<NodeMessage, { type: "event" }>;

/** What a node said in one turn; without messages it is a sign of life. Times are by the speaker's own clock, ms. */
export const envelope = z.object({
  node: z.string(),
  seq: z.number(),
  at: z.number(),
  // A node of a later version may say what this one does not know: that alone is passed over.
  messages: z.array(nodeMessage.optional().catch(undefined)),
});
export type Envelope = z.infer<typeof envelope>;
