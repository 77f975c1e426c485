import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { isInitializeRequest, isJSONRPCRequest, isJSONRPCResultResponse } from "@modelcontextprotocol/sdk/types.js";
import { object } from "@optique/core/constructs";
import { z } from "zod";
import { defineCommand } from "../command.ts";
import { CliFailure, exits } from "../failure.ts";

const agreed = z.looseObject({ protocolVersion: z.string() });

/** For clients that speak MCP over standard input and output only: every message goes on as it is, in both directions. */
export const mcp = defineCommand(
  "mcp",
  { brief: "Be an MCP server on standard input and output, in front of the real one." },
  object({}),
  async (_nothing, { connection, output }) => {
    if (!connection.token)
      throw new CliFailure(exits.auth, "You are not logged in. Run `entourage login`, or set ENTOURAGE_TOKEN.");
    const here = new StdioServerTransport();
    const there = new StreamableHTTPClientTransport(new URL("/mcp", connection.server), {
      requestInit: { headers: { authorization: `Bearer ${connection.token}` } },
    });
    const ended = Promise.withResolvers<void>();
    let initializing: string | number | undefined;
    here.onmessage = (message) => {
      if (isInitializeRequest(message) && isJSONRPCRequest(message)) initializing = message.id;
      there.send(message).catch((error: unknown) => {
        const told = error instanceof Error ? error.message : String(error);
        output.talk(told);
        // A request is answered in any case: a client would wait for ever.
        if (isJSONRPCRequest(message))
          void here.send({ jsonrpc: "2.0", id: message.id, error: { code: -32000, message: told } });
      });
    };
    there.onmessage = (message) => {
      if (isJSONRPCResultResponse(message) && message.id === initializing) {
        const { success, data } = agreed.safeParse(message.result);
        if (success) there.setProtocolVersion(data.protocolVersion);
      }
      void here.send(message);
    };
    there.onerror = (error) => output.talk(error.message);
    here.onclose = () => ended.resolve();
    process.stdin.once("end", () => ended.resolve());
    connection.signal.addEventListener("abort", () => ended.resolve());
    await there.start();
    await here.start();
    await ended.promise;
    await there.terminateSession().catch(() => {}); // The server forgets it by itself, too.
    await there.close();
    await here.close();
  },
);
