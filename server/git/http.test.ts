import { writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "#server/errors.ts";
import { readCommit, resolveCommit } from "./history.ts";
import { type GitCaller, type GitHttpOptions, handleGitRequest } from "./http.ts";
import type { RefUpdate } from "./push-guard.ts";
import { type Scratch, scratchRepository, userGit, userGitFailure } from "./test/repository.ts";

const OWN = "refs/heads/task-12-fix-login";

describe("git over HTTP", () => {
  let scratch: Scratch;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  let remote: string;
  let clone: string;
  let callers: GitCaller[];
  let errors: unknown[];
  let recorded: RefUpdate[];
  let confirm: () => Promise<{ ok: true } | { ok: false; message: string }>;
  let recording: () => Promise<void>;
  let overrides: Partial<GitHttpOptions>;

  beforeEach(async () => {
    scratch = await scratchRepository();
    [callers, errors, recorded, overrides] = [[], [], [], {}];
    confirm = async () => ({ ok: true });
    recording = async () => undefined;
    server = createServer((request, response) => {
      void handleGitRequest(request, response, {
        hooksDirectory: scratch.hooks,
        onError: (error) => errors.push(error),
        authorize: async (caller) => {
          callers.push(caller);
          if (caller.password !== "oc_secret") throw new AppError("unauthenticated", "Use a live key as the password.");
          if (caller.repo !== "app") throw new AppError("not_found", "There is no such repository.");
          if (caller.username === "reader") return { repositoryPath: scratch.bare };
          const pushed = async (updates: RefUpdate[]) => {
            await recording();
            recorded.push(...updates);
          };
          return { repositoryPath: scratch.bare, push: { allowedRefs: [OWN], confirm: () => confirm(), pushed } };
        },
        ...overrides,
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A TCP server's address is an object, never a pipe's name.
    const { port } = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${port}`;
    remote = `http://lease-1:oc_secret@127.0.0.1:${port}/api/git/acme/app.git`;
    clone = join(scratch.directory, "clone");
    await userGit(scratch.directory, "clone", "-q", remote, clone);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await scratch[Symbol.asyncDispose]();
  });

  const commitInClone = async (name = "file.txt", content: string | Buffer = "work\n") => {
    await writeFile(join(clone, name), content);
    await userGit(clone, "add", "-A");
    await userGit(clone, "commit", "-q", "-m", "work");
    return userGit(clone, "rev-parse", "HEAD");
  };

  test("while the database is away git is told to try again, and nothing is logged as a fault", async () => {
    const away = Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED" });
    overrides = { authorize: () => Promise.reject(away) };
    const answer = await fetch(`${origin}/api/git/acme/app.git/info/refs?service=git-upload-pack`);
    expect([answer.status, answer.headers.get("retry-after"), errors]).toEqual([503, "1", []]);
  });

  test("a key fetches everything and is named to authorize", async () => {
    expect(await userGit(clone, "rev-parse", "HEAD")).toBe(await resolveCommit(scratch.bare, "main"));
    expect(callers.at(-1)).toMatchObject({ org: "acme", repo: "app", service: "upload-pack", username: "lease-1" });
  });

  test("one's own branch can be pushed, and the push is recorded before the client hears of it", async () => {
    const commit = await commitInClone();
    recording = () => new Promise((resolve) => setImmediate(() => setTimeout(resolve, 200)));
    await userGit(clone, "push", "-q", "origin", `HEAD:${OWN}`);
    expect(recorded).toEqual([{ ref: OWN, old: null, new: commit }]);
    expect(await readCommit(scratch.bare, OWN)).toBe(commit);
  });

  test("one's own branch can be pushed again, also after a rebase", async () => {
    const first = await commitInClone();
    await userGit(clone, "push", "-q", "origin", `HEAD:${OWN}`);
    await userGit(clone, "commit", "-q", "--amend", "-m", "better");
    await userGit(clone, "push", "-q", "--force", "origin", `HEAD:${OWN}`);
    expect(recorded.at(-1)).toMatchObject({ ref: OWN, old: first });
  });

  test("a large push streams through in both directions", async () => {
    const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 2654435761) % 251));
    const commit = await commitInClone("large.bin", noise);
    await userGit(clone, "-c", "http.postBuffer=65536", "push", "-q", "origin", `HEAD:${OWN}`);
    const again = join(scratch.directory, "again");
    await userGit(scratch.directory, "clone", "-q", "-b", OWN.slice(11), remote, again);
    expect(await userGit(again, "rev-parse", "HEAD")).toBe(commit);
  });

  test.each([
    ["main", "HEAD:refs/heads/main"],
    ["another's branch", "HEAD:refs/heads/task-13-other"],
    ["a name that merely starts like one's own", `HEAD:${OWN}-2`],
    ["a tag", "HEAD:refs/tags/v1"],
    ["the record of merges", "HEAD:refs/merged/job-1"],
    ["the record of the source", "HEAD:refs/source/heads/main"],
    ["a replacement", "HEAD:refs/replace/0000000000000000000000000000000000000001"],
    ["an option as a name", "HEAD:refs/heads/--upload-pack=touch"],
    ["a help option as a name", "HEAD:refs/heads/-h"],
    ["a one-letter name", "HEAD:refs/heads/a"],
    ["a name outside ASCII", "HEAD:refs/heads/задача"],
  ])("a push to %s is refused and changes nothing", async (_what, refspec) => {
    const before = await userGit(scratch.bare, "for-each-ref");
    await commitInClone();
    const complaint = await userGitFailure(clone, "push", "origin", refspec);
    expect(complaint).toMatch(/pre-receive hook declined|hidden ref|funny refname/);
    if (!complaint.includes("hidden ref")) expect(complaint).toContain(`only ${OWN} while you hold its lease`);
    expect(await userGit(scratch.bare, "for-each-ref")).toBe(before);
    expect(recorded).toEqual([]);
  });

  test("hostile ref names sent by a client of its own making are refused without a 5xx", async () => {
    const before = await userGit(scratch.bare, "for-each-ref");
    const commit = await resolveCommit(scratch.bare, "main");
    const names = [
      "refs/heads/../../config",
      "refs/heads/a\nb",
      "refs/heads/\xff\xfe",
      "HEAD",
      "",
      "-h",
      "refs/heads/x.lock",
    ];
    for (const name of names) {
      const command = Buffer.from(`${"0".repeat(40)} ${commit} ${name}\0report-status`, "latin1");
      const line = Buffer.concat([Buffer.from((command.length + 4).toString(16).padStart(4, "0")), command]);
      // An empty pack: the commit is there already.
      const pack = Buffer.from("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");
      const reply = await fetch(`${origin}/api/git/acme/app.git/git-receive-pack`, {
        method: "POST",
        headers: { authorization: basic("lease-1"), "content-type": "application/x-git-receive-pack-request" },
        body: Buffer.concat([line, Buffer.from("0000"), pack]),
      });
      expect(reply.status).toBeLessThan(500);
      await reply.arrayBuffer();
    }
    expect(await userGit(scratch.bare, "for-each-ref")).toBe(before);
    expect(recorded).toEqual([]);
  });

  test("one refused ref refuses the whole push", async () => {
    await commitInClone();
    await userGitFailure(clone, "push", "origin", `HEAD:${OWN}`, "HEAD:refs/heads/main");
    expect(await readCommit(scratch.bare, OWN)).toBeNull();
  });

  test("a branch cannot be deleted by a push", async () => {
    const commit = await commitInClone();
    await userGit(clone, "push", "-q", "origin", `HEAD:${OWN}`);
    expect(await userGitFailure(clone, "push", "origin", `:${OWN}`)).toContain("cannot be deleted");
    expect(await readCommit(scratch.bare, OWN)).toBe(commit);
  });

  test("a lease that ended during the upload refuses the push at the last moment", async () => {
    await commitInClone();
    confirm = async () => ({ ok: false, message: "Your lease on task 12\nhas ended." });
    expect(await userGitFailure(clone, "push", "origin", `HEAD:${OWN}`)).toContain("Your lease on task 12 has ended.");
    expect(await readCommit(scratch.bare, OWN)).toBeNull();
  });

  test("a confirmation that fails refuses the push, and the fault is told to the log only", async () => {
    await commitInClone();
    confirm = async () => Promise.reject(new Error("database is down"));
    const complaint = await userGitFailure(clone, "push", "origin", `HEAD:${OWN}`);
    expect(complaint).toContain("could not confirm this push");
    expect(complaint).not.toContain("database");
    expect(String(errors[0])).toContain("database is down");
  });

  test("a push past the server, straight into its folder, is refused", async () => {
    await commitInClone();
    expect(await userGitFailure(clone, "push", scratch.bare, `HEAD:${OWN}`)).toContain(
      "Push over the server's address",
    );
  });

  test("who may only fetch is told so when pushing", async () => {
    await commitInClone();
    const reader = remote.replace("lease-1", "reader");
    expect(await userGitFailure(clone, "push", reader, `HEAD:${OWN}`)).toContain("but not push to it");
  });

  test("what the server keeps for itself is not shown", async () => {
    await userGit(scratch.bare, "update-ref", "refs/merged/job-1", "main");
    await userGit(scratch.bare, "update-ref", "refs/source/heads/main", "main");
    expect(await userGit(clone, "ls-remote", "origin")).not.toMatch(/refs\/(merged|source)/);
  });

  test("without a key the answer is a challenge; with a wrong one too", async () => {
    for (const authorization of ["", basic("lease-1", "wrong"), "Basic %E0%A4%A"]) {
      const headers = new Headers(authorization === "" ? {} : { authorization });
      const reply = await fetch(`${origin}/api/git/acme/app.git/info/refs?service=git-upload-pack`, { headers });
      expect(reply.status).toBe(401);
      expect(reply.headers.get("www-authenticate")).toMatch(/^Basic realm="Entourage"/);
    }
  });

  test.each([
    ["/api/git/acme/app.git/HEAD", 404],
    ["/api/git/acme/app.git/objects/info/packs", 404],
    ["/api/git/acme/app.git/info/refs", 403],
    ["/api/git/acme/app.git/info/refs?service=git-upload-archive", 403],
    ["/api/git/acme/..%2f..%2fapp.git/info/refs?service=git-upload-pack", 404],
    ["/api/git/acme/-h.git/info/refs?service=git-upload-pack", 404],
    ["/api/git/acme/other.git/info/refs?service=git-upload-pack", 404],
    ["/api/git/acme/app.git/git-upload-pack", 400],
  ])("GET %s answers %i", async (path, status) => {
    const reply = await fetch(origin + path, { headers: { authorization: basic("lease-1") } });
    expect(reply.status).toBe(status);
    expect(await reply.text()).toMatch(/\w/);
  });

  test("a body that is no git answers without a 5xx", async () => {
    for (const body of [Buffer.from("garbage"), gzipSync("garbage"), Buffer.alloc(0), Buffer.from("fffe")]) {
      for (const service of ["upload", "receive"]) {
        const reply = await fetch(`${origin}/api/git/acme/app.git/git-${service}-pack`, {
          method: "POST",
          headers: { authorization: basic("lease-1"), "content-type": `application/x-git-${service}-pack-request` },
          body: new Uint8Array(body),
        });
        expect(reply.status).toBeLessThan(500);
        await reply.arrayBuffer();
      }
    }
    expect(errors).toEqual([]);
  });

  test("a push above the limit is refused with 413 or by git, and nothing is stored", async () => {
    overrides = { maxRequestBytes: 20_000 };
    await commitInClone(
      "large.bin",
      Buffer.from(Array.from({ length: 90_000 }, () => Math.floor(Math.random() * 256))),
    );
    await userGitFailure(clone, "-c", "http.postBuffer=1000000", "push", "origin", `HEAD:${OWN}`);
    await userGitFailure(clone, "-c", "http.postBuffer=4096", "push", "origin", `HEAD:${OWN}`);
    expect(await readCommit(scratch.bare, OWN)).toBeNull();
  });

  test("a client that hangs up takes its git processes along", async () => {
    const stalled = httpRequest(`${origin}/api/git/acme/app.git/git-receive-pack`, {
      method: "POST",
      headers: { authorization: basic("lease-1"), "content-type": "application/x-git-receive-pack-request" },
    });
    stalled.on("error", () => undefined);
    stalled.write("00");
    await expect.poll(() => backendsOf(scratch.bare)).toBeGreaterThan(0);
    stalled.destroy();
    await expect.poll(() => backendsOf(scratch.bare)).toBe(0);
  });

  test("a request that takes too long is ended", async () => {
    overrides = { timeoutSeconds: 0.3 };
    const stalled = fetch(`${origin}/api/git/acme/app.git/git-receive-pack`, {
      method: "POST",
      headers: { authorization: basic("lease-1"), "content-type": "application/x-git-receive-pack-request" },
      body: new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("00")) }),
      duplex: "half",
    } as RequestInit);
    // The header was sent when git began to read: the client learns of the end by a cut body, not by a status.
    await expect(stalled.then((reply) => reply.text())).rejects.toThrow();
    await expect.poll(() => backendsOf(scratch.bare)).toBe(0);
  });
});

function basic(username: string, password = "oc_secret"): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** How many processes of git work in this repository now. */
async function backendsOf(repository: string): Promise<number> {
  const { readdir, readlink } = await import("node:fs/promises");
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(ids.map((id) => readlink(`/proc/${id}/cwd`).catch(() => "")));
  return folders.filter((folder) => folder === repository).length;
}
