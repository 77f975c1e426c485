import type { CompleteRequestParams, CompleteResult } from "@modelcontextprotocol/server";
import { listAgents } from "#server/agents/operations.ts";
import type { Caller } from "#server/door.ts";
import { listTasks } from "#server/tasks/operations.ts";
import { listTeams } from "#server/teams/operations.ts";
import { runFor } from "./run.ts";

/** As many as the protocol lets one answer hold. */
const MOST = 100;

/** What an argument of a prompt or a part of an address may be, so far typed: by its name, wherever it stands. */
export async function complete(caller: Caller, { argument }: CompleteRequestParams): Promise<CompleteResult> {
  const candidates = await candidatesFor(caller, argument.name);
  const typed = argument.value.replace(/^#/, "").toLowerCase();
  const values = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  return { completion: { values: values.slice(0, MOST), total: values.length, hasMore: values.length > MOST } };
}

async function candidatesFor(caller: Caller, name: string): Promise<string[]> {
  if (name === "task" || name === "number") return taskNumbers(caller);
  if (name === "team") return (await runFor(caller, listTeams, {})).teams.map(({ id }) => id);
  if (name === "to") return (await runFor(caller, listAgents, {})).agents.map((agent) => agent.name);
  return [];
}

/** Of the caller's team, or of the first that they see: the newest tasks, which are those that are typed. */
async function taskNumbers(caller: Caller): Promise<string[]> {
  const teamId = caller.actor.agent?.teamId ?? (await runFor(caller, listTeams, {})).teams[0]?.id;
  if (!teamId) return [];
  const { tasks } = await runFor(caller, listTasks, { teamId, limit: 200 });
  return tasks.map(({ number }) => String(number));
}
