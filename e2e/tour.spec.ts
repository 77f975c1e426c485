import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { addressOf, call, found, owner as olga } from "./session.ts";
import { expect, test } from "./test.ts";

/** The tools that were promised, by area: 44 names. */
const promised = {
  platform: ["ping"],
  organizations: ["list_orgs", "create_org"],
  teams: ["list_teams", "create_team", "get_team"],
  agents: ["list_agents", "create_agent"],
  repos: ["list_repos", "register_repo"],
  tasks: [
    ...["create_task", "list_tasks", "get_task", "update_task", "change_task_status", "assign_task"],
    "get_task_events",
  ],
  messages: ["send_message", "get_inbox"],
  git: [
    ...["create_worktree", "get_worktree", "remove_worktree", "get_task_diff", "get_changed_files", "read_file"],
    "get_commits",
  ],
  sessions: ["start_session", "record_usage", "end_session", "check_budget", "get_cost_summary"],
  people: ["ask_human", "get_pending_requests", "respond_to_request"],
  reviews: ["request_review", "approve_task", "reject_task", "get_merge_status"],
  auth: ["authenticate"],
  webhooks: ["create_webhook", "list_webhooks", "update_webhook"],
  settings: ["get_team_settings", "update_team_settings"],
};
const names = Object.values(promised).flat();

const run = promisify(execFile);
const object = z.record(z.string(), z.unknown());

/** What stands at a path of an answer, as text: `task.id`. */
function at(answer: unknown, path: string): string {
  const found = path.split(".").reduce<unknown>((value, key) => object.parse(value)[key], answer);
  return z.coerce.string().parse(found);
}

/** A client with a key, which notes the tools it called. */
async function connect(origin: string, key: string, called: Set<string>) {
  const client = new Client({ name: "tour", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", origin), { requestInit }));
  const use = async (name: string, input: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: input });
    expect(result.isError, `${name}: ${JSON.stringify(result.structuredContent)}`).toBeFalsy();
    called.add(name);
    return result.structuredContent;
  };
  return { client, use };
}

