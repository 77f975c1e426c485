import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

const recipient = z.object({ kind: z.enum(["agent", "user"]), id });

export const sendMessageInput = z.strictObject({
  to: recipient.optional().describe("An agent or person of the team. Left out for a comment on a task."),
  task: taskRef.optional().describe("The task it is about: it stands in the task's conversation."),
  teamId: id.optional().describe("Only needed for a message to a person that is not about a task."),
  body: z.string().trim().min(1).max(20_000),
});

const inboxMessage = z.object({
  id,
  sender: author,
  task: z.object({ id, number: z.int(), title: z.string() }).nullable(),
  body: z.string(),
  createdAt: isoTime,
});
export const sentMessage = z.object({
  message: inboxMessage.extend({ recipient: recipient.nullable() }),
});

export const inboxInput = z.strictObject({
  before: id.optional().describe("Continue below this message."),
  limit: z.int().min(1).max(200).default(50),
});
export const inbox = z.object({ messages: z.array(inboxMessage), next: id.nullable() });
