import type { Page } from "@playwright/test";
import { call, createTasks, enter, found, homeOf, openBy, visit } from "./session.ts";
import { expect, test } from "./test.ts";

async function addAgent(page: Page, name: string): Promise<{ id: string; key: string }> {
  const { agent } = await call(page, "create_agent", { teamId: homeOf(page).teamId, name });
  const { key } = await call(page, "create_api_key", { name, agentId: agent.id });
  return { id: agent.id, key };
}

test("by keyboard alone: write to an agent, see it delivered, read its answer as it comes, answer that", async ({
  page,
}) => {
  await enter(page, "team/board");
  const name = `Nia ${Date.now()}`;
  const agent = await addAgent(page, name);
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await expect(page).toHaveURL(/\/messages/);
  await expect(page.getByRole("heading", { level: 1, name: "Messages" })).toBeVisible();
  const to = page.getByPlaceholder("An agent or a person");
  await openBy(page, "c", to);
  await to.fill(name);
  await page.keyboard.press("Enter");
  const field = page.getByLabel(`Message to ${name}`);
  await expect(field).toBeVisible();
  await page.keyboard.press("r");
  await expect(field).toBeFocused();
  await page.keyboard.type("Which port do you use?");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`Sent to ${name}`)).toBeVisible();
  const { work } = await call(page, "wait_for_work", { timeoutSeconds: 5 }, agent.key);
  expect(work).toMatchObject({ kind: "message", message: { body: "Which port do you use?" } });
  await expect(page.getByText(`Delivered to ${name}`)).toBeVisible();
  await call(
    page,
    "send_message",
    { replyTo: work.message.id, body: "Port 4000. <script>alert(1)</script>" },
    agent.key,
  );
  await expect(page.getByText(`Done by ${name}`)).toBeVisible();
  await expect(page.getByRole("article").getByText("Port 4000.")).toBeVisible();
  await page.getByRole("button", { name: "Reply" }).last().press("Enter");
  await expect(page.getByText(`Answering ${name}`)).toBeVisible();
  await page.keyboard.type("Thanks.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("article").filter({ hasText: "Thanks." })).toBeVisible();
});

test("what an agent writes is counted in the rail and on the card at once, and no more when it was seen", async ({
  page,
}) => {
  await enter(page, "team/board");
  const agent = await addAgent(page, `Bo ${Date.now()}`);
  const [number] = await createTasks(page, [{ title: `Talk about ${Date.now()}` }]);
  const { you } = await call(page, "get_org", {});
  const rail = page.getByRole("navigation", { name: "Rooms" });
  await call(page, "send_message", { task: `#${number}`, to: { kind: "user", id: you.id }, body: "May I?" }, agent.key);
  await expect(rail.getByRole("link", { name: /Messages.*unread/ })).toBeVisible();
  await expect(page.getByTitle("1 message, 1 to you unread").first()).toBeVisible();
  await visit(page, `tasks/${number}`);
  await expect(page.getByText("May I?")).toBeVisible();
  await expect(page.getByText(/Seen by/)).toBeVisible();
  const { messages } = await call(page, "get_inbox", { task: `#${number}` });
  expect(messages).toMatchObject([{ body: "May I?", seenAt: expect.any(String) }]);
});

test("@ and the beginning of a name offers who can be reached, and reaches them", async ({ page }) => {
  await found(page);
  const name = `Zed${Date.now()}`;
  const agent = await addAgent(page, name);
  const [number] = await createTasks(page, [{ title: `Mention ${Date.now()}` }]);
  await visit(page, `tasks/${number}`);
  const field = page.getByLabel(`Message about #${number}`);
  await field.click();
  await page.keyboard.type("Could @zed");
  await expect(page.getByRole("option", { name })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue(`Could @${name} `);
  await page.keyboard.type("look?");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`Sent to ${name}`)).toBeVisible();
  const { messages } = await call(page, "get_inbox", {}, agent.key);
  expect(messages).toMatchObject([{ body: `Could @${name} look?`, task: { number } }]);
});

test("the time of a step leads to everything that the same request caused", async ({ page }) => {
  await found(page);
  const [number] = await createTasks(page, [{ title: `Trace ${Date.now()}` }]);
  await visit(page, `tasks/${number}`);
  await page.getByRole("region", { name: "Activity" }).getByTitle("Everything the same request caused").first().click();
  await expect(page).toHaveURL(/activity\?request=/);
  await expect(page.getByRole("button", { name: "Show what other requests caused too" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: `#${number}` })).toHaveCount(1);
});
