import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import * as acp from "@agentclientprotocol/sdk";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { FilePart, ModelMessage, TextPart } from "ai";
import { mcpTools } from "./mcp.ts";
import { modes } from "./modes.ts";
import { readConversation } from "./store.ts";
import { ownTools } from "./tools.ts";
import { add, type Conversation, runTurn } from "./turn.ts";

// A small coding agent that speaks the Agent Client Protocol on its standard streams. It reaches its model at
// ENTOURAGE_MODEL_URL alone, and knows no key.
const { ENTOURAGE_MODEL_URL: baseURL = "http://127.0.0.1:9101/v1", ENTOURAGE_MODEL: modelName = "default" } =
  process.env;
const conversations = new Map<string, Conversation>();
const turns = new Map<string, AbortController>();

const openModel = () =>
  process.env.ENTOURAGE_MODEL_API === "anthropic"
    ? createAnthropic({ baseURL, apiKey: "none" })(modelName)
    : createOpenAICompatible({ name: "model", baseURL, includeUsage: true })(modelName);

async function open(id: string, cwd: string, servers: readonly acp.McpServer[], messages: ModelMessage[]) {
  const reached = servers.flatMap((server) => ("type" in server && server.type === "http" ? [server] : []));
  const tools = [...ownTools(cwd), ...(await mcpTools(reached))];
  conversations.set(id, { id, cwd, mode: "ask", messages, tools });
  return { currentModeId: "ask", availableModes: modes };
}

function find(id: string): Conversation {
  const conversation = conversations.get(id);
  if (!conversation) throw acp.RequestError.invalidParams({ sessionId: id });
  return conversation;
}

function partOf(block: acp.ContentBlock): TextPart | FilePart {
  if (block.type === "image") return { type: "file", mediaType: block.mimeType, data: block.data };
  if (block.type === "text") return { type: "text", text: block.text };
  if (block.type === "resource_link") return { type: "text", text: `[${block.name}](${block.uri})` };
  if (block.type === "resource" && "text" in block.resource)
    return { type: "text", text: `${block.resource.uri}:\n${block.resource.text}` };
  return { type: "text", text: `(${block.type})` };
}

const app = acp
  .agent({ name: "entourage" })
  .onRequest(acp.methods.agent.initialize, () => ({
    protocolVersion: acp.PROTOCOL_VERSION,
    agentCapabilities: {
      loadSession: true,
      mcpCapabilities: { http: true },
      promptCapabilities: { embeddedContext: true, image: true },
    },
  }))
  .onRequest(acp.methods.agent.session.new, async ({ params }) => {
    const sessionId = randomUUID();
    return { sessionId, modes: await open(sessionId, params.cwd, params.mcpServers, []) };
  })
  .onRequest(acp.methods.agent.session.load, async ({ params }) => {
    const messages = await readConversation(params.sessionId);
    if (!messages) throw acp.RequestError.resourceNotFound(params.sessionId);
    return { modes: await open(params.sessionId, params.cwd, params.mcpServers, messages) };
  })
  .onRequest(acp.methods.agent.session.setMode, ({ params }) => {
    if (!modes.some(({ id }) => id === params.modeId)) throw acp.RequestError.invalidParams({ modeId: params.modeId });
    find(params.sessionId).mode = params.modeId;
    return {};
  })
  .onRequest(acp.methods.agent.session.prompt, async ({ params, client }) => {
    const conversation = find(params.sessionId);
    const turn = new AbortController();
    turns.set(conversation.id, turn);
    try {
      await add(conversation, [{ role: "user", content: params.prompt.map(partOf) }]);
      return { stopReason: await runTurn(conversation, openModel(), client, turn.signal) };
    } finally {
      turns.delete(conversation.id);
    }
  })
  .onNotification(acp.methods.agent.session.cancel, ({ params }) => {
    turns.get(params.sessionId)?.abort();
  });

const incoming = new ReadableStream<Uint8Array>({
  start(controller) {
    process.stdin.on("data", (chunk: Buffer) => controller.enqueue(chunk));
    process.stdin.on("end", () => controller.close());
  },
});
const connection = app.connect(acp.ndJsonStream(Writable.toWeb(process.stdout), incoming));
await connection.closed;
process.exit(0);
