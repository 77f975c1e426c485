import {
  type CallToolRequest,
  type CallToolResult,
  createRequestStateCodec,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { principalOf } from "#server/context.ts";
import type { Caller } from "#server/door.ts";
import { askHuman } from "#server/human-requests/operations.ts";
import { callResultOf, callTool, UnknownTool } from "./call-tool.ts";
import { complete } from "./completion.ts";
import { askThroughClient, canElicit, listening } from "./elicitation.ts";
import type { ExtraLongTool, Extras, Reach } from "./extras.ts";
import { getPrompt, prompts } from "./prompts.ts";
import { listResources, readResource, resourceTemplates } from "./resources.ts";
import { instructions } from "./server-info.ts";
import { requireTasks, TASKS, takesTasks } from "./tasks/extension.ts";
import { beginTask, serveTasks } from "./tasks/handlers.ts";
import { longToolNamed } from "./tasks/long-tools.ts";
import { shownTools } from "./tool-table.ts";
import { serverInfo } from "./version.ts";

export interface SurfaceOptions {
  /** Seals what a client has to bring back unchanged; the same in every process of the installation. */
  stateKey: Uint8Array;
  /** Fixtures of the conformance suite, if they are switched on. */
  extras: Extras | undefined;
  /** Tells the open streams of this process that a list changed. */
  changed: Reach["changed"];
  /** Watches addresses for a session of the older era; a session-less request has nothing to watch with. */
  watch?: { add(uri: string): Promise<void>; remove(uri: string): void };
}

/** What the product offers over the protocol, as a server object of its library: made per session or unusual request. */
export function createSurface(callerOf: () => Caller, options: SurfaceOptions): McpServer {
  const { extras } = options;
  const codec = createRequestStateCodec({ key: options.stateKey, bind: () => principalOf(callerOf().actor) });
  const mcp = new SurfaceServer(extras, {
    capabilities: {
      // Said also where it is false: the library would promise it.
      tools: { listChanged: extras !== undefined },
      prompts: { listChanged: extras !== undefined },
      resources: { subscribe: true, listChanged: false },
      completions: {},
      extensions: { [TASKS]: {} },
      ...(extras && { logging: {} }),
    },
    instructions,
    requestState: { verify: (state, context) => codec.verify(state, context) },
  });
  const { server } = mcp;
  const reach = (context: ServerContext): Reach => ({
    context,
    seal: (payload) => codec.mint(payload, context),
    changed: options.changed,
  });

  // oxlint-disable-next-line typescript/no-deprecated -- a session of the older era says it nowhere else
  const sessionCanElicit = () => server.getClientCapabilities()?.elicitation !== undefined;

  server.setRequestHandler("tools/list", ({ params }) => {
    onePage(params?.cursor);
    const further = extras ? [...extras.tools, ...extras.longTools].map(({ tool }) => tool) : [];
    return { tools: [...shownTools(callerOf().actor), ...further] };
  });
  // The library has no type for a call that became a task, and hands it on as it is.
  server.setRequestHandler(
    "tools/call",
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    async (request, context) => (await answerCall(request, context)) as CallToolResult,
  );
  async function answerCall({ params }: Pick<CallToolRequest, "params">, context: ServerContext): Promise<unknown> {
    const { name, arguments: input = {} } = params;
    const caller = callerOf();
    const extra = extras?.tools.find(({ tool }) => tool.name === name);
    if (extra) return extra.call(input, reach(context));
    const extraLong = extras?.longTools.find(({ tool }) => tool.name === name);
    if (extraLong) return callLong(extraLong, input, caller, context);
    const long = longToolNamed(name);
    if (long && takesTasks(context)) return beginTask(long, input, caller, context);
    if (name === askHuman.name && (options.watch ? sessionCanElicit() : canElicit(context)))
      return askThroughClient(input, {
        caller,
        context,
        inSession: options.watch !== undefined,
        seal: reach(context).seal,
      });
    try {
      return callResultOf(await callTool(params, caller, listening(caller, context)));
    } catch (error) {
      if (error instanceof UnknownTool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    }
  }
  serveTasks(
    mcp,
    (name) => longToolNamed(name) ?? extras?.longTools.find(({ tool }) => tool.name === name)?.long,
    callerOf,
  );

  server.setRequestHandler("resources/list", async ({ params }) => {
    onePage(params?.cursor);
    return { resources: [...(await listResources(callerOf())), ...(extras?.resources ?? [])] };
  });
  server.setRequestHandler("resources/templates/list", ({ params }) => {
    onePage(params?.cursor);
    return { resourceTemplates: [...resourceTemplates, ...(extras?.templates ?? [])] };
  });
  server.setRequestHandler(
    "resources/read",
    async ({ params: { uri } }) => extras?.read(uri) ?? readResource(callerOf(), uri),
  );
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }) => {
    await options.watch?.add(uri);
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    options.watch?.remove(uri);
    return {};
  });

  server.setRequestHandler("prompts/list", ({ params }) => {
    onePage(params?.cursor);
    return { prompts: [...prompts, ...(extras?.prompts ?? []).map(({ prompt }) => prompt)] };
  });
  server.setRequestHandler("prompts/get", async ({ params: { name, arguments: input = {} } }, context) => {
    const extra = extras?.prompts.find(({ prompt }) => prompt.name === name);
    return extra ? extra.get(input, reach(context)) : getPrompt(callerOf(), name, input);
  });
  server.setRequestHandler("completion/complete", ({ params }) => complete(callerOf(), params));
  return mcp;
}

/** Knows the schemas of fixtures that repeat a parameter as a header, which the library checks before it dispatches. */
class SurfaceServer extends McpServer {
  readonly #extras: Extras | undefined;
  constructor(extras: Extras | undefined, options: ConstructorParameters<typeof McpServer>[1]) {
    super(serverInfo, options);
    this.#extras = extras;
  }
  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#extras?.tools.find(({ tool }) => tool.name === name)?.tool.inputSchema;
  }
}

async function callLong(
  { long, ask }: ExtraLongTool,
  input: Record<string, unknown>,
  caller: Caller,
  context: ServerContext,
) {
  if (long.onlyAsTask) requireTasks(context);
  const asked = ask?.(context.mcpReq.inputResponses) ?? {};
  if ("resultType" in asked) return asked;
  const begun = { ...input, ...asked };
  if (takesTasks(context)) return beginTask(long, begun, caller, context);
  return finishAtOnce(long, begun, caller);
}

/** For a client that takes no tasks: waits for the end, looking as often as such a client would. */
async function finishAtOnce(long: ExtraLongTool["long"], input: Record<string, unknown>, caller: Caller) {
  const decided = await long.begin(caller, input, async () => {});
  for (;;) {
    const look = await long.look(caller, { input, decided, responses: {} }, { canElicit: false });
    if (look.state === "completed") return look.result;
    if (look.state === "failed") throw new ProtocolError(look.error.code, look.error.message);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function onePage(cursor: string | undefined): void {
  if (cursor !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is one page; leave the cursor out.");
}
