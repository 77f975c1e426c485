import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
} from "@modelcontextprotocol/server";
import type { Caller } from "#server/door.ts";
import { AppError } from "#server/errors.ts";
import { listEvents } from "#server/events/operations.ts";
import type { Change } from "#server/events/watching.ts";
import { getTaskDiff } from "#server/repos/operations.ts";
import { getBoard, getTask } from "#server/tasks/operations.ts";
import { listTeams } from "#server/teams/operations.ts";
import { runFor } from "./run.ts";

/** What can be read and watched by address. Each read is an operation, allowed or refused anew. */
const kinds: readonly (ResourceTemplateType & {
  pattern: RegExp;
  read: (caller: Caller, part: string) => Promise<string>;
})[] = [
  {
    uriTemplate: "entourage://tasks/{number}",
    name: "task",
    title: "Task",
    description: "One task whole: description, dependencies, messages, reviews and merge results.",
    mimeType: "application/json",
    pattern: /^entourage:\/\/tasks\/([1-9]\d{0,8})$/,
    read: async (caller, task) => JSON.stringify((await runFor(caller, getTask, { task })).task),
  },
  {
    uriTemplate: "entourage://tasks/{number}/diff",
    name: "task-diff",
    title: "Diff of a task",
    description: "The unified diff of a task's pushed work, from where its branch began.",
    mimeType: "text/x-diff",
    pattern: /^entourage:\/\/tasks\/([1-9]\d{0,8})\/diff$/,
    read: async (caller, task) => (await runFor(caller, getTaskDiff, { task })).diff,
  },
  {
    uriTemplate: "entourage://teams/{team}/board",
    name: "board",
    title: "Board of a team",
    description: "A column per status with totals and cards.",
    mimeType: "application/json",
    pattern: /^entourage:\/\/teams\/([0-9a-f-]{36})\/board$/,
    read: async (caller, teamId) => JSON.stringify(await runFor(caller, getBoard, { teamId })),
  },
  {
    uriTemplate: "entourage://events{?since}",
    name: "events",
    title: "What happened",
    description: "Events after a number, oldest first and without a gap; `head` is the newest number.",
    mimeType: "application/json",
    pattern: /^entourage:\/\/events(?:\?since=(\d{1,15}))?$/,
    read: async (caller, since) => JSON.stringify(await runFor(caller, listEvents, { since: Number(since) })),
  },
];

export const resourceTemplates: readonly ResourceTemplateType[] = kinds.map(
  ({ pattern: _pattern, read: _read, ...template }) => template,
);

const boardUri = (teamId: string) => `entourage://teams/${teamId}/board`;
export const taskUri = (number: number) => `entourage://tasks/${number}`;
const EVENTS_URI = "entourage://events";

/** The addresses whose content something that happened may have changed. */
export function urisOf({ teamId, taskNumber }: Change): string[] {
  return [
    EVENTS_URI,
    ...(teamId === null ? [] : [boardUri(teamId)]),
    ...(taskNumber === null ? [] : [taskUri(taskNumber), `${taskUri(taskNumber)}/diff`]),
  ];
}

/** What stands at the beginning: the feed, and the board of each team of the caller. Tasks have an address each. */
export async function listResources(caller: Caller): Promise<Resource[]> {
  const { teams } = await runFor(caller, listTeams, {});
  const [feed] = kinds.filter(({ name }) => name === "events");
  return [
    { uri: EVENTS_URI, name: "events", ...(feed && { title: feed.title, description: feed.description }) },
    ...teams.map(({ id, name }) => ({
      uri: boardUri(id),
      name: `board-${id}`,
      title: `Board of ${name}`,
      description: "A column per status with totals and cards.",
      mimeType: "application/json",
    })),
  ];
}

/** @throws ResourceNotFoundError for what is not there or not the caller's: the two look the same. */
export async function readResource(caller: Caller, uri: string): Promise<ReadResourceResult> {
  for (const { pattern, mimeType, read } of kinds) {
    const found = pattern.exec(uri);
    if (!found) continue;
    try {
      return { contents: [{ uri, ...(mimeType && { mimeType }), text: await read(caller, found[1] ?? "0") }] };
    } catch (error) {
      throw refusalOf(error, uri, caller);
    }
  }
  throw new ResourceNotFoundError(uri);
}

function refusalOf(error: unknown, uri: string, caller: Caller): unknown {
  const { code, message } = caller.explain(error);
  if (code === "not_found" || code === "invalid") return new ResourceNotFoundError(uri, message);
  if (error instanceof AppError) return new ProtocolError(ProtocolErrorCode.InvalidParams, `${code}: ${message}`);
  return new ProtocolError(ProtocolErrorCode.InternalError, message);
}
