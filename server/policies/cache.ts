import { and, eq, gt, inArray, isNull, or } from "drizzle-orm";
import { toolPolicies } from "#db/schema/policies.ts";
import type { Context } from "../context.ts";
import type { Wake } from "../events/wake.ts";
import type { Rule } from "./rules.ts";

/** Policies as decisions read them: kept for up to 300 seconds, and read anew when any of the organization changes. */
export interface PolicyCache {
  rulesOf(context: Context, scopes: readonly string[]): Promise<readonly Rule[]>;
  close(): void;
}

const keptSeconds = 300;
const mostKept = 2_000;

type Kept = Rule & { expiresAt: Date | null };

/** A cache for one process. A change is told by the wake; what no hint tells is seen when the time is over. */
export function openPolicyCache(wake: Pick<Wake, "on">): PolicyCache {
  const kept = new Map<string, { orgId: string; rules: Kept[]; until: number }>();
  // While rules are read a change may come: what was read before it is not kept.
  let changes = 0;
  const off = wake.on("policies_changed", (orgId) => {
    // The poll hints at everything, every second; only a change that names its organization throws away.
    if (orgId === undefined) return;
    changes++;
    for (const [key, entry] of kept) if (entry.orgId === orgId) kept.delete(key);
  });
  return {
    async rulesOf(context, scopes) {
      const { orgId } = context.actor;
      const key = [orgId, ...scopes].join("|");
      const found = kept.get(key);
      if (found && found.until > Date.now()) return live(found.rules, context.now);
      const before = changes;
      const rules = await readRules(context, scopes);
      if (kept.size >= mostKept) kept.clear();
      if (changes === before) kept.set(key, { orgId, rules, until: Date.now() + keptSeconds * 1_000 });
      return live(rules, context.now);
    },
    close: off,
  };
}

const live = (rules: readonly Kept[], now: Date) => rules.filter(({ expiresAt }) => !expiresAt || expiresAt > now);

/** What holds for a session: its own policies, its agent's, its team's. */
export async function readRules({ tx, actor, now }: Context, scopes: readonly string[]): Promise<Kept[]> {
  return tx
    .select({
      id: toolPolicies.id,
      effect: toolPolicies.effect,
      subject: toolPolicies.subject,
      access: toolPolicies.access,
      pattern: toolPolicies.pattern,
      expiresAt: toolPolicies.expiresAt,
    })
    .from(toolPolicies)
    .where(
      and(
        eq(toolPolicies.orgId, actor.orgId),
        inArray(toolPolicies.scopeId, [...scopes]),
        isNull(toolPolicies.removedAt),
        or(isNull(toolPolicies.expiresAt), gt(toolPolicies.expiresAt, now)),
      ),
    )
    .orderBy(toolPolicies.id);
}
