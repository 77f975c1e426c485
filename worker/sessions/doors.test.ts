import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { newId } from "#server/ids.ts";
import { openDoors } from "./doors.ts";

const heard: { path: string; authorization: string | undefined }[] = [];
const web = createServer(({ url = "", headers }, response) => {
  heard.push({ path: url, authorization: headers.authorization });
  response.end("in");
});
await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
const { port } = web.address() as AddressInfo;
afterAll(() => web.close());

/** The path goes out as it is written: no client tidies it up before. */
const ask = (socketPath: string, path: string) =>
  new Promise<number>((done, fail) => {
    const asked = request(
      { socketPath, path, headers: { authorization: "Bearer stolen", cookie: "a=b" } },
      (answer) => {
        answer.resume();
        done(answer.statusCode ?? 0);
      },
    );
    asked.on("error", fail).end();
  });

test("a session's doors lead to our tools and to its own repository alone, as whom its token says", async () => {
  const doors = await openDoors(newId(), {
    model: (_request, response) => Promise.resolve(void response.writeHead(418).end()),
    ...{ web: `http://127.0.0.1:${port}`, token: "st_token", repo: "acme/app.git" },
  });
  const { git = "", mcp } = doors.sockets;
  expect(await ask(mcp, "/mcp")).toBe(200);
  expect(await ask(git, "/api/git/acme/app.git/info/refs?service=git-receive-pack")).toBe(200);
  const basic = `Basic ${Buffer.from("session:st_token").toString("base64")}`;
  expect(heard).toEqual([
    { path: "/mcp", authorization: "Bearer st_token" },
    { path: "/api/git/acme/app.git/info/refs?service=git-receive-pack", authorization: basic },
  ]);
  const elsewhere = [
    ...["/mcp", "/api/git/acme/other.git/info/refs", "/api/git/other/app.git/info/refs", "/api/v1/list_orgs"],
    ...["/api/git/acme/app.git/../other.git/info/refs", "/api/git/acme/app.git/%2e%2e/other.git/info/refs"],
    ...["/api/git/acme/app.git", "//evil.example/api/git/acme/app.git/x", "http://evil.example/api/git/acme/app.git/x"],
  ];
  for (const path of elsewhere) expect([path, await ask(git, path)]).toEqual([path, 404]);
  for (const path of ["/api/v1/list_orgs", "/mcp/../api/v1/list_orgs", "http://evil.example/mcp"])
    expect([path, await ask(mcp, path)]).toEqual([path, 404]);
  expect(heard).toHaveLength(2);
  await doors.close();
});

test("a session without a repository has no door to git", async () => {
  const doors = await openDoors(newId(), {
    ...{ model: () => Promise.resolve(), web: `http://127.0.0.1:${port}`, token: "st_token" },
  });
  expect(doors.sockets.git).toBeUndefined();
  await doors.close();
});
