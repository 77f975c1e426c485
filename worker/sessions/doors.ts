import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Unix sockets of one session on this machine, each a service that its sandbox sees as a loopback port. */
export interface Doors {
  sockets: { model: string; mcp: string; git?: string };
  close(): Promise<void>;
}

/** Paths of sockets are short: a hundred characters is all that a system takes. */
const folderOf = (sessionId: string) => join(tmpdir(), `entourage-${process.getuid?.() ?? 0}`, sessionId.slice(-20));

/**
 * Opens the doors of a session. Who comes through one is its sandbox: nobody else sees the folder. `web`: where our own
 * endpoints of MCP and git answer, as whom the run token says; of git no other repository than `repo`, as `org/repo.git`.
 */
export async function openDoors(
  sessionId: string,
  { model, web, token, repo }: { model: Answer; web: string; token: string; repo?: string | undefined },
): Promise<Doors> {
  const all = folderOf(sessionId);
  // Those of a worker that had the session before. What it still closes are its own.
  await rm(all, { recursive: true, force: true });
  await mkdir(all, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(all, "d"));
  const servers = [
    await listen(join(folder, "model"), model),
    await listen(join(folder, "mcp"), (request, response) =>
      pass(request, response, { web, authorization: `Bearer ${token}`, admits: (path) => path === "/mcp" }),
    ),
  ];
  const sockets: Doors["sockets"] = { model: join(folder, "model"), mcp: join(folder, "mcp") };
  if (repo) {
    sockets.git = join(folder, "git");
    const authorization = `Basic ${Buffer.from(`session:${token}`).toString("base64")}`;
    const admits = (path: string) => path.startsWith(`/api/git/${repo}/`);
    servers.push(
      await listen(sockets.git, (request, response) => pass(request, response, { web, authorization, admits })),
    );
  }
  return {
    sockets,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await rm(folder, { recursive: true, force: true });
      // Empty, unless another worker has opened others since.
      await rmdir(all).catch(() => undefined);
    },
  };
}

function listen(path: string, answer: Answer): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(path, () => done(server));
  });
}

/** Hands a call on to our own server with what the sandbox does not hold. Nothing but what is admitted is reached. */
function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { web, authorization, admits }: { web: string; authorization: string; admits: (path: string) => boolean },
): Promise<void> {
  return new Promise((done) => {
    const to = new URL(request.url ?? "/", web);
    if (to.origin !== new URL(web).origin || !admits(to.pathname)) {
      response.writeHead(404).end();
      return done();
    }
    const { authorization: _, cookie: __, host: ___, ...kept } = request.headers;
    const headers = { ...kept, authorization, host: to.host };
    const onward = ask(to, { method: request.method ?? "POST", headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
      answered.on("close", done);
    });
    onward.on("error", () => {
      if (!response.headersSent) response.writeHead(502).end();
      done();
    });
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
}
