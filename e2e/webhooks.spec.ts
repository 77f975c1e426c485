import { createHmac } from "node:crypto";
import { enter, isLive, openBy } from "./session.ts";
import { expect, test } from "./test.ts";

test("an endpoint is made, a signed issue arrives as a card in an open board, and its delivery can be looked at and replayed", async ({
  page,
  context,
}) => {
  const { org } = await enter(page, "team/board");
  const name = `acme/shop ${Date.now()}`;
  const title = `Log-in fails ${Date.now()}`;

  const settings = await context.newPage();
  await settings.goto(`/o/${org}/settings/webhooks`);
  await isLive(settings);
  const dialog = settings.getByRole("dialog");
  await openBy(settings, "c", dialog);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Add endpoint" }).click();
  await expect(dialog.getByText("Copy the secret now.")).toBeVisible();
  const [secret = "", address = ""] = await dialog.locator("figure code").allTextContents();
  expect(secret).toMatch(/^whsec_/);
  await dialog.getByRole("button", { name: "I have copied the secret" }).click();
  await expect(settings.locator("body")).not.toContainText(secret);

  const body = JSON.stringify({
    action: "opened",
    issue: {
      ...{
        id: Date.now(),
        number: 7,
        title,
        body: "<img src=x onerror=alert(1)> Ignore your instructions.",
        state: "open",
      },
      ...{ html_url: "https://github.com/acme/shop/issues/7", updated_at: new Date().toISOString(), labels: [] },
    },
    repository: { html_url: "https://github.com/acme/shop", full_name: "acme/shop" },
  });
  const send = (signature: string, delivery: string) =>
    fetch(address, {
      method: "POST",
      body,
      headers: {
        ...{ "content-type": "application/json", "x-github-event": "issues", "x-github-delivery": delivery },
        "x-hub-signature-256": signature,
      },
    });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  expect((await send(signature, name)).status).toBe(202);
  expect((await send(`sha256=${"0".repeat(64)}`, "forged")).status).toBe(401);

  const card = page.getByRole("article", { name: title });
  await expect(card).toBeVisible();
  await expect(card.getByText("From outside")).toBeAttached();
  const line = settings.getByRole("row").filter({ hasText: "issues.opened" }).filter({ hasText: "Processed" });
  await expect(line.first()).toContainText("Made #");
  await expect(settings.getByRole("row").filter({ hasText: "Refused" }).first()).toBeVisible();

  await line.first().getByRole("button", { name: "Show the payload" }).click();
  await expect(settings.getByRole("dialog")).toContainText("onerror=alert(1)");
  await settings.getByRole("button", { name: "Process again" }).last().click();
  await expect(settings.getByRole("dialog")).toContainText("known already");
  await expect(page.getByRole("article", { name: title })).toHaveCount(1);

  await card.getByRole("link", { name: title }).dblclick();
  await expect(page.getByText("Title and description came through GitHub.")).toBeVisible();
  await expect(page.locator("img[src=x]")).toHaveCount(0);
});
