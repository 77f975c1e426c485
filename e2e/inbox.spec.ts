import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Page } from "@playwright/test";
import { McpConnection, ToolRefusal } from "../agents/scripted/mcp-connection.ts";
import { call, enter, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

/** A team with an agent that holds a task. */
async function makeAsker(page: Page) {
  const stamp = `${Date.now()}`;
  const { team } = await call(page, "create_team", { name: `Asking ${stamp}` });
  const { agent } = await call(page, "create_agent", { teamId: team.id, name: `asker-${stamp}` });
  const { key } = await call(page, "create_api_key", { name: "Walk", agentId: agent.id });
  const { task } = await call(page, "create_task", { teamId: team.id, title: `Paint ${stamp}` });
  return { teamId: String(team.id), agent: String(agent.name), key: String(key), task: Number(task.number) };
}

const inbox = (page: Page) => page.getByRole("list", { name: "What waits for a person" });
const item = (page: Page, title: string) => inbox(page).getByRole("listitem").filter({ hasText: title });
const toast = (page: Page) => page.locator("[data-sonner-toast]");

test("a question appears by itself, is answered by one key, and the agent that waits goes on", async ({ page }) => {
  await enter(page);
  const { key, task, agent } = await makeAsker(page);
  await call(page, "claim_task", { task: String(task) }, key);
  const title = `Blue or green? ${task}`;
  const options = ["Blue", "Green"].map((label) => ({ value: label.toLowerCase(), label }));
  const pending = call(
    page,
    "ask_human",
    { title, options, detail: "For the **door**. <img src=x onerror=alert(1)>" },
    key,
  );
  await expect(item(page, title)).toContainText("blocks 1 task and 1 agent");
  await expect(page).toHaveTitle(/^\(\d+\) Inbox/);
  await expect(page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: /Inbox/ })).toContainText(
    /\d/,
  );
  await item(page, title).getByRole("button").click();
  const peek = page.getByRole("complementary", { name: title });
  await expect(peek.getByRole("region", { name: `Written by ${agent}, an agent` })).toContainText("For the door.");
  await page.keyboard.press("2");
  expect(await pending).toMatchObject({ status: "resolved", answer: "green" });
  await expect(item(page, title)).toBeHidden();
  await expect(page.getByText("Your answer is given")).toBeVisible();
  await page.getByRole("button", { name: "Answered" }).click();
  await expect(page.getByRole("list", { name: "Answered requests" })).toContainText(title);
});

test("approvals are granted by ⌘↵, allowed for longer by an admin, and many are answered in one go", async ({
  page,
}) => {
  await enter(page);
  const { key, task } = await makeAsker(page);
  await call(page, "claim_task", { task: String(task) }, key);
  const ask = (version: number) => ({
    ...{ kind: "approval", title: `Deploy ${task}.${version}?`, blocks: false, timeoutSeconds: 0, task: String(task) },
    action: { name: `deploy.walk${task}`, input: { version } },
  });
  const [one, two, three] = [ask(1), ask(2), ask(3)];
  for (const request of [one, two, three]) await call(page, "ask_human", request, key);
  await item(page, one.title).getByRole("button").click();
  await expect(page.getByRole("complementary")).toContainText('"version": 1');
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(item(page, one.title)).toBeHidden();
  // The page goes ahead of the server.
  const isOpen = async (title: string) => JSON.stringify(await call(page, "get_pending_requests", {})).includes(title);
  await expect.poll(() => isOpen(one.title)).toBe(false);
  await call(page, "use_approval", { action: one.action }, key);
  for (const { title } of [two, three]) await item(page, title).getByRole("checkbox").click();
  await page.getByRole("toolbar", { name: "Answer what is selected" }).getByRole("button", { name: "Approve" }).click();
  await expect(item(page, three.title)).toBeHidden();
  await expect(item(page, two.title)).toBeHidden();
  const four = ask(4);
  await call(page, "ask_human", four, key);
  await item(page, four.title).getByRole("button").click();
  await page.getByRole("button", { name: "Always allow this…" }).click();
  await page.getByRole("button", { name: "Approve and always allow" }).click();
  await expect(item(page, four.title)).toBeHidden();
  await expect.poll(() => isOpen(four.title)).toBe(false);
  expect(await call(page, "ask_human", ask(5), key)).toMatchObject({ status: "resolved", answer: { approved: true } });
  await page.getByRole("button", { name: "Always allowed" }).click();
  const policy = page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ hasText: `deploy.walk${task}` });
  await expect(policy).toContainText("used 1 time");
  await policy.getByRole("button", { name: "End…" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await expect(policy).toBeHidden();
  expect(await call(page, "ask_human", ask(6), key)).toMatchObject({ status: "pending" });
});

