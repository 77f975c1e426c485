import { z } from "zod";
import { memberStatuses, orgRoles } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

const role = z.enum(orgRoles);

export const member = z.object({
  userId: id,
  name: z.string(),
  email: z.string().nullable().describe("Shown to people only."),
  role,
  status: z.enum(memberStatuses),
  teams: z
    .array(z.object({ id, name: z.string() }))
    .describe("Owners and admins reach every team without being listed in it."),
  joinedAt: isoTime,
});
export type Member = z.output<typeof member>;

export const listMembersInput = z.strictObject({
  deactivated: z.boolean().default(true).describe("Also the deactivated ones."),
});
export const memberList = z.object({ members: z.array(member) });

export const changeRoleInput = z.strictObject({ userId: id, role });
export const memberInput = z.strictObject({ userId: id });
export const resetLink = z.object({
  link: z.string().describe("Opens a page that sets a new password. It works once and is shown this once."),
  expiresAt: isoTime,
});
export const memberResult = z.object({ member });

export const invitation = z.object({
  id,
  email: z.string().nullable(),
  role,
  teams: z.array(z.object({ id, name: z.string() })),
  invitedBy: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  createdAt: isoTime,
  expiresAt: isoTime,
  status: z.enum(["open", "accepted", "revoked", "expired"]),
});
export type Invitation = z.output<typeof invitation>;

export const inviteInput = z.strictObject({
  email: z
    .email()
    .max(254)
    .nullable()
    .default(null)
    .describe("Only this address can accept it. Left out: whoever has the link."),
  role: role.default("member"),
  teamIds: z.array(id).max(100).default([]).describe("Teams they join."),
});
export const inviteResult = z.object({
  invitation,
  link: z.string().describe("Send it to the person. It is shown this once, works once, and ends after seven days."),
});

export const listInvitationsInput = z.strictObject({
  ended: z.boolean().default(false).describe("Also accepted, revoked and expired ones."),
});
export const invitationList = z.object({ invitations: z.array(invitation) });
export const invitationInput = z.strictObject({ invitationId: id });
export const invitationResult = z.object({ invitation });

export const acceptInput = z.strictObject({ token: z.string().min(1).max(200).describe("The last part of the link.") });
export const acceptResult = z.object({ orgId: id, slug: z.string(), role });
