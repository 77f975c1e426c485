import { z } from "zod";
import { policyAccesses, policyEffects, policyScopes, policySubjects, sessionFlags } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const toolPolicyEvents = {
  /** What the tools of coding agents may do in a team, of an agent, in a session. */
  "tool_policy.set": z.object({
    scope: z.enum(policyScopes),
    scopeId: id,
    effect: z.enum(policyEffects),
    subject: z.enum(policySubjects),
    access: z.enum(policyAccesses).nullable(),
    pattern: text,
    note: text,
    requestId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "tool_policy.removed": none,
  /** What a session has had to do with. The subject is the session. */
  "session.flagged": z.object({
    flags: z.array(z.enum(sessionFlags)),
    because: text,
    requestId: id.nullable(),
    isStanding: z.boolean(),
  }),
} as const;