test("two browsers and an MCP client race for one answer: one wins, two are told who; the killed agent gets it when it is back", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  await enter(page);
  const { key, task, teamId } = await makeAsker(page);
  const { key: ownKey } = await call(page, "create_api_key", { name: `Race ${task}` });
  const url = new URL(page.url()).origin;
  const first = startAsker(url, key);
  const waiting = async () => (await call(page, "get_pending_requests", { teamId })).requests;
  await expect.poll(waiting, { timeout: 30_000 }).toHaveLength(1);
  const [{ id, title }] = await waiting();
  const gone = once(first.child, "exit");
  first.child.kill("SIGKILL");
  await gone;
  const storageState = await page.context().storageState();
  const second = await (await browser.newContext({ storageState })).newPage();
  const inboxPath = page.url().split("?")[0];
  const pages = [page, second];
  const held = [];
  for (const tab of pages) {
    await tab.goto(`${inboxPath}?item=${id}`);
    await isLive(tab);
    await tab.getByRole("complementary", { name: title }).getByLabel("Your answer").first().waitFor();
    await tab.getByRole("textbox", { name: "Your answer" }).fill(tab === page ? "From the first" : "From the second");
    held.push(await holdAnswers(tab));
  }
  for (const tab of pages) await tab.keyboard.press("ControlOrMeta+Enter");
  for (const { arrived } of held) await arrived;
  const client = new McpConnection({ url, key: String(ownKey), name: "racer" });
  const byClient = client.call("respond_to_request", { request: id, answer: "From the client" }).then(
    () => "won",
    (error: unknown) => error,
  );
  for (const { release } of held) release();
  const outcome = await byClient;
  const told = await Promise.all(held.map(({ answered }) => answered));
  const winners = told.filter((status) => status === 200).length + (outcome === "won" ? 1 : 0);
  expect(winners, `${told.join(", ")}, ${String(outcome)}`).toBe(1);
  if (outcome !== "won") {
    expect(outcome).toBeInstanceOf(ToolRefusal);
    expect(String(outcome)).toContain("answered this already");
  }
  for (const [place, tab] of pages.entries()) {
    if (told[place] !== 200) await expect(toast(tab).first()).toContainText("answered this already");
    await expect(item(tab, title)).toBeHidden();
    if (told[place] !== 200) await expect(tab.getByRole("region", { name: "How it ended" })).toContainText("Answered");
  }
  const { request } = await call(page, "get_request", { request: id });
  const again = startAsker(url, key);
  await once(again.child, "exit");
  expect(again.lines).toEqual([{ got: "answer", answer: request.answer, task }]);
  await second.context().close();
});

function startAsker(url: string, key: string): { child: ChildProcess; lines: unknown[] } {
  const file = new URL("../server/human-requests/test/asker.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [file, url, key], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: unknown[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  return { child, lines };
}

/** Keeps the answer of a page back until all are there, so that they race for real. */
async function holdAnswers(page: Page) {
  const [arrived, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answered = Promise.withResolvers<number>();
  await page.route("**/api/trpc/requests.respond*", async (route) => {
    arrived.resolve();
    await release.promise;
    const response = await route.fetch();
    answered.resolve(response.status());
    await route.fulfill({ response });
  });
  return { arrived: arrived.promise, release: () => release.resolve(), answered: answered.promise };
}
