import type { Page } from "@playwright/test";
import { z } from "zod";
import { type Coder, coders, fileOf, openCodingCrew, textOf } from "./coding-crew.ts";
import { hasDocker, inDocker } from "./in-docker.ts";
import { picture } from "./pictures.ts";
import { call, found, isLive } from "./session.ts";
import { expect as base, test } from "./test.ts";

// Much of it is waiting for others where a machine does much else.
const expect = base.configure({ timeout: 60_000 });
const named = z.object({ agents: z.array(z.object({ id: z.string(), name: z.string() })) });

test("our own agent and Claude Code are set up, given a task each, asked after in the session and in the inbox, paid to the micro-dollar, and their work is merged", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await doTheirTasks(page);
});

inDocker.describe("with an engine", () => {
  inDocker.skip(!hasDocker, "Part of the long run, where an engine can be started.");
  inDocker("the same where sandboxes are containers", async ({ page }) => {
    test.setTimeout(480_000);
    await doTheirTasks(page);
  });
});

async function doTheirTasks(page: Page): Promise<void> {
  const { org } = await found(page);
  const crew = await openCodingCrew(page);
  const team = `/o/${org}/t/${crew.teamId}`;
  try {
    await page.goto(`${team}/agents`);
    await isLive(page);
    const offered = page.getByRole("list", { name: "Coding agents" }).getByRole("listitem");
    const claude = offered.filter({ hasText: coders["claude-sdk"].kind });
    await claude.getByRole("button", { name: "Install" }).click();
    await addAgent(page, "entourage");
    await test.step("our own agent does a task", () => doTask(page, crew, "entourage"));
    await page.goto(`${team}/agents`);
    await isLive(page);
    await expect(claude.getByText("Installed", { exact: true })).toBeVisible({ timeout: 120_000 });
    await addAgent(page, "claude-sdk");
    await test.step("Claude Code does a task", () => doTask(page, crew, "claude-sdk"));
  } finally {
    await crew.close();
  }
}

/** On the page of agents, as a person does. */
async function addAgent(page: Page, coder: Coder): Promise<void> {
  await page.getByRole("button", { name: "Add agent" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add an agent" });
  await dialog.getByLabel("Name").fill(coder);
  await dialog.getByRole("combobox", { name: "Runtime" }).click();
  await page.getByRole("option", { name: "Coding agent" }).click();
  await dialog.getByRole("combobox", { name: "Coding agent" }).click();
  await page.getByRole("option", { name: coders[coder].kind, exact: true }).click();
  await expect(dialog.getByRole("combobox", { name: "Unasked" })).toContainText("Ask before changes");
  await picture(page, `coding-agent-${coder}`);
  await dialog.getByRole("button", { name: "Add agent" }).click();
  await expect(page.getByRole("complementary", { name: coder })).toBeVisible();
}

/** From the board to the merge: what it wants to do is answered once in its session, once in the inbox. */
async function doTask(page: Page, crew: Awaited<ReturnType<typeof openCodingCrew>>, coder: Coder): Promise<void> {
  const { teamId, repoId } = crew;
  const org = `/o/${new URL(page.url()).pathname.split("/")[2]}`;
  const { agents } = named.parse(await call(page, "list_agents", { teamId }));
  const id = agents.find(({ name }) => name === coder)?.id;
  const given = { teamId, repoId, title: `Say hello, ${coder}`, assignee: { kind: "agent", id } };
  const { task } = await call(page, "create_task", given);
  await page.goto(`${org}/tasks/${task.number}`);
  await isLive(page);
  await page.getByRole("link", { name: `Session of ${coder}` }).click();

  const talk = page.getByRole("log");
  const write = talk.getByRole("region", { name: /^Edit: Write / });
  await write.getByRole("button", { name: "Approve" }).click();
  const run = talk.getByRole("region", { name: /^Run: .*git push/ });
  await expect(run.getByText("Asks", { exact: true })).toBeVisible();
  await picture(page, `coding-agent-asks-${coder}`);

  await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: /Inbox/ }).click();
  const waiting = page.getByRole("list", { name: "What waits for a person" }).getByRole("listitem");
  await waiting.filter({ hasText: "git push" }).getByRole("button").first().click();
  await expect(page.getByRole("complementary", { name: /^Run git add/ })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(waiting.filter({ hasText: "git push" })).toHaveCount(0);
  await page.goBack();

  await expect(run.getByLabel("Done")).toBeVisible();
  await expect(talk.getByRole("region", { name: /request_review$/ }).getByLabel("Done")).toBeVisible();
  await expect(talk.getByText("It is handed over.")).toBeVisible();

  await page.goto(`${org}/t/${teamId}/board`);
  await isLive(page);
  const { prices } = await call(page, "list_prices", {});
  const read = async () => (await call(page, "get_task", { task: task.id })).task;
  await expect.poll(async () => (await read()).session.status).toBe("ready");
  const paid = crew.costOf(task.branch, prices);
  expect(await read()).toMatchObject({ status: "in_review", costMicros: paid });
  const card = page.getByRole("article", { name: `#${task.number} ` });
  await expect(card).toContainText(`$${(paid / 1_000_000).toFixed(2)}`);
  await picture(page, `coding-agent-board-${coder}`);
  await card.click();
  const review = page.getByRole("region", { name: "Review", exact: true });
  await review.getByRole("button", { name: "Approve" }).click();
  await expect.poll(async () => (await read()).status).toBe("done");
  const file = await call(page, "read_file", { repoId, path: fileOf(coder), revision: "main" });
  expect(file.text).toBe(textOf(coder));
}
