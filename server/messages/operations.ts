import { defineOperation } from "../operation.ts";
import { listConversations, readConversation, readUnreadCounts } from "./conversations.ts";
import { countUnread, readInbox, readMessage } from "./queries.ts";
import { markMessages } from "./receipts.ts";
import * as schema from "./schema.ts";
import { sendMessage } from "./service.ts";

export const sendMessageOperation = defineOperation({
  name: "send_message",
  summary:
    "Write to an agent or person of the team, comment on a task, or answer a message. An agent that waits is woken by it.",
  kind: "command",
  permission: "message:write",
  input: schema.sendMessageInput,
  output: schema.sentMessage,
  run: async (context, input) => readMessage(context, await sendMessage(context, input)),
});

export const getInbox = defineOperation({
  name: "get_inbox",
  summary: "Read the messages that were sent to you, newest first. mark_messages says that you are done with some.",
  kind: "read",
  permission: "task:read",
  input: schema.inboxInput,
  output: schema.inbox,
  run: readInbox,
});

export const markMessagesOperation = defineOperation({
  name: "mark_messages",
  summary: "Say that you have seen messages, or are done with them. Answering one does it too.",
  kind: "command",
  permission: "message:write",
  hints: { idempotent: true },
  input: schema.markMessagesInput,
  output: schema.markedMessages,
  run: async (context, input) => ({
    marked: await markMessages(context, input),
    unread: await countUnread(context),
  }),
});

export const listConversationsOperation = defineOperation({
  name: "list_conversations",
  summary: "List conversations by task and by person or agent, unread ones first.",
  kind: "read",
  permission: "task:read",
  input: schema.listConversationsInput,
  output: schema.conversationList,
  run: listConversations,
});

export const getConversation = defineOperation({
  name: "get_conversation",
  summary: "Read the conversation of a task, or yours with somebody, with how far each message got.",
  kind: "read",
  permission: "task:read",
  input: schema.conversationInput,
  output: schema.conversation,
  run: readConversation,
});

export const countUnreadMessages = defineOperation({
  name: "count_unread_messages",
  summary: "Count the messages to you that you have not seen, in all and for each task.",
  kind: "read",
  permission: "task:read",
  input: schema.noInput,
  output: schema.unreadCounts,
  run: readUnreadCounts,
});
