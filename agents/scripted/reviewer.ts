import type { z } from "zod";
import type { waitResult, work } from "#server/leases/schema.ts";
import { parts, recipeOf } from "../sample/recipes.ts";
import { McpConnection, ToolRefusal } from "./mcp-connection.ts";
import { agentFromEnvironment, say } from "./process.ts";

// A deterministic reviewer: reads the diff of what it is given, asks for one change where the sample says so, leaves to
// people what is theirs, and approves the rest. `ENTOURAGE_URL`, `ENTOURAGE_KEY`, `AGENT_NAME`.

type ReviewWork = Extract<z.output<typeof work>, { kind: "review" }>;

const { url, key, name } = agentFromEnvironment();
const server = new McpConnection({ url, key, name });

for (;;) {
  const { work: next } = await server.call<z.output<typeof waitResult>>("wait_for_work", { timeoutSeconds: 20 });
  // What is said to it is read, and that is all: it follows its script.
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
  if (task.tags.includes(parts.forPeople)) {
    await server.call("release_review", { task: task.id, reason: "A person should look at this one." });
    say(`#${task.number}: left to people`);
    return;
  }
  await server.call("get_task_diff", { task: task.id });
  const recipe = recipeOf(task.tags);
  const wish = recipe?.askFor;
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
  const text = recipe ? "Reads well." : "It says what the task asks for, and that it is a demonstration.";
  await server.call("approve_task", { task: task.id, ...(current.commit ? { commit: current.commit } : {}), text });
  say(`#${task.number}: approved`);
}
