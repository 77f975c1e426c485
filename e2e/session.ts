import { type BrowserContext, type Cookie, expect, type Locator, type Page } from "@playwright/test";

/** Who owns the product under test. */
export const owner = { name: "Olga Owner", email: "olga@example.org", password: "a long pass phrase for walks" };

/** The sign-in of an earlier walk, gone on with by the next: signing in is one walk's business, not everyone's first seconds. */
let remembered: Cookie[] = [];

const addresses = new WeakMap<BrowserContext, string>();

/** Says of which product a walk is; test.ts does it before the walk begins. */
export function comeTo(page: Page, address = ""): void {
  addresses.set(page.context(), new URL(address).origin);
}

/** Where the product of this walk is. */
export function addressOf(page: Page): string {
  return addresses.get(page.context()) ?? new URL(page.url()).origin;
}

/** An organization, and its first team. */
interface Home {
  org: string;
  teamId: string;
}

const homes = new WeakMap<BrowserContext, Home>();

/**
 * Makes the organization that a walk has for itself: it finds nothing that others left, and nobody meets what it changes
 * for all. It belongs to the owner of the product, who is made by whoever comes first. Shows no page.
 */
export async function found(page: Page): Promise<Home> {
  const context = page.context();
  await context.addCookies(remembered);
  const make = () =>
    page.request.post("/api/v1/create_org", {
      data: { name: `Walk ${Date.now()}` },
      headers: { origin: addressOf(page) },
    });
  let made = await make();
  if (made.status() === 401) {
    await signInAsOwner(page);
    remembered = await context.cookies();
    made = await make();
  }
  expect(made.ok(), await made.text()).toBe(true);
  const { slug, teamId } = await made.json();
  const home = { org: String(slug), teamId: String(teamId) };
  homes.set(context, home);
  return home;
}

/** The organization that was made for this walk; for one that came by itself, that of the page. */
export function homeOf(page: Page): Home {
  const made = homes.get(page.context());
  if (made) return made;
  const [, , org = "", , teamId = ""] = new URL(page.url()).pathname.split("/");
  return { org, teamId };
}

/**
 * Begins a walk in a room of an organization of its own: `inbox`, `settings/models`; `team/board` is one of its first
 * team. Ends when the page hears.
 */
export async function enter(page: Page, room = "inbox"): Promise<Home> {
  const home = await found(page);
  await visit(page, room);
  return home;
}

/** Goes to another room of it. */
export async function visit(page: Page, room: string): Promise<void> {
  const { org, teamId } = homeOf(page);
  await page.goto(`/o/${org}/${room.replace(/^team\//, `t/${teamId}/`)}`);
  await isLive(page);
}

async function signInAsOwner(page: Page): Promise<void> {
  // Refused when a walk before this one has made the account.
  await page.request.post("/api/auth/register", { data: owner, headers: { origin: addressOf(page) } });
  await page.goto("/sign-in");
  await signIn(page, owner);
  await expect(page).toHaveURL(/\/o\/[^/]+\/inbox/);
  await isLive(page);
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
  await expect(page.getByRole("banner").getByText("Live", { exact: true })).toBeVisible({ timeout: 30_000 });
}

/** Presses the key that opens something, until it is there: a room may hear its own keys a moment after it is live. */
export async function openBy(page: Page, key: string, opened: Locator): Promise<void> {
  await expect(async () => {
    if (!(await opened.isVisible())) await page.keyboard.press(key);
    await expect(opened).toBeVisible({ timeout: 2_000 });
  }).toPass();
}

/** Asks for an operation as the person who is signed in, or as the holder of a key. */
export async function call(page: Page, operation: string, data: object, key?: string) {
  const headers: Record<string, string> = key
    ? { authorization: `Bearer ${key}` }
    : { origin: addressOf(page), "x-entourage-org": homeOf(page).org };
  const answer = await page.request.post(`/api/v1/${operation}`, { data, headers });
  expect(answer.ok(), `${operation}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

/** Creates tasks in the first team through the same door as scripts do, and answers their numbers. */
export async function createTasks(
  page: Page,
  tasks: readonly { title: string; dependsOn?: string[]; priority?: string }[],
) {
  const { teamId } = homeOf(page);
  const numbers: number[] = [];
  for (const task of tasks) numbers.push((await call(page, "create_task", { teamId, ...task })).task.number);
  return numbers;
}
