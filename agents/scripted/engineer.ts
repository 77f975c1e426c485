import { join } from "node:path";
import type { z } from "zod";
import type { askResult } from "#server/human-requests/schema.ts";
import type { waitResult, work } from "#server/leases/schema.ts";
import type { taskDetailResult } from "#server/tasks/schema.ts";
import { parts, type Recipe, recipeOf } from "../sample/recipes.ts";
import { McpConnection, ToolRefusal } from "./mcp-connection.ts";
import { noteOf } from "./notes.ts";
import { agentFromEnvironment, say } from "./process.ts";
import { WorkingCopy } from "./working-copy.ts";

// A deterministic engineer: a process of its own that works like any agent from outside, over MCP and git. It writes what
// the sample's recipes say, and for any other task of a plan a note that lays it out. `ENTOURAGE_URL`, `ENTOURAGE_KEY`,
// `AGENT_NAME`, `AGENT_HOME`.

type Work = z.output<typeof work>;
type TaskWork = Pick<Extract<Work, { kind: "task" }>, "task" | "lease" | "git">;
type Task = TaskWork["task"];

/** What is to be pushed, and what is said of it. */
interface Writing {
  title: string;
  files: Record<string, string>;
  summary: string;
}

const { url, key, name, home } = agentFromEnvironment();
const server = new McpConnection({ url, key, name });

for (;;) {
  const { work: next } = await server.call<z.output<typeof waitResult>>("wait_for_work", { timeoutSeconds: 20 });
  // What is said to it is read, and that is all: it follows its script.
  if (next?.kind === "message") await server.call("mark_messages", { messages: [next.message.id] });
  const given = next && workOf(next);
  if (!given) continue;
  try {
    await doTask(given);
  } catch (error) {
    if (!(error instanceof ToolRefusal) && !/lease|hook declined/.test(String(error))) throw error;
    say(`#${given.task.number}: ${error instanceof Error ? error.message : String(error)}`); // Refused: the work is another's now, or not to be done.
  }
}

/** A task, or one that goes on because its question was answered while nobody of us waited. */
function workOf(next: Work): TaskWork | null {
  if (next.kind === "task") return next;
  if (next.kind !== "answer" || !next.task || !next.lease) return null;
  return { task: next.task, lease: next.lease, git: next.git };
}

async function doTask({ task, lease, git }: TaskWork): Promise<void> {
  const recipe = recipeOf(task.tags);
  if (!recipe && !task.plan) {
    const reason = "This scripted engineer only knows the tasks of the sample and of plans.";
    await server.call("release_task", { task: task.id, lease: lease.id, reason });
    return;
  }
  const beat = setInterval(() => void server.call("heartbeat", { lease: lease.id }).catch(() => {}), 5_000);
  try {
    const { title, files, summary } = recipe ? await followRecipe(recipe, task, lease.id) : layOut(task);
    if (!task.repo || !git) {
      const text = Object.values(files).join("\n").slice(0, 20_000);
      await server.call("request_review", { task: task.id, lease: lease.id, summary: text });
      return;
    }
    const copy = new WorkingCopy({ directory: join(home, `repo-${task.repo.id}`), login: git, author: name });
    await copy.checkOut({ cloneUrl: task.repo.cloneUrl, branch: task.branch, defaultBranch: task.repo.defaultBranch });
    if (task.rework > 0) await copy.updateFrom(task.repo.defaultBranch);
    const commit = await copy.commit(files, title);
    await copy.push(task.branch);
    const again = await server.call<z.output<typeof taskDetailResult>>("get_task", { task: task.id });
    if (again.task.lease?.id !== lease.id) return;
    await server.call("request_review", { task: task.id, lease: lease.id, commit, summary });
    say(`#${task.number} ${title}: pushed ${commit.slice(0, 7)}, review requested`);
  } finally {
    clearInterval(beat);
  }
}

async function followRecipe(recipe: Recipe, task: Task, lease: string): Promise<Writing> {
  const { title, description, files, secondTry, slip } = recipe;
  if (task.tags.includes(parts.asks) && recipe.question) {
    const answer = await ask(recipe.question, task, lease);
    const chosen = recipe.question.options.find(({ value }) => value === answer);
    return {
      title,
      files: chosen?.files ?? files,
      summary: `${description} As you said: ${chosen?.label ?? JSON.stringify(answer)}.`,
    };
  }
  if (slip && task.tags.includes(parts.slips) && task.rework === 0)
    return { title, files: slip, summary: `${description} Written from the description; the suite was not run.` };
  if (task.reviews.some(({ verdict }) => verdict === "request_changes"))
    return {
      title: `${title}: what the review asked for`,
      files: secondTry ?? files,
      summary: `${description} With what the review asked for; the test suite passes here.`,
    };
  return { title, files, summary: `${description} The test suite passes here.` };
}

/** Asks people, and waits as long as it takes. What was answered before this process began is not asked again. */
async function ask({ title, detail, options }: NonNullable<Recipe["question"]>, task: Task, lease: string) {
  const before = task.requests.find((one) => one.title === title && one.status === "resolved");
  if (before) return before.answer;
  const choices = options.map(({ value, label }) => ({ value, label }));
  const question = { title, detail, options: choices, task: task.id, lease, timeoutSeconds: 50 };
  let said = await server.call<z.output<typeof askResult>>("ask_human", question);
  while (said.status === "pending")
    said = await server.call<z.output<typeof askResult>>("ask_human", { request: said.request, timeoutSeconds: 50 });
  return said.answer;
}

function layOut(task: Task): Writing {
  const { path, text } = noteOf(task);
  return {
    title: `Note for #${task.number}: ${task.title}`.slice(0, 200),
    files: { [path]: text },
    summary: `A demonstration: ${path} lays out what the task asks for. Nothing was built or checked.`,
  };
}
