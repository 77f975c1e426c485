import { z } from "zod";
import { agentRoles, agentRuntimes, agentStatuses, taskStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { pause } from "../pauses/schema.ts";

export const agent = z.object({
  id,
  teamId: id,
  name: z.string(),
  role: z.enum(agentRoles),
  runtime: z.enum(agentRuntimes).describe("`external` and `scripted` come over MCP; the others are started here."),
  status: z.enum(agentStatuses),
  paused: pause,
  silentSince: isoTime.nullable().describe("Since when it gives no sign of life; null while it does."),
  isDefault: z.boolean().describe("The manager that came with its team."),
  isDemonstration: z
    .boolean()
    .describe("Of the sample crew: takes only what it is assigned, and reviews only the work of its like."),
  slots: z.int().describe("How many tasks it may hold at once."),
  leaseSeconds: z
    .int()
    .nullable()
    .describe("How long a lease lives without a sign of life; null: the default of its runtime."),
  model: z
    .string()
    .nullable()
    .describe("Of runtime model or acp: a tier (small, medium …) or provider/model; null: as the team's table routes."),
  agentKind: z
    .string()
    .nullable()
    .describe("Of runtime acp: the coding agent that is started, of list_agent_kinds; null: the team's default."),
  mode: z.string().nullable().describe("Of runtime acp: how much it does unasked; null: as its kind has it."),
  createdAt: isoTime,
  lastSeenAt: isoTime.nullable().describe("When its key or its lease last gave a sign of life."),
  holds: z
    .array(
      z.object({
        leaseId: id,
        taskId: id,
        number: z.int(),
        title: z.string(),
        status: z.enum(taskStatuses),
        since: isoTime,
        expiresAt: isoTime.nullable(),
      }),
    )
    .describe("The tasks it works on now."),
  tokensToday: z.int(),
  costTodayMicros: z.int().describe("What it spent since midnight UTC, in micro-dollars."),
});
export type Agent = z.output<typeof agent>;

const name = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,59}$/u,
    "Use letters, digits, dots, dashes, underscores and spaces, 60 at most.",
  );
const slots = z.int().min(1).max(64).describe("How many tasks it may hold at once.");
const leaseSeconds = z.int().min(2).max(86_400).nullable().describe("Life of its leases; null: as its runtime has it.");

const model = z
  .string()
  .trim()
  .regex(
    /^(local|small|medium|large|[a-z][a-z0-9-]{0,39}\/[\w.:/@+-]{1,160})$/,
    "Name a tier, or a model as provider/model.",
  )
  .nullable()
  .describe("For runtime model or acp: a tier or provider/model. Null: as the team's table routes.");
const agentKind = z
  .string()
  .min(1)
  .max(40)
  .nullable()
  .describe("For runtime acp: one of list_agent_kinds. Null: the bundled one.");
const mode = z
  .string()
  .min(1)
  .max(40)
  .nullable()
  .describe("For runtime acp: one of its agentKind's modes. Null: the one that asks.");

export const listAgentsInput = z.strictObject({
  teamId: id.optional().describe("Only this team's."),
  archived: z.boolean().default(false).describe("Also the archived ones."),
});
export const agentList = z.object({ agents: z.array(agent) });

export const listTeamAgentsInput = z.strictObject({
  teamId: id.optional().describe("Left out: your own team."),
});
export const teamAgents = z.object({
  agents: z.array(
    agent.pick({ id: true, name: true, role: true, runtime: true, status: true, lastSeenAt: true }).extend({
      freeSlots: z.int().describe("How many more tasks it could hold now."),
      holds: z.array(z.object({ number: z.int(), title: z.string(), status: z.enum(taskStatuses) })),
    }),
  ),
});

export const createAgentInput = z.strictObject({
  teamId: id,
  name,
  role: z.enum(agentRoles).default("engineer"),
  runtime: z.enum(agentRuntimes).default("external"),
  slots: slots.optional().describe("How many tasks it may hold at once. Left out: as the team has it."),
  leaseSeconds: leaseSeconds.default(null),
  model: model.default(null),
  agentKind: agentKind.default(null),
  mode: mode.default(null),
});

export const updateAgentInput = z.strictObject({
  agentId: id,
  name: name.optional(),
  role: z.enum(agentRoles).optional(),
  slots: slots.optional(),
  leaseSeconds: leaseSeconds.optional(),
  model: model.optional(),
  agentKind: agentKind.optional(),
  mode: mode.optional(),
});

export const agentInput = z.strictObject({ agentId: id });
export const agentResult = z.object({ agent });
