import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { policyAccesses, policyEffects, policyScopes, policySubjects, sessionFlags } from "../enums.ts";
import { teams } from "./organizations.ts";
import { sessions } from "./sessions.ts";

/** What the tools of coding agents may do without asking, must not do, or are always asked for. */
export const toolPolicies = snakeCase.table(
  "tool_policies",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    scope: text({ enum: policyScopes }).notNull(),
    /** The team, agent or session it holds for. */
    scopeId: uuid().notNull(),
    effect: text({ enum: policyEffects }).notNull(),
    /** What the pattern is of. */
    subject: text({ enum: policySubjects }).notNull(),
    /** Of paths: reading or writing; null: both. */
    access: text({ enum: policyAccesses }),
    pattern: text().notNull(),
    /** Why, in the words of who set it. */
    note: text().notNull(),
    /** The request it was made from with "always". */
    requestId: uuid(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    expiresAt: moment(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    /** A decision reads those of a session, its agent and its team. The same pattern holds once in a scope. */
    uniqueIndex("tool_policies_live")
      .on(table.orgId, table.scopeId, table.subject, sql`coalesce(access, '')`, table.pattern)
      .where(sql`removed_at is null`),
    /** The page of a team. */
    index("tool_policies_team").on(table.orgId, table.teamId, table.id).where(sql`removed_at is null`),
  ],
);

/**
 * Which of untrusted input, private data and outward effect a session has had. With all three, who writes the input may
 * carry the data out: the third needs a person.
 */
export const sessionFlagRows = snakeCase.table(
  "session_flags",
  {
    orgId: orgId(),
    sessionId: uuid().notNull(),
    flag: text({ enum: sessionFlags }).notNull(),
    /** The action that raised it, in words. */
    because: text().notNull(),
    raisedAt: createdAt(),
    /** The request in which a person let the session have it as its third. */
    requestId: uuid(),
    /** A person let it go on so, without being asked each time. */
    isStanding: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.sessionId, table.flag] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
  ],
);
