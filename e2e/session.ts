import { type Cookie, expect, type Page } from "@playwright/test";

/** Who owns the product under test. */
export const owner = { name: "Olga Owner", email: "olga@example.org", password: "a long pass phrase for walks" };

/** The sign-in of an earlier walk, gone on with by the next: signing in is one walk's business, not everyone's first seconds. */
let remembered: Cookie[] = [];

/** Signs in as the owner of the product under test, who is made by whoever comes first. Ends on the board. */
export async function enterAsOwner(page: Page): Promise<void> {
  await enter(page);
  // The inbox is the home; the board is one press away.
  await page.goto((await page.getByRole("link", { name: "Board" }).first().getAttribute("href")) ?? "");
  await expect(page).toHaveURL(/\/o\/[^/]+\/t\/[^/]+\/board/);
  await isLive(page);
}

/** The same, ending where the app begins: in the inbox. */
export async function enter(page: Page): Promise<void> {
  await page.context().addCookies(remembered);
  await page.goto("/");
  if (!page.url().includes("/inbox")) {
    const origin = new URL(page.url()).origin;
    // Refused when a walk before this one has made the account.
    await page.request.post("/api/auth/register", { data: owner, headers: { origin } });
    await page.goto("/sign-in");
    await signIn(page, owner);
  }
  await expect(page).toHaveURL(/\/o\/[^/]+\/inbox/);
  await isLive(page);
  remembered = await page.context().cookies();
}

/** Says who one is, until the page has heard it: what is filled in before it listens is lost. */
export async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await expect(async () => {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).not.toHaveURL(/\/sign-in/, { timeout: 15_000 });
  }).toPass({ timeout: 50_000 });
}

/** Until then a key or a press could come before the page listens. */
export async function isLive(page: Page): Promise<void> {
  await expect(page.getByRole("banner").getByText("Live", { exact: true })).toBeVisible({ timeout: 20_000 });
}

/** Creates tasks through the same door as scripts do, and answers their numbers. */
export async function createTasks(
  page: Page,
  tasks: readonly { title: string; dependsOn?: string[]; priority?: string }[],
) {
  const [, , org = "", , teamId = ""] = new URL(page.url()).pathname.split("/");
  const numbers: number[] = [];
  for (const task of tasks) {
    const answer = await page.request.post("/api/v1/create_task", {
      data: { teamId, ...task },
      headers: { origin: new URL(page.url()).origin, "x-entourage-org": org },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    numbers.push((await answer.json()).task.number);
  }
  return numbers;
}