// Whatever a tool did is looked at by another way than the tool: HTTP as the person in the browser, the page, or git.
test("every promised tool is called over MCP, and what it did is seen by another path", async ({ page }) => {
  test.setTimeout(180_000);
  await found(page);
  const origin = addressOf(page);
  const called = new Set<string>();
  const http = (operation: string, input: object = {}) => call(page, operation, input);
  const owner = await connect(origin, (await http("create_api_key", { name: "Tour", scopes: ["all"] })).key, called);
  const stamp = `${Date.now()}`;

  await test.step("the owner's list has all 44 names", async () => {
    const { tools } = await owner.client.listTools();
    expect(names).toHaveLength(44);
    expect(names.filter((name) => !tools.some((tool) => tool.name === name))).toEqual([]);
  });

  await test.step("platform, sign-in and organizations", async () => {
    expect(await owner.use("ping")).toMatchObject({ role: "owner" });
    const tokens = await owner.use("authenticate", { email: olga.email, password: olga.password });
    const bearer = { authorization: `Bearer ${at(tokens, "accessToken")}` };
    const me = await fetch(new URL("/api/auth/me", origin), { headers: bearer });
    expect(me.status).toBe(200);
    const { organizations } = z.object({ organizations: z.array(z.unknown()) }).parse(await owner.use("list_orgs"));
    expect(organizations).toHaveLength(1);
    const refused = await owner.client.callTool({ name: "create_org", arguments: { name: "Another" } });
    expect(refused.isError, "a key belongs to one organization; its person makes others").toBe(true);
    const person = await connect(origin, at(tokens, "accessToken"), called);
    const made = await person.use("create_org", { name: `Tour ${stamp}` });
    const tab = await page.context().newPage();
    await tab.goto(`/o/${at(made, "slug")}`);
    await expect(tab.getByText(`Tour ${stamp}`).first()).toBeVisible();
    await tab.close();
  });

  const teamId = await test.step("teams and their settings", async () => {
    const made = await owner.use("create_team", { name: `Tour ${stamp}` });
    const id = at(made, "team.id");
    expect(await http("get_team", { teamId: id })).toMatchObject({ team: { name: `Tour ${stamp}` } });
    expect(JSON.stringify(await owner.use("list_teams"))).toContain(id);
    expect(await owner.use("get_team", { teamId: id })).toMatchObject({ team: { agents: [{ role: "manager" }] } });
    await owner.use("update_team_settings", { teamId: id, conventions: "Write tests first.", maxConcurrent: 7 });
    expect(await http("get_team", { teamId: id })).toMatchObject({ team: { maxConcurrent: 7 } });
    expect(await owner.use("get_team_settings", { teamId: id })).toMatchObject({
      settings: { conventions: "Write tests first." },
    });
    return id;
  });

  const { engineer, repoId, agentId } = await test.step("agents and repositories", async () => {
    const made = await owner.use("create_agent", { teamId, name: `ada-${stamp}` });
    const id = at(made, "agent.id");
    expect(JSON.stringify(await http("list_agents", { teamId }))).toContain(id);
    expect(JSON.stringify(await owner.use("list_agents", { teamId }))).toContain(`ada-${stamp}`);
    const repo = at(await owner.use("register_repo", { teamId, name: `tour-${stamp}` }), "repo.id");
    const isReady = async () => (await http("get_repo", { repoId: repo })).repo.status;
    await expect.poll(isReady, { timeout: 20_000 }).toBe("ready");
    expect(JSON.stringify(await owner.use("list_repos", { teamId }))).toContain(repo);
    const { key } = await http("create_api_key", { name: "Engineer", agentId: id });
    return { engineer: { key: String(key), ...(await connect(origin, key, called)) }, repoId: repo, agentId: id };
  });

  const task = await test.step("tasks", async () => {
    const made = await owner.use("create_task", { teamId, title: "Greet", repoId });
    const id = at(made, "task.id");
    await owner.use("update_task", { task: id, title: "Greet politely", priority: "high" });
    await owner.use("assign_task", { task: id, assignee: { kind: "agent", id: agentId } });
    const seen = { title: "Greet politely", priority: "high", assignee: { id: agentId } };
    expect(await http("get_task", { task: id })).toMatchObject({ task: seen });
    expect(await owner.use("get_task", { task: id })).toMatchObject({ task: seen });
    expect(JSON.stringify(await owner.use("list_tasks", { teamId }))).toContain(id);
    const spare = at(await owner.use("create_task", { teamId, title: "Not needed" }), "task.id");
    await owner.use("change_task_status", { task: spare, status: "cancelled", reason: "It was a try." });
    expect(await http("get_task", { task: spare })).toMatchObject({ task: { status: "cancelled" } });
    expect(JSON.stringify(await owner.use("get_task_events", { task: spare }))).toContain("It was a try.");
    return { id, number: Number(at(made, "task.number")) };
  });

  await test.step("messages", async () => {
    await owner.use("send_message", { task: task.id, body: "Be kind." });
    expect(JSON.stringify(await engineer.use("get_inbox"))).toContain("Be kind.");
    expect(JSON.stringify(await http("get_task", { task: task.id }))).toContain("Be kind.");
  });

  const lease = at(await engineer.use("claim_task", { task: task.id }), "claim.lease.id");

  await test.step("money", async () => {
    const session = at(
      await engineer.use("start_session", { task: task.id, model: "claude-sonnet-4-5" }),
      "session.id",
    );
    expect(await engineer.use("check_budget", { sessionId: session, estimateMicros: 1_000 })).toMatchObject({
      canSpend: true,
    });
    const usage = { sessionId: session, inputTokens: 1_000, outputTokens: 500 };
    const spent = Number(at(await engineer.use("record_usage", usage), "usage.costMicros"));
    expect(spent).toBeGreaterThan(0);
    await engineer.use("end_session", { sessionId: session });
    expect(await http("list_sessions", { teamId })).toMatchObject({
      sessions: [{ id: session, status: "stopped", costMicros: spent }],
    });
    expect(await owner.use("get_cost_summary", { teamId })).toMatchObject({ total: { costMicros: spent } });
  });

  await test.step("questions to people", async () => {
    const options = [
      { value: "en", label: "English" },
      { value: "de", label: "German" },
    ];
    const asked = at(
      await engineer.use("ask_human", { title: "Which language?", options, timeoutSeconds: 0 }),
      "request",
    );
    expect(await http("get_task", { task: task.id })).toMatchObject({ task: { status: "blocked" } });
    expect(JSON.stringify(await owner.use("get_pending_requests", { teamId }))).toContain(asked);
    await owner.use("respond_to_request", { request: asked, answer: "de" });
    expect(await engineer.use("ask_human", { request: asked })).toMatchObject({ status: "resolved", answer: "de" });
    expect(await http("get_task", { task: task.id })).toMatchObject({ task: { status: "in_progress" } });
  });

  const folder = await mkdtemp(join(tmpdir(), "entourage-tour-"));
  const git = async (...args: string[]) => (await run("git", args, { cwd: folder })).stdout.trim();
  try {
    await test.step("git", async () => {
      const made = await engineer.use("create_worktree", { task: task.id });
      const branch = at(made, "worktree.branch");
      const remote = new URL(at(made, "worktree.remote"));
      Object.assign(remote, { username: lease, password: engineer.key });
      await git("clone", "-q", remote.href, ".");
      await git("switch", "-q", "-c", branch);
      await writeFile(join(folder, "greeting.txt"), "Guten Morgen\n");
      await git("add", "-A");
      await git("-c", "user.name=Tour", "-c", "user.email=tour@example.org", "commit", "-q", "-m", "Greet");
      await git("push", "-q", "origin", branch);
      const head = await git("rev-parse", "HEAD");
      expect(await engineer.use("get_worktree", { task: task.id })).toMatchObject({ worktree: { head, ahead: 1 } });
      expect(JSON.stringify(await engineer.use("get_task_diff", { task: task.id }))).toContain("+Guten Morgen");
      expect(await engineer.use("get_changed_files", { task: task.id })).toMatchObject({
        files: [{ path: "greeting.txt", status: "added", additions: 1 }],
      });
      const file = { task: task.id, path: "greeting.txt" };
      expect(await engineer.use("read_file", file)).toMatchObject({ text: "Guten Morgen\n", commit: head });
      expect(await engineer.use("get_commits", { task: task.id })).toMatchObject({ commits: [{ id: head }] });
    });

    await test.step("review and merge", async () => {
      await engineer.use("request_review", { task: task.id, summary: "It greets." });
      expect(await http("get_task", { task: task.id })).toMatchObject({ task: { status: "in_review" } });
      await owner.use("approve_task", { task: task.id });
      const status = async () => at(await http("get_task", { task: task.id }), "task.status");
      await expect.poll(status, { timeout: 30_000 }).toBe("done");
      expect(await owner.use("get_merge_status", { task: task.id })).toMatchObject({ job: { status: "merged" } });
      await git("fetch", "-q", "origin");
      expect(await git("show", "origin/HEAD:greeting.txt")).toBe("Guten Morgen");
      expect(await owner.use("remove_worktree", { task: task.id })).toMatchObject({ removed: true });
      const gone = await engineer.client.callTool({ name: "get_worktree", arguments: { task: task.id } });
      expect(gone).toMatchObject({ isError: true, structuredContent: { error: { code: "not_found" } } });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  await test.step("rejected work", async () => {
    const id = at(await http("create_task", { teamId, title: "Rude greeting" }), "task.id");
    await engineer.use("claim_task", { task: id });
    await engineer.use("request_review", { task: id, summary: "It shouts." });
    await owner.use("reject_task", { task: id, text: "We do not shout." });
    expect(await http("get_task", { task: id })).toMatchObject({ task: { status: "cancelled" } });
  });

  await test.step("webhooks", async () => {
    const made = await owner.use("create_webhook", { teamId, provider: "generic", name: `door-${stamp}` });
    const webhookId = at(made, "webhook.id");
    await owner.use("update_webhook", { webhookId, enabled: false });
    expect(JSON.stringify(await owner.use("list_webhooks", { teamId }))).toContain(webhookId);
    expect(JSON.stringify(await http("list_webhooks", { teamId }))).toContain('"enabled":false');
    const unsigned = await fetch(at(made, "webhook.url"), { method: "POST", body: "{}" });
    expect(unsigned.status).toBe(401);
  });

  expect(names.filter((name) => !called.has(name))).toEqual([]);
});
