import type { z } from "zod";
import type { waitResult, work } from "#server/leases/schema.ts";
import { recipeOf } from "../sample/recipes.ts";
import { McpConnection, ToolRefusal } from "./mcp-connection.ts";
import { agentFromEnvironment, say } from "./process.ts";

// A deterministic reviewer: reads the diff of what it is given, asks for one change where the sample says so, and
// approves. `ENTOURAGE_URL`, `ENTOURAGE_KEY`, `AGENT_NAME`.

type ReviewWork = Extract<z.output<typeof work>, { kind: "review" }>;

const { url, key, name } = agentFromEnvironment();
const server = new McpConnection({ url, key, name });

for (;;) {
  const { work: next } = await server.call<z.output<typeof waitResult>>("wait_for_work", { timeoutSeconds: 20 });
  // A recipe has no answers: what is said to it is read, and that is all.
  if (next?.kind === "message") await server.call("mark_messages", { messages: [next.message.id] });
  if (next?.kind !== "review") continue;
  try {
    await review(next);
  } catch (error) {
    if (!(error instanceof ToolRefusal)) throw error;
    say(`#${next.task.number}: ${error.message}`); // The branch moved or somebody else decided: nothing to do any more.
  }
}

async function review({ task, reviewId }: ReviewWork): Promise<void> {
  const current = task.reviews.find(({ id }) => id === reviewId);
  if (current?.verdict !== "pending") return;
  await server.call("get_task_diff", { task: task.id });
  const wish = recipeOf(task.tags)?.askFor;
  if (wish && !task.reviews.some(({ verdict }) => verdict === "request_changes")) {
    const comments = [{ path: wish.path, line: wish.line, side: "new", body: wish.body }];
    await server.call("request_changes", {
      task: task.id,
      commit: current.commit,
      text: "Nearly there: one remark in the file.",
      comments,
    });
    say(`#${task.number}: asked for a change`);
    return;
  }
  await server.call("approve_task", { task: task.id, commit: current.commit, text: "Reads well and is tested." });
  say(`#${task.number}: approved`);
}
