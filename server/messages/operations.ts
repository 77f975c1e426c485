import { defineOperation } from "../operation.ts";
import { readInbox, readMessage } from "./queries.ts";
import * as schema from "./schema.ts";
import { sendMessage } from "./service.ts";

export const sendMessageOperation = defineOperation({
  name: "send_message",
  summary:
    "Write to an agent or person of the team, or comment on a task; a comment reaches whoever is assigned to it.",
  kind: "command",
  permission: "message:write",
  input: schema.sendMessageInput,
  output: schema.sentMessage,
  run: async (context, input) => readMessage(context, await sendMessage(context, input)),
});

export const getInbox = defineOperation({
  name: "get_inbox",
  summary: "Read the messages that were sent to you, newest first.",
  kind: "read",
  permission: "task:read",
  input: schema.inboxInput,
  output: schema.inbox,
  run: readInbox,
});
