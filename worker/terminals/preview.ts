import { type ClientRequest, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, errorCodes } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";
import { readPreviewHost } from "#server/terminals/preview-host.ts";
import { admit, type Admission, grantSeconds, makeTicket } from "#server/terminals/tickets.ts";

const cookieName = "entourage_preview";
const ticketName = "entourage_ticket";
/** An admission is asked for anew after so long: access that ended is gone in a moment, and a page of 100 files is one look. */
const trustMilliseconds = 3_000;

/** Of one connection alone, and what we add ourselves. */
const ownHeaders = [
  "connection",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/**
 * Shows what a program inside serves, to whoever may work in the workspace, on a host of its own: its pages are of
 * another origin than the dashboard and than each other, and neither our cookies nor our tickets reach the program.
 */
export function createPreviews(
  runtime: OpenRuntime,
  { boxes, log }: { boxes: () => Promise<BoxProvider>; log: Logger },
) {
  const trusted = new Map<string, { until: number; admission: Promise<Admission> }>();

  function admission(grant: string, ip: string): Promise<Admission> {
    const known = trusted.get(grant);
    if (known && known.until > Date.now()) return known.admission;
    if (trusted.size > 1_000) trusted.clear();
    const asked = admit(runtime, grant, "preview_grant", ip);
    trusted.set(grant, { until: Date.now() + trustMilliseconds, admission: asked });
    asked.catch(() => trusted.delete(grant));
    return asked;
  }

  /** Who asks, if their cookie is for just this host. */
  async function enter(request: IncomingMessage): Promise<Admission> {
    const place = readPreviewHost(request.headers.host ?? "");
    const grant = cookiesOf(request).find(([name]) => name === cookieName)?.[1];
    if (!place || !grant)
      throw new AppError("unauthenticated", "Open this preview from the dashboard: it gives a ticket for it.");
    const found = await admission(grant, addressOf(request));
    if (found.workspace.id !== place.workspaceId || found.port !== place.port)
      throw new AppError("unauthenticated", "This ticket is for another preview.");
    return found;
  }

  /** A ticket becomes a cookie of this host, and the address is clean of it. */
  async function exchange(request: IncomingMessage, response: ServerResponse, url: URL, ticket: string): Promise<void> {
    const place = readPreviewHost(request.headers.host ?? "");
    const found = await admit(runtime, ticket, "preview", addressOf(request));
    if (found.workspace.id !== place?.workspaceId || found.port !== place.port)
      throw new AppError("unauthenticated", "This ticket is for another preview.");
    const { ticket: grant } = await inTransaction(runtime, found.actor, { requestId: newId() }, (context) =>
      makeTicket(context, {
        ...{ kind: "preview_grant", workspaceId: found.workspace.id, sessionId: found.sessionId, port: found.port },
      }),
    );
    url.searchParams.delete(ticketName);
    response.writeHead(303, {
      location: url.pathname + url.search,
      // In a frame of the dashboard it is a third party's: of that frame alone. Browsers take Secure on loopback, too.
      "set-cookie": `${cookieName}=${grant}; Path=/; Max-Age=${grantSeconds}; HttpOnly; Secure; SameSite=None; Partitioned`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    response.end();
  }

  async function reach({ workspace, sessionId, port }: Admission): Promise<Duplex> {
    return (await boxes()).connect(sessionId ?? workspace.id, port ?? 0);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://preview");
    const ticket = url.searchParams.get(ticketName);
    if (ticket) return exchange(request, response, url, ticket);
    const line = await reach(await enter(request));
    const asked = openRequest(request, line);
    response.once("close", () => asked.destroy());
    asked.once("error", (error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, new AppError("unavailable", `What listens there did not answer: ${error.message}`));
    });
    asked.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, headersBack(answer, runtime.config.publicUrl));
      answer.pipe(response);
    });
    request.pipe(asked);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const line = await reach(await enter(request));
    const asked = openRequest(request, line, request.headers.upgrade);
    const end = () => {
      socket.destroy();
      line.destroy();
    };
    asked.once("error", end);
    asked.once("response", end);
    asked.once("upgrade", (answer, inner: Duplex, first: Buffer) => {
      const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
      for (let at = 0; at < answer.rawHeaders.length; at += 2)
        lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
      socket.write(`${lines.join("\r\n")}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) inner.write(head);
      inner.on("error", end).on("close", end);
      socket.on("error", end).on("close", end);
      inner.pipe(socket);
      socket.pipe(inner);
    });
    asked.end();
  }

  const explained = (error: unknown): AppError => {
    if (error instanceof AppError) return error;
    log.error({ error }, "a preview failed");
    return new AppError("unavailable", "The preview failed; the server's log says why.");
  };

  return {
    takes: (request: IncomingMessage): boolean => readPreviewHost(request.headers.host ?? "") !== undefined,
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      handle(request, response).catch((error: unknown) => refuse(response, explained(error)));
    },
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      socket.on("error", () => socket.destroy());
      upgrade(request, socket, head).catch((error: unknown) => {
        const { code } = explained(error);
        if (socket.writable)
          socket.end(`HTTP/1.1 ${errorCodes[code].http} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      });
    },
  };
}

function openRequest(request: IncomingMessage, line: Duplex, upgrade?: string): ClientRequest {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (
      value !== undefined &&
      !ownHeaders.includes(name) &&
      !name.startsWith("x-forwarded-") &&
      !name.startsWith("x-entourage-")
    )
      headers[name] = value;
  const cookies = cookiesOf(request).filter(([name]) => name !== cookieName);
  if (cookies.length > 0) headers.cookie = cookies.map(([name, value]) => `${name}=${value}`).join("; ");
  else delete headers.cookie;
  if (upgrade) Object.assign(headers, { connection: "Upgrade", upgrade });
  const { method = "GET", url = "/" } = request;
  // The types want a socket of the net; a stream is all that is used of it.
  return httpRequest({ method, path: url, headers, createConnection: () => line });
}

/** What the program says, less what is not its to say: it sets cookies for its own host alone, and only the dashboard frames it. */
function headersBack(answer: IncomingMessage, publicUrl: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (
      value !== undefined &&
      !ownHeaders.includes(name) &&
      !["x-frame-options", "strict-transport-security"].includes(name)
    )
      headers[name] = value;
  if (answer.headers["set-cookie"])
    headers["set-cookie"] = answer.headers["set-cookie"].map((cookie) => cookie.replace(/;\s*domain=[^;]*/gi, ""));
  const policy = [answer.headers["content-security-policy"]].flat().filter((one) => one !== undefined);
  const own = policy.map((one) => one.replace(/frame-ancestors[^;]*;?/gi, "")).filter(Boolean);
  headers["content-security-policy"] = [...own, `frame-ancestors 'self' ${new URL(publicUrl).origin}`];
  headers["referrer-policy"] ??= "same-origin";
  return headers;
}

function refuse(response: ServerResponse, { code, message }: AppError): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(errorCodes[code].http, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(`${message}\n`);
}

const addressOf = (request: IncomingMessage) =>
  String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress);

const cookiesOf = ({ headers }: IncomingMessage): [string, string][] =>
  (headers.cookie ?? "").split(";").flatMap((part) => {
    const at = part.indexOf("=");
    return at > 0 ? [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as [string, string]] : [];
  });
