import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { webhookProviders } from "#db/enums.ts";
import { openWorkshop } from "#server/webhooks/test/workshop.ts";
import { secretPlaceholder, setupOf } from "./setup-steps.ts";

const { createOrg, openEndpoint, settle, log, tasksOf } = await openWorkshop();
const shell = promisify(execFile);

test.for(webhookProviders)("the command the page shows for %s works as it is, and makes a task", async (provider) => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, provider);
  const { stdout } = await shell("bash", ["-c", setupOf(provider, sender).command]);
  expect(stdout).toMatch(/^HTTP\/1.1 202/);
  await settle(org);
  expect((await log(org)).map(({ status }) => status)).toEqual(["processed"]);
  expect((await tasksOf(org)).map(({ title }) => title)).toEqual(["Tried from a terminal"]);
});

test("where only a label is let through, the command carries it, whatever stands in it", async () => {
  const org = await createOrg();
  const label = `it's 100% "new" \\n`;
  for (const provider of webhookProviders) {
    const { sender } = await openEndpoint(org, provider);
    const { stdout } = await shell("bash", ["-c", setupOf(provider, { ...sender, label }).command]);
    expect(stdout).toMatch(/^HTTP\/1.1 202/);
  }
  await settle(org);
  expect((await log(org)).map(({ status }) => status)).toEqual(["processed", "processed", "processed"]);
  for (const { tags } of await tasksOf(org)) expect(tags).toContain(label.trim());
});

test("a secret with quotation marks breaks out of nothing", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "gitlab", { secret: `it's"$(exit)\`x\`;#abcdef` });
  expect((await shell("bash", ["-c", setupOf("gitlab", sender).command])).stdout).toMatch(/^HTTP\/1.1 202/);
  const without = setupOf("gitlab", { ...sender, secret: secretPlaceholder });
  expect((await shell("bash", ["-c", without.command])).stdout).toMatch(/^HTTP\/1.1 401/);
});
