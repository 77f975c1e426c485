import type { OrgRole } from "#db/enums.ts";

export const roleWords: Record<OrgRole, { label: string; may: string }> = {
  owner: { label: "Owner", may: "Everything, including other owners." },
  admin: { label: "Admin", may: "People, teams, keys, repositories, pause, and all work." },
  member: { label: "Member", may: "Work in their teams: tasks, messages, reviews." },
  viewer: { label: "Viewer", may: "Read what their teams read. Change nothing." },
};

/** The roles a person may give: only owners make owners. */
export function rolesToGive(isOwner: boolean): readonly OrgRole[] {
  return isOwner ? ["owner", "admin", "member", "viewer"] : ["admin", "member", "viewer"];
}
