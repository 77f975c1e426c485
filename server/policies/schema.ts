import { z } from "zod";
import { policyAccesses, policyEffects, policyScopes, policySubjects, sessionFlags } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

const pattern = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\0-\x1f]+$/, "One line of plain text.")
  .describe(
    "A tool's name (Edit, mcp__tracker__*), a path (docs/**, .env), a command (git log *, npm test) or a host (*.example.com). * stands for anything.",
  );

export const toolPolicy = z.object({
  id,
  teamId: id,
  scope: z.enum(policyScopes),
  scopeId: id,
  scopeName: z.string().describe("The name of the team, agent or session it holds for."),
  effect: z.enum(policyEffects),
  subject: z.enum(policySubjects),
  access: z.enum(policyAccesses).nullable(),
  pattern: z.string(),
  note: z.string(),
  requestId: id.nullable(),
  createdBy: author,
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
});
export type ToolPolicy = z.output<typeof toolPolicy>;

export const listPoliciesInput = z.strictObject({
  teamId: id.optional().describe("Left out: of all teams you see."),
  scope: z.enum(policyScopes).optional(),
  scopeId: id.optional().describe("Only those of this team, agent or session."),
});
export const policyList = z.object({ policies: z.array(toolPolicy) });

export const setPolicyInput = z.strictObject({
  scope: z.enum(policyScopes),
  scopeId: id.describe("The team, agent or session it holds for."),
  effect: z.enum(policyEffects).describe("deny wins over ask, and ask over allow, wherever they were set."),
  subject: z.enum(policySubjects).describe("What the pattern is of."),
  access: z.enum(policyAccesses).nullable().default(null).describe("For a path: reading, writing, or null for both."),
  pattern,
  note: z.string().trim().max(500).default("").describe("Why."),
  until: isoTime.nullable().default(null).describe("When it ends; null: when somebody removes it."),
});
export const policyResult = z.object({ policy: toolPolicy });

export const removePolicyInput = z.strictObject({ policyId: id });
export const removedPolicy = z.object({ removed: z.literal(true) });

/** What an agent's tool is about to do, as its driver tells it. */
const permissionAsk = z.strictObject({
  toolId: z.string().max(200).default(""),
  title: z.string().max(500).default(""),
  tool: z.string().min(1).max(200).describe("The tool's name, such as Edit or mcp__tracker__search."),
  toolKind: z
    .string()
    .max(40)
    .default("other")
    .describe("read, edit, delete, move, search, execute, fetch, think or other."),
  input: z.unknown().optional(),
  paths: z.array(z.string().max(4_096)).max(200).default([]),
  command: z.string().max(20_000).nullable().default(null).describe("The shell line, where it runs one."),
});

export const explainInput = z.strictObject({
  sessionId: id.optional().describe("The session whose agent would do it."),
  teamId: id.optional().describe("Instead of a session: what holds in this team, for whoever."),
  ask: permissionAsk,
});
export const explainResult = z.object({
  decision: z.enum(["allow", "deny", "ask"]),
  reason: z.string(),
  policyId: id.nullable().describe("The policy that decided."),
  raises: z.array(z.enum(sessionFlags)).describe("What the session would have had to do with after it."),
});

export const flagsInput = z.strictObject({ sessionId: id });
export const flagsResult = z.object({
  flags: z.array(
    z.object({
      flag: z.enum(sessionFlags),
      because: z.string(),
      raisedAt: isoTime,
      requestId: id.nullable().describe("The request in which a person let the session have it."),
    }),
  ),
  note: z.string(),
});

/** What a request for a permission keeps: the policies that "always" would set; null where no pattern can say it exactly. */
export const permissionData = z.object({
  permission: z.object({
    sessionId: id,
    rules: z
      .array(
        z.object({ subject: z.enum(policySubjects), access: z.enum(policyAccesses).nullable(), pattern: z.string() }),
      )
      .nullable(),
    flags: z.array(z.enum(sessionFlags)),
    needsPerson: z.boolean(),
  }),
});
export type PermissionData = z.output<typeof permissionData>;
