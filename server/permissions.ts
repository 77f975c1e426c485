import { type AgentRole, type KeyScope, type OrgRole, orgRoles } from "#db/enums.ts";

/** What an operation may ask for. One word for the noun, one for how deep it reaches. */
export const permissions = [
  "org:read",
  "org:manage",
  "org:own",
  "people:manage",
  "keys:manage",
  "teams:manage",
  "agents:manage",
  "repos:manage",
  "work:pause",
  "task:read",
  "task:write",
  "task:claim",
  "task:manage",
  "plans:approve",
  "work:receive",
  "message:write",
  "review:write",
  "request:ask",
  "request:answer",
  "policies:manage",
  "merge:manage",
  "usage:write",
  "session:use",
  "budgets:manage",
  "channel:read",
  "channel:write",
  "webhooks:manage",
  "models:manage",
  "workspaces:use",
  "instance:use",
] as const;
export type Permission = (typeof permissions)[number];

const read = ["org:read", "task:read", "channel:read"] as const satisfies Permission[];
const work = [
  ...read,
  "task:write",
  "task:claim",
  "task:manage",
  "plans:approve",
  "work:receive",
  "message:write",
  "review:write",
  "request:ask",
  "request:answer",
  "usage:write",
  "session:use",
  "channel:write",
  "workspaces:use",
  "instance:use",
] as const satisfies Permission[];
const manage = [
  ...work,
  "org:manage",
  "people:manage",
  "keys:manage",
  "teams:manage",
  "agents:manage",
  "repos:manage",
  "work:pause",
  "policies:manage",
  "merge:manage",
  "budgets:manage",
  "webhooks:manage",
  "models:manage",
] as const satisfies Permission[];

/** The one table of who may what. Operations name a permission; nothing else decides. */
export const rolePermissions = {
  owner: [...manage, "org:own"],
  admin: manage,
  member: [...work, "merge:manage"],
  viewer: [...read, "instance:use"],
} as const satisfies Record<OrgRole, readonly Permission[]>;

/** An agent works through its leases; only a manager makes and assigns work for others. */
export const agentPermissions = {
  manager: [
    ...read,
    "work:receive",
    "task:write",
    "task:claim",
    "task:manage",
    "message:write",
    "review:write",
    "request:ask",
    "usage:write",
    "channel:write",
  ],
  engineer: [
    ...read,
    "work:receive",
    "task:write",
    "task:claim",
    "message:write",
    "request:ask",
    "usage:write",
    "channel:write",
  ],
  reviewer: [...read, "work:receive", "message:write", "review:write", "request:ask", "usage:write", "channel:write"],
} as const satisfies Record<AgentRole, readonly Permission[]>;

const scopePermissions = {
  all: permissions,
  read,
  agent: [
    ...read,
    "work:receive",
    "task:write",
    "task:claim",
    "task:manage",
    "message:write",
    "review:write",
    "request:ask",
    "usage:write",
    "channel:write",
  ],
} as const satisfies Record<KeyScope, readonly Permission[]>;

/** What the token of a session on a review may do, of what its agent may: read, and judge. */
export const narrowToReview = (granted: ReadonlySet<Permission>): ReadonlySet<Permission> =>
  new Set([...read, "review:write" as const].filter((permission) => granted.has(permission)));

/** The roles of people that have a permission, in words: "admins and owners". */
export function whoMay(permission: Permission): string {
  const roles = orgRoles.filter((role) => rolePermissions[role].some((one) => one === permission));
  const names = roles.map((role) => `${role}s`).toReversed();
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What a key may do: what its owner may, narrowed to its scopes. */
export function narrowToScopes(granted: readonly Permission[], scopes: readonly KeyScope[]): ReadonlySet<Permission> {
  const inScope = new Set<Permission>(scopes.flatMap((scope) => [...scopePermissions[scope]]));
  return new Set(granted.filter((permission) => inScope.has(permission)));
}
