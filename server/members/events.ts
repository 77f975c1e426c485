import { z } from "zod";
import { orgRoles } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const memberEvents = {
  "member.joined": z.object({ role: z.enum(orgRoles) }),
  "member.role_changed": z.object({ role: z.enum(orgRoles) }),
  "member.deactivated": none,
  "member.reactivated": none,
  /** A refresh token of this person came a second time: somebody else has it. All tokens of its family ended. */
  "member.token_reused": z.object({ family: id }),
  /** Somebody made a link that sets a new password for this member. */
  "member.reset_link_made": none,
  "member.password_reset": none,
  "invitation.created": z.object({
    email: text.nullable(),
    role: z.enum(orgRoles),
    teamIds: z.array(id),
    tokenHash: text,
    expiresAt: at,
  }),
  "invitation.accepted": z.object({ userId: id }),
  "invitation.revoked": none,
} as const;
