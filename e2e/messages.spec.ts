import type { Page } from "@playwright/test";
import { createTasks, enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

test.beforeEach(async ({ page }) => enterAsOwner(page));

/** Calls of a script: as the person who is signed in, or with a key. */
function callsOf(page: Page) {
  const [, , org = "", , teamId = ""] = new URL(page.url()).pathname.split("/");
  const origin = new URL(page.url()).origin;
  return {
    teamId,
    call: async (operation: string, data: object, key?: string) => {
      const headers = key
        ? new Headers({ authorization: `Bearer ${key}`, "content-type": "application/json" })
        : { origin, "x-entourage-org": org };
      if (headers instanceof Headers) {
        const response = await fetch(`${origin}/api/v1/${operation}`, {
          method: "POST",
          headers,
          body: JSON.stringify(data),
        });
        expect(response.ok, operation).toBe(true);
        return response.json();
      }
      const answer = await page.request.post(`/api/v1/${operation}`, { data, headers });
      expect(answer.ok(), await answer.text()).toBe(true);
      return answer.json();
    },
  };
}

async function addAgent(page: Page, name: string): Promise<{ id: string; key: string }> {
  const { call, teamId } = callsOf(page);
  const { agent } = await call("create_agent", { teamId, name });
  const { key } = await call("create_api_key", { name, agentId: agent.id });
  return { id: agent.id, key };
}

test("by keyboard alone: write to an agent, see it delivered, read its answer as it comes, answer that", async ({
  page,
}) => {
  const name = `Nia ${Date.now()}`;
  const agent = await addAgent(page, name);
  const { call } = callsOf(page);
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await expect(page).toHaveURL(/\/messages/);
  await expect(page.getByRole("heading", { level: 1, name: "Messages" })).toBeVisible();
  const to = page.getByPlaceholder("An agent or a person");
  // The room listens a moment after its heading stands.
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(to).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await to.fill(name);
  await page.keyboard.press("Enter");
  const field = page.getByLabel(`Message to ${name}`);
  await expect(field).toBeVisible();
  await page.keyboard.press("r");
  await expect(field).toBeFocused();
  await page.keyboard.type("Which port do you use?");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`Sent to ${name}`)).toBeVisible();
  const { work } = await call("wait_for_work", { timeoutSeconds: 5 }, agent.key);
  expect(work).toMatchObject({ kind: "message", message: { body: "Which port do you use?" } });
  await expect(page.getByText(`Delivered to ${name}`)).toBeVisible();
  await call("send_message", { replyTo: work.message.id, body: "Port 4000. <script>alert(1)</script>" }, agent.key);
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
  const agent = await addAgent(page, `Bo ${Date.now()}`);
  const { call } = callsOf(page);
  const [number] = await createTasks(page, [{ title: `Talk about ${Date.now()}` }]);
  const { you } = await call("get_org", {});
  const rail = page.getByRole("navigation", { name: "Rooms" });
  await call("send_message", { task: `#${number}`, to: { kind: "user", id: you.id }, body: "May I?" }, agent.key);
  await expect(rail.getByRole("link", { name: /Messages.*unread/ })).toBeVisible();
  await expect(page.getByTitle("1 message, 1 to you unread").first()).toBeVisible();
  await page.goto(new URL(page.url()).pathname.replace(/\/t\/.*/, `/tasks/${number}`));
  await isLive(page);
  await expect(page.getByText("May I?")).toBeVisible();
  await expect(page.getByText(/Seen by/)).toBeVisible();
  const { messages } = await call("get_inbox", { task: `#${number}` });
  expect(messages).toMatchObject([{ body: "May I?", seenAt: expect.any(String) }]);
});

test("@ and the beginning of a name offers who can be reached, and reaches them", async ({ page }) => {
  const name = `Zed${Date.now()}`;
  const agent = await addAgent(page, name);
  const [number] = await createTasks(page, [{ title: `Mention ${Date.now()}` }]);
  await page.goto(new URL(page.url()).pathname.replace(/\/t\/.*/, `/tasks/${number}`));
  await isLive(page);
  const field = page.getByLabel(`Message about #${number}`);
  await field.click();
  await page.keyboard.type("Could @zed");
  await expect(page.getByRole("option", { name })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue(`Could @${name} `);
  await page.keyboard.type("look?");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`Sent to ${name}`)).toBeVisible();
  const { messages } = await callsOf(page).call("get_inbox", {}, agent.key);
  expect(messages).toMatchObject([{ body: `Could @${name} look?`, task: { number } }]);
});

test("the time of a step leads to everything that the same request caused", async ({ page }) => {
  const [number] = await createTasks(page, [{ title: `Trace ${Date.now()}` }]);
  await page.goto(new URL(page.url()).pathname.replace(/\/t\/.*/, `/tasks/${number}`));
  await isLive(page);
  await page.getByRole("region", { name: "Activity" }).getByTitle("Everything the same request caused").first().click();
  await expect(page).toHaveURL(/activity\?request=/);
  await expect(page.getByRole("button", { name: "Show what other requests caused too" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: `#${number}` })).toHaveCount(1);
});
