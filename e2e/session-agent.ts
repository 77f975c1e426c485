import type { Browser, Page } from "@playwright/test";
import { openModelLab, type Script } from "../server/llm/test/model-lab.ts";
import { call, isLive, signIn } from "./session.ts";
import { expect } from "./test.ts";

export const wish = "Write down how to use it";
export const longTalk = "Tell me all about it";
export const command = "wc -w docs/usage.md";
const usage = "# How to use it\n\nPress the button, wait for the light, and take your cup.\n";

/** What the model behind our own agent says: it writes a file, counts its words and reports; asked to, it talks on. */
function say({ texts, toolResults }: Parameters<Script>[0]) {
  const last = texts.at(-1) ?? "";
  // What was said after a cancelled turn may stand with what was said before it.
  if (last.includes("And the end?")) return { text: "The end is short." };
  if (last.includes(longTalk)) return { text: "There is a lot to tell. ".repeat(2_000), pieceDelayMs: 40 };
  if (toolResults === 0) {
    const input = { path: "docs/usage.md", content: usage };
    return {
      text: "I look at what there is, then I write it down where people look first. ".repeat(3),
      pieceDelayMs: 30,
      toolCalls: [{ name: "write", input }],
    };
  }
  if (toolResults === 1) return { text: "Now I count.", toolCalls: [{ name: "bash", input: { command } }] };
  return { text: "It is written down, in **docs/usage.md**.\n\n- a heading\n- what one presses\n" };
}

/** A team with a repository, and a model whose words are known; its key is saved for the organization. */
export async function openSessionCrew(page: Page) {
  const lab = await openModelLab((request) => ({ ...say(request), usage: { input: 1_200, output: 80 } }));
  const stamp = Date.now();
  const { team } = await call(page, "create_team", { name: `Sessions ${stamp}` });
  const { repo } = await call(page, "register_repo", { teamId: team.id, name: `shop-${stamp}` });
  await call(page, "save_credential", {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "sk-ant-sessions" },
  });
  await expect
    .poll(async () => (await call(page, "get_repo", { repoId: repo.id })).repo.status, { timeout: 20_000 })
    .toBe("ready");
  return {
    lab,
    teamId: String(team.id),
    repoName: String(repo.name),
    close: () => lab.close(),
  };
}

/** A second person, an admin, who sees others' sessions; in a browser of their own, at the address where the first one is. */
export async function joinAs(page: Page, browser: Browser, name: string, teamId: string): Promise<Page> {
  const { origin } = new URL(page.url());
  const { link } = await call(page, "invite_member", { role: "admin", teamIds: [teamId] });
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 } });
  const password = "another long pass phrase";
  const email = `${name.toLowerCase()}-${Date.now()}@example.org`;
  const made = await context.request.post("/api/auth/register", {
    data: { name, email, password, invitation: new URL(link).pathname.split("/").at(-1) },
    headers: { origin },
  });
  expect(made.status(), await made.text()).toBe(201);
  const theirs = await context.newPage();
  await theirs.goto(`/sign-in?next=${encodeURIComponent(new URL(page.url()).pathname)}`);
  await signIn(theirs, { email, password });
  await isLive(theirs);
  return theirs;
}
