import type { RefusedAction } from "#db/enums.ts";
import type { Wording } from "./about.ts";
import { fieldsOf, afterPause, said } from "./words.ts";

/** People, teams and keys, in words. */
export const peopleWording = {
  "organization.created": ({ name }) => ({ face: "organization", parts: ["made the organization ", { name }] }),
  "organization.renamed": ({ name }) => ({ face: "organization", parts: ["renamed the organization to ", { name }] }),
  "organization.paused": ({ reason, mode }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped all work" : "paused all work"],
    quote: said(reason),
    tone: "warning",
  }),
  "organization.resumed": (data) => ({
    face: "resumed",
    parts: ["let work start again", afterPause(data)],
    tone: "success",
  }),
  "member.joined": ({ role }, { subject, isOwn, subjectId }) => ({
    face: "person",
    parts: isOwn(subjectId)
      ? [`joined as ${roleWords[role]}`]
      : ["let ", subject("somebody"), ` in as ${roleWords[role]}`],
  }),
  "member.role_changed": ({ role }, { subject }) => ({
    face: "person",
    parts: ["made ", subject("somebody"), ` ${roleWords[role]}`],
  }),
  "member.deactivated": (_, { subject }) => ({
    face: "person",
    parts: ["deactivated ", subject("a member")],
    tone: "warning",
  }),
  "member.reactivated": (_, { subject }) => ({ face: "person", parts: ["reactivated ", subject("a member")] }),
  "member.token_reused": (_, { subject }) => ({
    face: "person",
    parts: ["ended a sign-in of ", subject("a member"), ": its refresh token was used twice"],
    tone: "warning",
  }),
  "member.reset_link_made": (_, { subject }) => ({
    face: "person",
    parts: ["made a link to set a new password for ", subject("a member")],
    tone: "warning",
  }),
  "member.password_reset": (_, { subject }) => ({
    face: "person",
    parts: ["set a new password for ", subject("a member"), " by a link"],
  }),
  "invitation.created": ({ email, role }) => ({
    face: "person",
    parts: ["invited ", email === null ? "whoever has the link" : { name: email }, ` as ${roleWords[role]}`],
  }),
  "invitation.accepted": ({ userId }, { name, isOwn }) => ({
    face: "person",
    parts: isOwn(userId) ? ["accepted an invitation"] : ["let ", name(userId, "somebody"), " accept an invitation"],
  }),
  "invitation.revoked": () => ({ face: "person", parts: ["revoked an invitation"] }),
  "team.created": ({ name }) => ({ face: "team", parts: ["made the team ", { name }] }),
  "team.updated": (data, { subject }) => ({
    face: "team",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a team")],
  }),
  "team.paused": ({ reason, mode }, { subject }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped " : "paused ", subject("the team")],
    quote: said(reason),
    tone: "warning",
  }),
  "team.resumed": (data, { subject }) => ({
    face: "resumed",
    parts: ["resumed ", subject("the team"), afterPause(data)],
    tone: "success",
  }),
  "team.archived": (_, { subject }) => ({ face: "archived", parts: ["archived the team ", subject("")] }),
  "team.member_added": ({ userId }, { name, subject }) => ({
    face: "person",
    parts: ["took ", name(userId, "somebody"), " into ", subject("the team")],
  }),
  "team.member_removed": ({ userId }, { name, subject }) => ({
    face: "person",
    parts: ["took ", name(userId, "somebody"), " out of ", subject("the team")],
  }),
  "security.permission_refused": ({ operation, permission }) => ({
    face: "key",
    parts: [`was refused ${operation}: it needs ${permission}`],
    tone: "warning",
  }),
  "security.action_refused": ({ what, words, times }) => ({
    face: "key",
    parts: [`${refusedWords[what]}${times > 1 ? `, ${times.toLocaleString("en")} times more within a while` : ""}`],
    quote: said(words?.join("\n")),
    tone: "warning",
  }),
  "security.client_approved": ({ client, ip }) => ({
    face: "key",
    parts: ["let ", { name: client }, ` in as themselves for seven days${ip ? `, from ${ip}` : ""}`],
  }),
  "security.sign_in_denied": ({ ip }, { subject }) => ({
    face: "key",
    parts: ["refused a wrong password for ", subject("somebody"), ip ? ` from ${ip}` : ""],
    tone: "warning",
  }),
  "api_key.created": ({ name, agentId, lastFour }, { name: nameOf }) => ({
    face: "key",
    parts: [
      "made the API key ",
      { name },
      ` (…${lastFour})`,
      ...(agentId === null ? [] : [" for ", nameOf(agentId, "an agent")]),
    ],
  }),
  "api_key.rotated": (_, { subject }) => ({
    face: "key",
    parts: ["replaced the API key ", subject("whose name is gone"), " by a new one"],
  }),
  "api_key.revoked": (_, { subject }) => ({
    face: "key",
    parts: ["revoked the API key ", subject("whose name is gone")],
    tone: "warning",
  }),
  "api_key.token_reused": (_, { subject }) => ({
    face: "key",
    parts: ["ended tokens of the API key ", subject("whose name is gone"), ": a refresh token was used twice"],
    tone: "warning",
  }),
  "handle.given": ({ handle }, { subject }) => ({
    face: "person",
    parts: ["gave ", subject("somebody"), " the handle ", { name: handle }],
  }),
} satisfies Partial<Wording>;

const roleWords = { owner: "an owner", admin: "an admin", member: "a member", viewer: "a viewer" } as const;

const refusedWords: Record<RefusedAction, string> = {
  tool: "was denied a tool by a rule",
  push: "was refused a push",
  path: "was refused a path outside of its folder",
  sandbox: "was ended by a limit of its sandbox",
  model: "was refused a call of a model for want of money",
  set_up: "was refused a host that a set-up asked for",
};
