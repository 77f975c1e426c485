import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { teamMeant, findTeam } from "../teams/finding.ts";
import { weigh, weighInTeam } from "./deciding.ts";
import { readFlags } from "./flags.ts";
import { findSeen } from "../sessions/driven.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listPolicies = defineOperation({
  name: "list_policies",
  summary:
    "List what agents' tools may do without asking, must not do, or always ask for; per team, agent and session.",
  kind: "read",
  permission: "task:read",
  input: schema.listPoliciesInput,
  output: schema.policyList,
  run: async (context, input) => ({ policies: await queries.listPolicies(context, input) }),
});

export const setPolicy = defineOperation({
  name: "set_policy",
  summary: "Allow, deny or always ask for a tool, path, command or host, in a team, for an agent or in a session.",
  kind: "command",
  permission: "request:answer",
  input: schema.setPolicyInput,
  output: schema.policyResult,
  run: async (context, input) => one(context, await service.setPolicy(context, input)),
});

export const removePolicy = defineOperation({
  name: "remove_policy",
  summary: "Remove a policy on tools. What it has let happen stays.",
  kind: "command",
  permission: "request:answer",
  hints: { idempotent: true, destructive: true },
  input: schema.removePolicyInput,
  output: schema.removedPolicy,
  run: async (context, { policyId }) => {
    await service.removePolicy(context, policyId);
    return { removed: true as const };
  },
});

export const explainPermission = defineOperation({
  name: "explain_permission",
  summary: "Tell what would be decided about a tool's action, and why, without doing or asking anything.",
  kind: "read",
  permission: "task:read",
  input: schema.explainInput,
  output: schema.explainResult,
  run: async (context, { sessionId, teamId, ask }) => {
    if (sessionId) {
      const session = await findSeen(context, sessionId);
      return (await weigh(context, { session, ask })).decided;
    }
    return weighInTeam(context, (await findTeam(context, teamMeant(context, teamId))).id, ask);
  },
});

export const getSessionFlags = defineOperation({
  name: "get_session_flags",
  summary:
    "Tell which of untrusted input, private data and outward effect a session has had; the third needs a person.",
  kind: "read",
  permission: "session:use",
  input: schema.flagsInput,
  output: schema.flagsResult,
  run: async (context, { sessionId }) => {
    await findSeen(context, sessionId);
    const raised = await readFlags(context, sessionId);
    const flags = raised.map(({ flag, because, raisedAt, requestId }) => ({
      ...{ flag, because, requestId },
      raisedAt: raisedAt.toISOString(),
    }));
    const note =
      flags.length < 2
        ? `It may still take up ${flags.length === 0 ? "any two" : "one more"} without a person.`
        : flags.length === 2
          ? "It has two of three: the third needs a person."
          : "It has all three: a person let it.";
    return { flags, note };
  },
});

async function one(context: Context, id: string) {
  const [policy] = await queries.readPolicies(context, sql`p.id = ${id}`);
  if (!policy) throw new AppError("not_found", `There is no policy ${id} here.`);
  return { policy };
}
