import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright";
import { z } from "zod";
import { findChromium } from "./chromium.ts";

const teamList = z.object({ teams: z.array(z.object({ id: z.string(), name: z.string() })) });
const taskList = z.object({ tasks: z.array(z.object({ number: z.int(), rework: z.int() })) });

// `node scripts/run.mjs screenshots --url … --email … --password … [--org …]`: the pictures of docs/screenshots, from a
// running installation with the sample in it; light and dark, wide and phone.

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:3000" },
    email: { type: "string", default: "" },
    password: { type: "string", default: "" },
    out: { type: "string", default: "docs/screenshots" },
  },
});
mkdirSync(values.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: findChromium() ?? "chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  for (const theme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries({
      "": { width: 1440, height: 900 },
      "-phone": { width: 390, height: 844 },
    })) {
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        deviceScaleFactor: size ? 2 : 1,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await signIn(page);
      for (const [name, path] of await placesOf(page)) {
        await page.goto(path, { waitUntil: "networkidle" }).catch(() => page.goto(path));
        await page.waitForTimeout(600); // The last of late-loaded parts: a picture has no condition to wait for.
        await page.screenshot({ path: join(values.out, `${name}-${theme}${size}.png`) });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${values.url}/sign-in`);
  await page.getByLabel("E-mail").fill(values.email);
  await page.getByLabel("Password", { exact: true }).fill(values.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/o\//);
}

/** The sample's team, its board and the task that was sent back. */
async function placesOf(page: Page): Promise<[string, string][]> {
  const org = /\/o\/([^/]+)/.exec(page.url())?.[1] ?? "";
  const headers = { origin: values.url, "x-entourage-org": org };
  const call = async (operation: string, data: object): Promise<unknown> =>
    (await page.request.post(`${values.url}/api/v1/${operation}`, { data, headers })).json();
  const { teams } = teamList.parse(await call("list_teams", {}));
  const team = teams.find(({ name }) => name === "Sample") ?? teams[0];
  if (!team) throw new Error("There is no team to take pictures of.");
  const { tasks } = taskList.parse(await call("list_tasks", { teamId: team.id }));
  const task = tasks.find(({ rework }) => rework > 0) ?? tasks[0];
  const inTeam = (room: string) => `${values.url}/o/${org}/t/${team.id}/${room}`;
  return [
    ["inbox", `${values.url}/o/${org}/inbox`],
    ["board", inTeam("board")],
    ["graph", inTeam("graph")],
    ["task", task ? `${values.url}/o/${org}/tasks/${task.number}` : inTeam("board")],
    ["agents", inTeam("agents")],
    ["messages", inTeam("messages")],
    ["queue", inTeam("queue")],
    ["costs", inTeam("costs")],
    ["activity", inTeam("activity")],
    ["repos", inTeam("repos")],
    ["settings", `${values.url}/o/${org}/settings/organization`],
    ["settings-budgets", `${values.url}/o/${org}/settings/budgets`],
    ["settings-members", `${values.url}/o/${org}/settings/members`],
    ["settings-api-keys", `${values.url}/o/${org}/settings/api-keys`],
    ["settings-webhooks", `${values.url}/o/${org}/settings/webhooks`],
    ["settings-audit", `${values.url}/o/${org}/settings/audit`],
  ];
}
