import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "#server/errors.ts";
import { resolveCommit } from "./history.ts";
import { handleGitRequest } from "./http.ts";
import { createBareRepository } from "./repositories.ts";
import { fetchFromSource, inspectSource, openSource, pushToSource, type SourceRules } from "./source.ts";
import { type Scratch, scratchRepository, userGit } from "./test/repository.ts";

/** A name that no resolver knows: a connection can only be made to the address that was checked. */
const HOST = "git.example.test";

describe("a source over https", () => {
  let scratch: Scratch;
  let server: Server;
  let port: number;
  let rules: SourceRules;
  let redirect: boolean;
  let recorded: number;

  beforeEach(async () => {
    scratch = await scratchRepository();
    [redirect, recorded] = [false, 0];
    const [key, caFile] = [join(scratch.directory, "key.pem"), join(scratch.directory, "cert.pem")];
    const subject = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", caFile, ...subject], { stdio: "ignore" });
    server = createServer({ key: readFileSync(key), cert: readFileSync(caFile) }, (request, response) => {
      if (redirect) {
        response.writeHead(302, { location: `https://127.0.0.1:${port}${request.url}` }).end();
        return;
      }
      void handleGitRequest(request, response, {
        hooksDirectory: scratch.hooks,
        authorize: async ({ username, password }) => {
          if (username !== "bot" || password !== "p@ss:word") throw new AppError("unauthenticated", "no");
          const confirm = async () => ({ ok: true }) as const;
          const pushed = async () => void recorded++;
          return { repositoryPath: scratch.bare, push: { allowedRefs: ["refs/heads/main"], confirm, pushed } };
        },
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    const credential = { username: "bot", password: "p@ss:word" };
    rules = { trustedHosts: [HOST], resolve: async () => ["127.0.0.1"], caFile, credential };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await scratch[Symbol.asyncDispose]();
  });

  const open = (changes: SourceRules = {}) =>
    openSource(`https://${HOST}:${port}/api/git/acme/app.git`, { ...rules, ...changes });

  test("is reached at the checked address with its credential: inspect, fetch, push", async () => {
    const main = await resolveCommit(scratch.bare, "main");
    expect((await inspectSource(await open())).defaultBranch).toBe("main");
    const copy = join(scratch.directory, "copy.git");
    await createBareRepository(copy, { defaultBranch: "main", hooksDirectory: scratch.hooks });
    expect(await fetchFromSource(copy, await open(), { branch: "main" })).toBe(main);
    const commit = await scratch.commit({ "a.txt": "a" });
    await userGit(copy, "fetch", "-q", scratch.work, "HEAD");
    expect(await pushToSource(copy, await open(), { branch: "main", commit })).toEqual({ outcome: "pushed" });
    expect(await resolveCommit(scratch.bare, "main")).toBe(commit);
    expect(recorded).toBe(1);
  });

  test("that refuses the credential is told so, without the credential", async () => {
    const source = await open({ credential: { username: "bot", password: "S3CRET" } });
    const failure = await inspectSource(source).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "forbidden", message: expect.stringContaining("Store a credential") });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("S3CRET");
  });

  test("that redirects elsewhere is not followed", async () => {
    redirect = true;
    await expect(inspectSource(await open())).rejects.toBeInstanceOf(AppError);
  });

  test("whose certificate is unknown is not talked to", async () => {
    await expect(inspectSource(await open({ caFile: undefined }))).rejects.toMatchObject({ code: "unavailable" });
  });

  test("that does not listen is unavailable", async () => {
    const source = await open();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(inspectSource(source)).rejects.toMatchObject({ code: "unavailable" });
  });
});
