import type { Page } from "@playwright/test";
import { z } from "zod";
import { createTasks, enter, isLive, openBy } from "./session.ts";
import { expect, test } from "./test.ts";

/** Calls an operation as a script does: as the person of the page, or with a key. */
async function call(page: Page, operation: string, data: object, key?: string) {
  const { origin, pathname } = new URL(page.url());
  const answer = await fetch(`${origin}/api/v1/${operation}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      origin,
      ...(key
        ? { authorization: `Bearer ${key}` }
        : { cookie: await cookiesOf(page), "x-entourage-org": pathname.split("/")[2] ?? "" }),
    },
    body: JSON.stringify(data),
  });
  return { status: answer.status, body: await answer.json() };
}

const listed = z.object({ teams: z.array(z.object({ id: z.string(), name: z.string() })) });
const cookiesOf = async (page: Page) =>
  (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");

test("an agent's spending shows at once; at the cap the page says who may raise it, and a raised cap lets it go on", async ({
  page,
}) => {
  const { org, teamId } = await enter(page, "team/board");
  const name = `spender ${Date.now()}`;
  const { agent } = (await call(page, "create_agent", { teamId, name })).body;
  const { key } = (await call(page, "create_api_key", { name, agentId: agent.id })).body;
  const [task = 0] = await createTasks(page, [{ title: `Costly work ${name}` }]);
  const model = "claude-sonnet-4-5";
  const { session } = (await call(page, "start_session", { task: `${task}`, model }, key)).body;
  const spend = (outputTokens: number) =>
    call(page, "record_usage", { sessionId: session.id, inputTokens: 0, outputTokens }, key);

  // A card says what its task costs, while one looks.
  await spend(80_000);
  await expect(page.getByRole("article").filter({ hasText: name })).toContainText("$1.20");

  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/costs/);
  await expect(page.getByRole("table", { name: "By agent" })).toContainText(name);
  await expect(page.getByRole("table", { name: "By model" })).toContainText(model);
  await expect(page.getByRole("row", { name: new RegExp(`#${task} `) }).first()).toContainText("$1.20");
  await page.getByText("As a table").click();
  await expect(page.getByRole("table", { name: "By day" })).toBeVisible();

  // A cap just above what is spent, set by keys and form.
  const today = (await call(page, "get_cost_summary", { teamId })).body.todayMicros;
  const { teams } = listed.parse((await call(page, "list_teams", {})).body);
  const teamName = teams.find(({ id }) => id === teamId)?.name ?? "";
  await page.goto(`/o/${org}/settings/budgets`);
  await isLive(page);
  await page.getByRole("button", { name: `Change the budget of ${teamName} today`, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/Cap in dollars/).fill(String(today / 1_000_000 + 0.3));
  await dialog.getByRole("button", { name: "Change budget" }).click();
  await expect(dialog).toBeHidden();
  // The page goes ahead of the server, which says when it has changed the cap.
  const changed = page.getByText(`${teamName} may spend $`);
  await expect(changed).toBeVisible();

  expect(
    (await call(page, "check_budget", { sessionId: session.id, estimateMicros: 600_000, reserve: true }, key)).status,
  ).toBe(402);
  expect((await spend(40_000)).body.overBudget).toBe(true);
  const raise = page.getByRole("link", { name: "Raise the cap" });
  await expect(raise).toBeVisible();
  expect((await call(page, "claim_task", { task: `${task}` }, key)).status).toBe(402);

  await raise.click();
  await dialog.getByLabel(/Cap in dollars/).fill("500");
  await dialog.getByRole("button", { name: "Change budget" }).click();
  await expect(raise).toBeHidden();
  await expect(changed.filter({ hasText: "$500" })).toBeVisible();
  expect((await call(page, "claim_task", { task: `${task}` }, key)).status).toBe(200);
  await call(page, "change_task_status", { task: `${task}`, status: "cancelled" });
});

test("a price of one's own counts from now on", async ({ page }) => {
  await enter(page, "settings/prices");
  const dialog = page.getByRole("dialog");
  await openBy(page, "c", dialog);
  const model = `own-model-${Date.now()}`;
  await dialog.getByLabel("Model").fill(model);
  await dialog.getByLabel("Provider").fill("ours");
  for (const label of ["Input", "Output", "Cache read", "Cache write"]) await dialog.getByLabel(label).fill("2.5");
  await dialog.getByRole("button", { name: "Set price" }).click();
  await expect(page.getByRole("row", { name: new RegExp(model) })).toContainText("$2.50");
});
