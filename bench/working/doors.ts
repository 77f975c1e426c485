import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { actorOfRequest } from "#server/auth/session.ts";
import { parseConfig } from "#server/config.ts";
import { gitAccess } from "#server/git/access.ts";
import { installHooks } from "#server/git/hooks.ts";
import { handleGitRequest } from "#server/git/http.ts";
import { hooksDirectory } from "#server/repos/queries.ts";
import { openRuntime } from "#server/runtime.ts";
import { createMcp } from "#mcp/server.ts";

/** The doors that an agent at its task comes through, MCP and git, without the rest of a web process. */
export async function openDoors(url: string, dataDir: string, trustedHosts: string) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://localhost:${port}`;
  const config = parseConfig({
    ...{ PORT: String(port), DATABASE_URL: url, ENTOURAGE_DATA_DIR: dataDir, ENTOURAGE_TRUSTED_HOSTS: trustedHosts },
    ...{ ENTOURAGE_RATE_PER_ACTOR: "100000", ENTOURAGE_RATE_PER_ADDRESS: "100000" },
  });
  const runtime = await openRuntime("bench", config);
  const mcp = createMcp();
  const hooks = hooksDirectory(runtime.settings);
  await installHooks(hooks);
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.url?.startsWith("/api/git/")) {
      const onError = (error: unknown) => void process.stderr.write(`${String(error)}\n`);
      return handleGitRequest(incoming, outgoing, { authorize: gitAccess(runtime), hooksDirectory: hooks, onError });
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
    const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
    // Node and the browser type the same streams apart.
    const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream) : null;
    const asked = new Request(new URL(incoming.url ?? "/", address), {
      ...{ method: incoming.method ?? "GET", headers, body, duplex: "half" },
    });
    const response = await mcp({ runtime, authenticate: actorOfRequest }, asked);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (!response.body) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => undefined);
  };
  server.on("request", (incoming, outgoing) => void answer(incoming, outgoing));
  return {
    ...{ runtime, address },
    async close() {
      server.closeAllConnections();
      server.close();
      await runtime.close();
    },
  };
}
