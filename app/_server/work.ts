import "server-only";
import { notFound } from "next/navigation";
import { caller } from "#app/_lib/caller.ts";
import type { Answer } from "#app/_lib/hydrated.tsx";
import { listAgents } from "#server/agents/operations.ts";
import { AppError } from "#server/errors.ts";
import { listMembers } from "#server/members/operations.ts";
import { listReposOperation } from "#server/repos/operations.ts";
import { getBoard, getGraph, getTask } from "#server/tasks/operations.ts";
import { listTeams } from "#server/teams/operations.ts";

type Filters = Record<string, unknown>;

/** What every work page of a team needs to know: see `Work` of the tasks' features. */
export async function loadWork(orgRef: string, teamId: string) {
  const page = await caller(orgRef);
  const [{ teams }, { agents }, { members }, { repos }] = await whereFound(
    Promise.all([
      page.run(listTeams, { archived: true }),
      page.run(listAgents, { teamId }),
      page.run(listMembers, { deactivated: false }),
      page.run(listReposOperation, { teamId }),
    ]),
  );
  const team = teams.find(({ id }) => id === teamId);
  if (!team) notFound();
  const people = members.filter(
    ({ role, teams: own }) => role === "owner" || role === "admin" || own.some(({ id }) => id === teamId),
  );
  return {
    orgSlug: orgRef,
    team: { id: team.id, name: team.name },
    me: { id: page.actor.id, name: page.actor.name },
    canWork: page.actor.permissions.has("task:manage"),
    canTrySample: page.actor.permissions.has("agents:manage"),
    people: [
      ...agents.map(({ id, name }) => ({ kind: "agent" as const, id, name })),
      ...people
        .filter(({ role }) => role !== "viewer")
        .map(({ userId, name }) => ({ kind: "user" as const, id: userId, name })),
    ],
    repos: repos.map(({ id, name }) => ({ id, name })),
  };
}

/** The board of a team as the address asks for it. */
export async function loadBoard(orgRef: string, teamId: string, filters: Filters): Promise<Answer> {
  const input = { teamId, ...filters };
  return { path: "tasks.board", input, data: await whereFound((await caller(orgRef)).run(getBoard, input)) };
}

/** What waits for what, in a team. */
export async function loadGraph(orgRef: string, teamId: string): Promise<Answer> {
  const input = { teamId };
  return { path: "tasks.graph", input, data: await whereFound((await caller(orgRef)).run(getGraph, input)) };
}

/** A task by the number people say, and the team it belongs to. */
export async function loadTask(orgRef: string, number: string) {
  if (!/^[1-9]\d{0,8}$/.test(number)) notFound();
  const input = { task: String(Number(number)) };
  const data = await whereFound((await caller(orgRef)).run(getTask, input));
  return {
    teamId: data.task.teamId,
    title: data.task.title,
    answer: { path: "tasks.get", input, data } satisfies Answer,
  };
}

/** What is missing or foreign is a page that says so, not an error. */
async function whereFound<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid")) notFound();
    throw error;
  }
}
