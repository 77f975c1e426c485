import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { z } from "zod";
import { taskStatuses } from "#db/enums.ts";
import { defineCommand } from "../command.ts";
import { call } from "../connection.ts";
import { columns, type Output, plain } from "../output.ts";
import { teamOf } from "../team.ts";

const card = z.looseObject({
  id: z.string(),
  number: z.int(),
  title: z.string(),
  status: z.string(),
  priority: z.string(),
  branch: z.string(),
  assignee: z.looseObject({ name: z.string() }).nullable(),
  openDependencies: z.int(),
});
type Card = z.output<typeof card>;
const related = z.array(z.looseObject({ number: z.int(), title: z.string(), status: z.string() }));
const detail = card.extend({ description: z.string(), dependsOn: related, dependents: related });
const lease = z.looseObject({ id: z.string(), expiresAt: z.string().nullable() });

const taskName = argument(string({ metavar: "TASK" }), { description: message`Its number, such as 12, or its id.` });
const team = optional(option("--team", string({ metavar: "TEAM" }), { description: message`A team's name or id.` }));

export const listTasks = defineCommand(
  "tasks",
  { brief: "List the tasks of a team." },
  object({
    team,
    status: multiple(
      option("--status", choice(taskStatuses, { metavar: "STATUS" }), {
        description: message`Only these, such as todo, in_progress or done; may be repeated.`,
      }),
    ),
    search: optional(
      option("--search", "-q", string({ metavar: "WORDS" }), { description: message`Words in title or description.` }),
    ),
    ready: withDefault(flag("--ready", { description: message`Only what could start now.` }), false),
    limit: withDefault(
      option("--limit", integer({ min: 1, max: 200, metavar: "COUNT" }), { description: message`How many at most.` }),
      50,
    ),
  }),
  async (taken, cli) => {
    const input = {
      teamId: await teamOf(cli, taken.team),
      limit: taken.limit,
      ...(taken.status.length > 0 && { status: taken.status }),
      ...(taken.search && { q: taken.search }),
      ...(taken.ready && { ready: true }),
    };
    const page = await call(
      cli.connection,
      "list_tasks",
      input,
      z.looseObject({ tasks: z.array(card), next: z.int().nullable() }),
    );
    if (page.tasks.length === 0) return cli.output.talk("No task is like that.");
    tellEach(page.tasks, cli.output);
    if (page.next !== null)
      cli.output.talk(`There are more than ${taken.limit}. Ask for more with --limit, or narrow it.`);
  },
);

export const showTask = defineCommand(
  "task",
  { brief: "Show one task." },
  object({ task: taskName }),
  async ({ task: named }, { connection, output }) => {
    const { task } = await call(connection, "get_task", { task: named }, z.looseObject({ task: detail }));
    output.data(task, () => describe(task, output));
  },
);

export const claim = defineCommand(
  "claim",
  { brief: "Take a task, or as an agent the best ready one, and say what to work under." },
  object({ task: optional(taskName), team }),
  async ({ task, team: named }, cli) => {
    const input = task ? { task } : named ? { teamId: await teamOf(cli, named) } : {};
    const answer = z.looseObject({ claim: z.looseObject({ lease, task: detail }).nullable() });
    const { claim: got } = await call(cli.connection, "claim_task", input, answer);
    cli.output.data(got, () =>
      got
        ? `${describe(got.task, cli.output)}\n\nYours under the lease ${got.lease.id}.`
        : "Nothing is ready for you now.",
    );
  },
);

function tellEach(tasks: readonly Card[], output: Output): void {
  const rows = columns(
    tasks.map(({ number, status, priority, assignee, openDependencies, title }) => [
      `#${number}`,
      openDependencies > 0 && status === "todo" ? `waits for ${openDependencies}` : status.replaceAll("_", " "),
      priority,
      assignee?.name ?? "",
      title,
    ]),
  ).split("\n");
  for (const [place, task] of tasks.entries()) output.data(task, () => rows[place] ?? "");
}

function describe(task: z.output<typeof detail>, output: Output): string {
  const facts = [
    ["status", task.status.replaceAll("_", " ")],
    ["priority", task.priority],
    ["assignee", task.assignee?.name ?? "whoever is free first"],
    ["branch", task.branch],
    ...task.dependsOn.map((each) => ["waits for", `#${each.number} ${each.title} (${each.status})`]),
    ...task.dependents.map((each) => ["unblocks", `#${each.number} ${each.title}`]),
  ];
  const head = output.bold(`#${task.number} ${plain(task.title)}`);
  return [head, columns(facts), ...(task.description ? ["", plain(task.description)] : [])].join("\n");
}
