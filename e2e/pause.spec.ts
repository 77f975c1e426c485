import { call, createTasks, enter } from "./session.ts";
import { expect, test } from "./test.ts";

test("work is stopped from the dashboard while an agent is at it, which is told who and why; after the resume it goes on", async ({
  page,
}) => {
  const { teamId } = await enter(page, "team/board");
  const title = `Stoppable ${Date.now()}`;
  const [number = 0] = await createTasks(page, [{ title, priority: "critical" }]);
  const { agent } = await call(page, "create_agent", { teamId, name: `stoppable-${number}`, runtime: "scripted" });
  const { key } = await call(page, "create_api_key", { name: "walk", agentId: agent.id });
  const work = (timeoutSeconds: number) => call(page, "wait_for_work", { timeoutSeconds }, key);
  const { work: first } = await work(20);
  expect(first.task.number).toBe(number);
  const card = (column: string) =>
    page.getByRole("region", { name: new RegExp(`^${column}`) }).getByRole("article", { name: new RegExp(title) });
  await expect(card("In progress")).toBeVisible();

  await page.getByRole("button", { name: "Pause work" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Take it back now" }).click();
  await dialog.getByLabel("Why").fill("wrong branch");
  await dialog.getByRole("button", { name: "Stop now" }).click();
  const banner = page.getByText("The organization is stopped.");
  await expect(banner).toBeVisible();
  await expect(page.getByText("wrong branch").first()).toBeVisible();
  await expect(card("To do")).toBeVisible();

  const beat = await page.request.post("/api/v1/heartbeat", {
    data: { lease: first.lease.id },
    headers: { authorization: `Bearer ${key}` },
  });
  expect(beat.status()).toBe(409);
  expect((await beat.json()).error.message).toContain("is paused by Olga Owner: wrong branch.");
  expect(await work(0)).toMatchObject({ work: null, notice: expect.stringContaining("wrong branch") });

  await page.getByRole("button", { name: "Resume" }).click();
  await expect(banner).toBeHidden();
  expect((await work(20)).work.task.number).toBe(number);
  await expect(card("In progress")).toBeVisible();
});
