import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { call, type Connection } from "./connection.ts";
import { CliFailure } from "./failure.ts";

/** What a server, or a proxy before it, answers in turn; the last goes on. */
async function openServer(...answers: ((response: ServerResponse) => void)[]) {
  const keys: (string | string[] | undefined)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    answers[Math.min(keys.push(request.headers["idempotency-key"]), answers.length) - 1]?.(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  afterAll(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens on no port.");
  const connection: Connection = {
    ...{ server: `http://127.0.0.1:${address.port}`, token: "oc_x", organization: undefined },
    signal: AbortSignal.timeout(20_000),
  };
  return { connection, keys };
}

const say = (status: number, text: string) => (response: ServerResponse) =>
  void response.writeHead(status, { "retry-after": "0" }).end(text);
const breakOff = (response: ServerResponse) => {
  response.writeHead(200, { "content-length": "100" }).write('{"done":');
  setImmediate(() => response.destroy());
};
const answer = z.object({ done: z.boolean() });

test("a proxy that is away and an answer that is cut are asked for again under one key", async () => {
  const { connection, keys } = await openServer(say(502, "<html>"), breakOff, say(504, ""), say(200, '{"done":true}'));
  expect(await call(connection, "claim_task", {}, answer)).toEqual({ done: true });
  expect(keys).toHaveLength(4);
  expect(new Set(keys).size).toBe(1);
});

test("an answer that is not of Entourage is told in words, once", async () => {
  const { connection, keys } = await openServer(say(200, "<html>Welcome to nginx"));
  const refused = call(connection, "claim_task", {}, answer);
  await expect(refused).rejects.toBeInstanceOf(CliFailure);
  await expect(refused).rejects.toThrow(/not of Entourage: <html>Welcome/);
  expect(keys).toHaveLength(1);
});
