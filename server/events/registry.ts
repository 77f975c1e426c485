import type { z } from "zod";
import type { Actor } from "../context.ts";
import { organizationEvents } from "../organizations/events.ts";
import { memberEvents } from "../members/events.ts";
import { teamEvents } from "../teams/events.ts";
import { agentEvents } from "../agents/events.ts";
import { securityEvents } from "../security/events.ts";
import { sandboxEvents } from "../sandboxes/events.ts";
import { apiKeyEvents } from "../api-keys/events.ts";
import { repoEvents } from "../repos/events.ts";
import { taskEvents } from "../tasks/events.ts";
import { taskContextEvents } from "../task-contexts/events.ts";
import { learningEvents } from "../learnings/events.ts";
import { knowledgeEvents } from "../knowledge/events.ts";
import { mcpServerEvents } from "../mcp-servers/events.ts";
import { verificationEvents } from "../verifications/events.ts";
import { planEvents } from "../plans/events.ts";
import { worktreeEvents } from "../worktrees/events.ts";
import { messageEvents } from "../messages/events.ts";
import { reviewEvents } from "../reviews/events.ts";
import { mergeEvents } from "../merges/events.ts";
import { humanRequestEvents } from "../human-requests/events.ts";
import { toolPolicyEvents } from "../policies/events.ts";
import { quotaEvents } from "../quotas/events.ts";
import { reportEvents } from "../reports/events.ts";
import { templateEvents } from "../templates/events.ts";
import { scheduleEvents } from "../schedules/events.ts";
import { budgetEvents } from "../budgets/events.ts";
import { priceEvents } from "../prices/events.ts";
import { sessionEvents } from "../sessions/events.ts";
import { channelEvents } from "../channels/events.ts";
import { webhookEvents } from "../webhooks/events.ts";
import { githubAppEvents } from "../github-apps/events.ts";
import { credentialEvents } from "../credentials/events.ts";
import { providerSignInEvents } from "../provider-sign-ins/events.ts";
import { modelEvents } from "../models/events.ts";
import { workspaceEvents } from "../workspaces/events.ts";

/**
 * Every type of event and the shape of its data: what happened, in words that stay true for ever. Nothing secret, since
 * no event can be changed or removed. A type is added by one line in its noun's list, one in its projection, one `record`.
 */
export const eventData = {
  ...organizationEvents,
  ...memberEvents,
  ...teamEvents,
  ...agentEvents,
  ...securityEvents,
  ...sandboxEvents,
  ...apiKeyEvents,
  ...repoEvents,
  ...taskEvents,
  ...taskContextEvents,
  ...learningEvents,
  ...knowledgeEvents,
  ...mcpServerEvents,
  ...verificationEvents,
  ...planEvents,
  ...worktreeEvents,
  ...messageEvents,
  ...reviewEvents,
  ...mergeEvents,
  ...humanRequestEvents,
  ...toolPolicyEvents,
  ...quotaEvents,
  ...reportEvents,
  ...templateEvents,
  ...scheduleEvents,
  ...budgetEvents,
  ...priceEvents,
  ...sessionEvents,
  ...channelEvents,
  ...webhookEvents,
  ...githubAppEvents,
  ...credentialEvents,
  ...providerSignInEvents,
  ...modelEvents,
  ...workspaceEvents,
} as const;

export type EventType = keyof typeof eventData;
export type EventData<Type extends EventType> = z.output<(typeof eventData)[Type]>;

/** An event of the log that led to another. */
export interface Cause {
  seq: number;
  correlationId: string;
}

/** One thing that happened, as `record` takes it. */
export interface NewEvent<Type extends EventType = EventType> {
  /** What it happened to; for `….created` events the id the new row gets. */
  subject: string;
  team?: string | null;
  /** The task whose timeline shows it. */
  task?: string | null;
  data: z.input<(typeof eventData)[Type]>;
  /** Only where one transaction serves several organizations (the dispatcher), or makes one. */
  orgId?: string;
  /** Only where one transaction has several causes: the event that led to this one, whose correlation goes on with it. */
  because?: Cause | undefined;
  /** Only where the system acts for somebody (an agent whose parked request is served). */
  actor?: Pick<Actor, "kind" | "id" | "name">;
}

/** An event on its way to the log, in the shape `append_events` reads. */
export interface PendingEvent {
  orgId: string;
  id: string;
  type: EventType;
  teamId: string | null;
  taskId: string | null;
  subjectId: string;
  actor: Pick<Actor, "kind" | "id" | "name">;
  correlationId: string;
  causeSeq: number | null;
  data: unknown;
  at: string;
}
