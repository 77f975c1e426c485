import { join } from "node:path";
import type { z } from "zod";
import type { waitResult, work } from "#server/leases/schema.ts";
import type { taskDetailResult } from "#server/tasks/schema.ts";
import { recipeOf } from "../sample/recipes.ts";
import { McpConnection, ToolRefusal } from "./mcp-connection.ts";
import { agentFromEnvironment, say } from "./process.ts";
import { WorkingCopy } from "./working-copy.ts";

// A deterministic engineer: a process of its own that works like any agent from outside, over MCP and git, and writes
// what the sample's recipes say. `ENTOURAGE_URL`, `ENTOURAGE_KEY`, `AGENT_NAME`, `AGENT_HOME`.

type Work = z.output<typeof work>;
type TaskWork = Extract<Work, { kind: "task" }>;

const { url, key, name, home } = agentFromEnvironment();
const server = new McpConnection({ url, key, name });

for (;;) {
  const { work: next } = await server.call<z.output<typeof waitResult>>("wait_for_work", { timeoutSeconds: 20 });
  // A recipe has no answers: what is said to it is read, and that is all.
  if (next?.kind === "message") await server.call("mark_messages", { messages: [next.message.id] });
  if (next?.kind !== "task") continue;
  try {
    await doTask(next);
  } catch (error) {
    if (!(error instanceof ToolRefusal) && !/lease|hook declined/.test(String(error))) throw error;
    say(`#${next.task.number}: ${error instanceof Error ? error.message : String(error)}`); // Refused: the work is another's now, or not to be done.
  }
}

async function doTask({ task, lease, git }: TaskWork): Promise<void> {
  const recipe = recipeOf(task.tags);
  if (!recipe || !task.repo || !git) {
    await server.call("release_task", {
      task: task.id,
      lease: lease.id,
      reason: "This scripted engineer only knows the tasks of the sample.",
    });
    return;
  }
  const beat = setInterval(() => void server.call("heartbeat", { lease: lease.id }).catch(() => {}), 5_000);
  try {
    const copy = new WorkingCopy({ directory: join(home, `repo-${task.repo.id}`), login: git, author: name });
    await copy.checkOut({ cloneUrl: task.repo.cloneUrl, branch: task.branch, defaultBranch: task.repo.defaultBranch });
    if (task.rework > 0) await copy.updateFrom(task.repo.defaultBranch);
    const asked = task.reviews.some(({ verdict }) => verdict === "request_changes");
    const commit = await copy.commit(
      asked ? (recipe.secondTry ?? recipe.files) : recipe.files,
      asked ? `${recipe.title}: what the review asked for` : recipe.title,
    );
    await copy.push(task.branch);
    const again = await server.call<z.output<typeof taskDetailResult>>("get_task", { task: task.id });
    if (again.task.lease?.id !== lease.id) return;
    await server.call("request_review", {
      task: task.id,
      lease: lease.id,
      commit,
      summary: `${recipe.description} The test suite passes here.`,
    });
    say(`#${task.number} ${recipe.title}: pushed ${commit.slice(0, 7)}, review requested`);
  } finally {
    clearInterval(beat);
  }
}
