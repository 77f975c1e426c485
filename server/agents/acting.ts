import { and, eq } from "drizzle-orm";
import { agents } from "#db/schema/organizations.ts";
import { agentActor } from "../auth/actor.ts";
import type { Actor, Context } from "../context.ts";

/** An agent that is started here, as it acts, and how it is started. */
interface ActingAgent {
  actor: Actor;
  agentKind: string | null;
  mode: string | null;
  model: string | null;
}

/** An agent of the organization, whose work the product does in its name. Undefined for one that is not there. */
export async function readActing({ tx, actor }: Context, agentId: string): Promise<ActingAgent | undefined> {
  const [agent] = await tx
    .select()
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, agentId)));
  if (!agent) return undefined;
  const { id, orgId, teamId, runtime, name, role, agentKind, mode, model } = agent;
  return {
    actor: agentActor(id, { orgId, teamId, runtime, agentName: name, agentRole: role }),
    agentKind,
    mode,
    model,
  };
}
