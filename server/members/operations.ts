import { defineOperation } from "../operation.ts";
import * as invitations from "./invitations.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listMembers = defineOperation({
  name: "list_members",
  summary: "List the people of the organization: role, teams, and who is deactivated.",
  kind: "read",
  permission: "org:read",
  input: schema.listMembersInput,
  output: schema.memberList,
  run: queries.listMembers,
});

export const changeMemberRole = defineOperation({
  name: "change_member_role",
  summary: "Give a member another role. Only owners make owners, and the last owner stays one.",
  kind: "command",
  permission: "people:manage",
  hints: { idempotent: true },
  input: schema.changeRoleInput,
  output: schema.memberResult,
  run: async (context, input) => {
    await service.changeMemberRole(context, input);
    return { member: await queries.readMember(context, input.userId) };
  },
});

export const deactivateMember = defineOperation({
  name: "deactivate_member",
  summary:
    "Close every door to a member within seconds: sessions, the keys they made, live pages. What they held goes back.",
  kind: "command",
  permission: "people:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.memberInput,
  output: schema.memberResult,
  run: async (context, { userId }) => {
    await service.deactivateMember(context, userId);
    return { member: await queries.readMember(context, userId) };
  },
});

export const reactivateMember = defineOperation({
  name: "reactivate_member",
  summary: "Let a deactivated member in again, with the role and teams they had.",
  kind: "command",
  permission: "people:manage",
  hints: { idempotent: true },
  input: schema.memberInput,
  output: schema.memberResult,
  run: async (context, { userId }) => {
    await service.reactivateMember(context, userId);
    return { member: await queries.readMember(context, userId) };
  },
});

export const createPasswordReset = defineOperation({
  name: "create_password_reset",
  summary: "Make a link with which a member sets a new password, once and within an hour. Hand it to nobody else.",
  kind: "command",
  permission: "people:manage",
  // Passwords belong to the person, not to the organization: the tables are everybody's.
  scope: "instance",
  hints: { secret: true },
  input: schema.memberInput,
  output: schema.resetLink,
  run: (context, { userId }) => service.createPasswordReset(context, userId),
});

export const inviteMember = defineOperation({
  name: "invite_member",
  summary: "Make a link that lets one person in. It is shown once and ends after seven days.",
  kind: "command",
  permission: "people:manage",
  hints: { secret: true },
  input: schema.inviteInput,
  output: schema.inviteResult,
  run: async (context, input) => {
    const { id, link } = await invitations.inviteMember(context, input);
    return { invitation: await queries.readInvitation(context, id), link };
  },
});

export const listInvitations = defineOperation({
  name: "list_invitations",
  summary: "List the invitations that are open: for whom, by whom, until when.",
  kind: "read",
  permission: "people:manage",
  input: schema.listInvitationsInput,
  output: schema.invitationList,
  run: queries.listInvitations,
});

export const revokeInvitation = defineOperation({
  name: "revoke_invitation",
  summary: "Take an invitation back; its link stops working.",
  kind: "command",
  permission: "people:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.invitationInput,
  output: schema.invitationResult,
  run: async (context, { invitationId }) => {
    await invitations.revokeInvitation(context, invitationId);
    return { invitation: await queries.readInvitation(context, invitationId) };
  },
});

export const acceptInvitation = defineOperation({
  name: "accept_invitation",
  summary: "Join the organization that an invitation link leads to.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  input: schema.acceptInput,
  output: schema.acceptResult,
  run: (context, { token }) => invitations.joinByInvitation(context, token),
});
