import { z } from "zod";
import { id, isoTime } from "../ids.ts";

const time = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "Give a time as 08:30; 24:00 is the end of the day.");
const day = z.int().min(1).max(7).describe("1 is Monday, 7 is Sunday.");

const workingHours = z.strictObject({
  timeZone: z.string().min(1).max(64).describe("Such as Europe/Berlin or UTC."),
  hours: z
    .array(z.strictObject({ day, from: time, to: time }))
    .min(1)
    .max(28)
    .describe("Local times, by weekday."),
  criticalAnytime: z.boolean().default(true).describe("Critical tasks are taken at any time."),
});

const reviewRule = z.strictObject({
  paths: z
    .array(z.string().trim().min(1).max(200))
    .min(1)
    .max(20)
    .describe("Globs of changed files, such as `db/**` or `**/*.sql`."),
  reviewers: z
    .array(z.strictObject({ kind: z.enum(["agent", "user"]), id }))
    .min(1)
    .max(10)
    .describe("Who is asked when one of them matches."),
});

const approvals = z.int().min(0).max(3);
export const conventionsLimit = 10_000;

const fields = {
  maxConcurrent: z.int().min(1).max(10_000).describe("Tasks in progress at once, over all its agents."),
  autoMerge: z.boolean().describe("Approved tasks go into the merge queue by themselves."),
  personApprovals: approvals.describe(
    "Approvals of people a review needs. With both 0, one approval of anybody is enough.",
  ),
  agentApprovals: approvals.describe("Approvals of agents a review needs; a further person may stand in for one."),
  reviewRules: z.array(reviewRule).max(50).describe("Who is asked for a review, by the files it changes."),
  branchPrefix: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$/,
      "Use letters, digits, `.`, `_`, `-` and `/`, beginning with a letter or digit, 60 at most.",
    )
    .describe("Branches of new tasks begin with it, followed by the number: `task-` gives task-12-fix-the-login."),
  workingHours: workingHours.nullable().describe("When its agents take new work; null: at any time."),
  defaultLeaseSeconds: z
    .int()
    .min(2)
    .max(86_400)
    .nullable()
    .describe("Life of its agents' leases where an agent has no own; null: as the runtime has it."),
  defaultSlots: z.int().min(1).max(64).describe("How many tasks a new agent may hold at once."),
  reviewLimit: z
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .describe("Agents start nothing new while so many tasks wait for review; null: however many."),
  silentMinutes: z.int().min(1).max(1_440).describe("An agent without a sign of life for so long is called silent."),
  conventions: z.string().max(conventionsLimit).describe("What every agent is told with its work, in Markdown."),
};

export const teamInput = z.strictObject({ teamId: id });

export const teamSettings = z.object({
  teamId: id,
  version: z.int().describe("Pass it with a change: when somebody changed them meanwhile, nothing is overwritten."),
  ...fields,
  open: z.object({
    now: z.boolean().describe("Whether it is within the working hours."),
    opensAt: isoTime.nullable().describe("When new work is taken next, while it is not."),
  }),
});
export type TeamSettings = z.output<typeof teamSettings>;

const { conventions, ...others } = fields;
export const updateTeamSettingsInput = z
  .strictObject({
    teamId: id,
    version: z.int().optional().describe("The version you read. Left out: the last write wins."),
  })
  .extend(z.strictObject({ ...others, conventions }).partial().shape);
export const teamSettingsResult = z.object({ settings: teamSettings });

export const addConventionInput = z.strictObject({
  teamId: id,
  text: z.string().trim().min(1).max(2_000).describe("One rule, in Markdown. It is added as a point of the list."),
});
export const conventionsResult = z.object({ teamId: id, conventions });
