import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { Caller } from "#server/door.ts";
import { getTask } from "#server/tasks/operations.ts";
import { taskUri } from "./resources.ts";
import { runFor } from "./run.ts";

// What a person types at their agent's prompt as one word.

interface Written {
  prompt: Prompt;
  write(caller: Caller, input: Record<string, string>): Promise<string>;
}

const task = (required: boolean, description = "The task's number, such as 12.") => ({
  name: "task",
  description,
  required,
});

const written: readonly Written[] = [
  {
    prompt: {
      name: "start_work",
      title: "Start work",
      description: "Take a task, work on it on its branch, and ask for review.",
      arguments: [task(false, "The task's number. Left out: the most urgent one that is ready.")],
    },
    write: async (caller, { task: number }) => {
      const take = number
        ? `Call claim_task for task ${number}.\n\n${await tell(caller, number)}`
        : "Call wait_for_work until it gives you a task.";
      return `${take}

Read the description, the messages and the earlier reviews before you change anything. Clone task.repo.cloneUrl with the lease's id as user name and your key as password, work on task.branch only, commit in small steps, and run what the repository's gate runs. Push the branch, then call request_review with the pushed commit and a summary of what you did and how you know that it works. If you are silent for long, call heartbeat; if you cannot go on, say why with change_task_status or release_task.`;
    },
  },
  {
    prompt: {
      name: "review",
      title: "Review",
      description: "Judge one exact commit of a task and say so with reasons.",
      arguments: [task(true)],
    },
    write: async (caller, { task: number = "" }) => `Review task ${number}.

${await tell(caller, number)}

Read get_task_diff and, where the diff is not enough, read_file. Ask: does it do what the description says, what happens when it fails, runs twice or at the same time, is every new branch tested, does anything else break? Put remarks on lines with add_review_comment. Then call approve_task, or request_changes with what has to change, naming the commit that you judged. Never judge your own work.`,
  },
  {
    prompt: {
      name: "hand_over",
      title: "Hand over",
      description: "Leave a task so that somebody else goes on where you stopped.",
      arguments: [task(true), { name: "to", description: "The name of the agent or person who goes on, if known." }],
    },
    write: async (caller, { task: number = "", to }) => `Hand over task ${number}${to ? ` to ${to}` : ""}.

${await tell(caller, number)}

Push all that you have to the task's branch, also what is unfinished. Then leave a message about the task with send_message: what is done, what is left, what you tried that did not work, what you would do next, and how to see that it works. Last, call release_task with the reason.`,
  },
];

export const prompts: readonly Prompt[] = written.map(({ prompt }) => prompt);

/** @throws ProtocolError -32602 for a prompt that is none, or without what it needs. */
export async function getPrompt(caller: Caller, name: string, input: Record<string, string>): Promise<GetPromptResult> {
  const found = written.find(({ prompt }) => prompt.name === name);
  if (!found) throw invalid(`There is no prompt "${name}". There are ${prompts.map((each) => each.name).join(", ")}.`);
  const missing = found.prompt.arguments?.find((argument) => argument.required && !input[argument.name]);
  if (missing) throw invalid(`${name} needs the argument "${missing.name}".`);
  const text = await found.write(caller, input).catch((error: unknown) => {
    throw invalid(caller.explain(error).message);
  });
  return {
    ...(found.prompt.description && { description: found.prompt.description }),
    messages: [{ role: "user", content: { type: "text", text } }],
  };
}

const invalid = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidParams, message);

async function tell(caller: Caller, ref: string): Promise<string> {
  const { number, title, status, description } = (await runFor(caller, getTask, { task: ref })).task;
  return `Task ${number} (${status}, ${taskUri(number)}): ${title}\n\n${description}`.trim();
}
