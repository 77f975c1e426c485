import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { listAuditEvents } from "#server/audit-log/operations.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { compareWithFold } from "#server/events/replay.ts";
import { createLogger } from "#server/log.ts";
import { getRepo, registerRepo, updateRepo } from "#server/repos/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { as, createTestOrg, type TestOrg } from "#server/test/fixtures.ts";
import { loadWorkspace } from "#server/workspaces/making.ts";
import { createWorkspace, getWorkspace } from "#server/workspaces/operations.ts";
import { workspacePath } from "#server/workspaces/place.ts";
import { startRepositoryCopies } from "../jobs/prepare-repo.ts";
import { generous, openConversations, soon } from "../sessions/test/conversing.ts";
import { startMaking } from "./make.ts";
import { setUp } from "./set-up.ts";
import { asking, openSecureServer } from "./test/secure-server.ts";

const { port, seen } = await openSecureServer();
const trusted = { ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1,localhost" };
const { runtime, url, run, lab, boxes, startWorker, follow } = await openConversations({ settings: trusted });
const log = createLogger("test");
const copies = startRepositoryCopies(runtime, { log });
const making = startMaking(runtime, { log, signal: new AbortController().signal });
afterAll(async () => {
  await copies.stop();
  await making.stop();
});

const program = `cat > ask.cjs <<'END'\n${asking.replace("process.argv.slice(1)", "process.argv.slice(2)")}\nEND\n`;
const host = `localhost:${port}`;

async function withRepo(settings: { setupScript: string; setupHosts: string[] }) {
  const org = await createTestOrg(runtime);
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
  const ready = async () => expect((await run(getRepo, org.owner, { repoId: repo.id })).repo.status).toBe("ready");
  await vi.waitFor(ready, soon);
  await run(updateRepo, org.owner, { repoId: repo.id, ...settings });
  return { org, repo };
}
const make = async (org: TestOrg, repoId: string, changes: object = {}) => {
  const { workspace } = await run(createWorkspace, org.owner, { teamId: org.teamId, repoId, ...changes });
  return vi.waitFor(async () => {
    const { workspace: now } = await run(getWorkspace, org.owner, { workspaceId: workspace.id });
    if (now.status === "initializing") throw new Error(`still ${now.step}`);
    return now;
  }, soon);
};

test(
  "a set-up reaches the hosts of its repository and no other, says so, and nothing after it does",
  generous,
  async () => {
    const setupScript = `${program}node ask.cjs ${host} evil.example:443 ${host} 127.0.0.1:${port} && printf ended`;
    const { org, repo } = await withRepo({ setupScript, setupHosts: [`LOCALHOST.:${port}`] });
    const { id, status, setupOutput } = await make(org, repo.id);
    expect([status, setupOutput?.split("\n").map((line) => line.replace(/\d+ kB/, "N kB"))]).toEqual([
      "ready",
      [
        `${host} 200 served`,
        "evil.example:443 403 The set-up asked for evil.example, which is not among the hosts it may reach; an admin can add it in the repository's settings.",
        `${host} 200 served`,
        `127.0.0.1:${port} 403 The set-up asked for the address 127.0.0.1; hosts are reached by their names only.`,
        "ended",
        `The set-up reached ${host} (2 connections, N kB).`,
        "The set-up asked for evil.example, which is not among the hosts it may reach; an admin can add it in the repository's settings.",
        "The set-up asked for the address 127.0.0.1; hosts are reached by their names only.",
        "",
      ],
    ]);
    const { events } = await run(listAuditEvents, org.owner, { groups: ["security"] });
    expect(events, "the first at once, the next in a group").toMatchObject([
      {
        type: "security.action_refused",
        actor: { id: org.owner.id },
        data: { what: "set_up", words: [expect.stringContaining("evil.example")] },
      },
    ]);

    const own = await make(org, repo.id, { setupScript: `${setupScript} # mine` });
    expect(own.setupOutput, "a set-up that somebody brings along has no way out").not.toContain("200 served");
    expect(own.setupOutput).toContain("This set-up is not the repository's as it is now");

    // An agent in the same working copy, with the same program.
    await run(saveCredentialOperation, org.owner, {
      ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "the-real-key" },
    });
    const command = `env | grep -ic proxy; ls /run/entourage; node ask.cjs ${host}`;
    lab.answerWith(({ toolResults }) =>
      toolResults === 0 ? { toolCalls: [{ name: "bash", input: { command } }] } : { text: "Done." },
    );
    const before = seen.connections;
    startWorker();
    const { session } = await run(sessions.createSession, org.owner, {
      ...{ teamId: org.teamId, workspaceId: id, model: "anthropic/claude-sonnet-5-5", mode: "auto", prompt: "Go." },
    });
    const conversation = follow(org, session.id);
    await conversation.ended();
    const said = JSON.stringify(await conversation.updates());
    expect(said).toContain(`${host} ECONNREFUSED`);
    expect(seen.connections).toBe(before);
    if ((await boxes).isolated) expect(said).toMatch(/0\\n9101\.sock\\n9102\.sock/);
    expect(said).not.toContain("9109.sock");
  },
);

test("one that is called off leaves no connection, no sandbox and nothing of its way out", generous, async () => {
  const { org, repo } = await withRepo({ setupScript: "", setupHosts: [host] });
  const { id } = await make(org, repo.id);
  await writeFile(
    join(workspacePath(runtime.settings, org.orgId, id), "ask.cjs"),
    asking.replace("slice(1)", "slice(2)"),
  );
  const row = await as(runtime, org.owner, (context) => loadWorkspace(context, id));
  if (!row) throw new Error("unreachable");
  const calling = new AbortController();
  const setupScript = `node ask.cjs ${host}/never`;
  const begun = setUp(runtime, { ...row, setupScript }, { signal: calling.signal, keep: async () => undefined });
  await vi.waitFor(() => expect(seen.open).toBe(1), soon);
  const running = async () => (await (await boxes).list()).filter(({ labels }) => labels.kind === "run").length;
  expect(await running()).toBe(1);
  calling.abort();
  await begun;
  await vi.waitFor(() => expect(seen.open).toBe(0), soon);
  expect(await running()).toBe(0);
  const { tables } = await compareWithFold(url);
  expect(tables.find(({ table }) => table === "repos")).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
});
