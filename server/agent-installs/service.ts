import { sql } from "drizzle-orm";
import { actorRef, type Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findInstallable, installableKinds, installedAgent } from "./finding.ts";

/** A worker that has not said anything for so long is dead: another installs. */
export const silentSeconds = 60;

/**
 * Has a worker install an agent's programs. Asking again while it is under way changes nothing.
 * @throws AppError invalid for a kind that needs no installing or is unknown.
 */
export async function requestInstall(context: Context, name: string): Promise<string> {
  const { tx, actor, settings, hints } = context;
  const kind = findInstallable(name);
  if (!kind)
    throw new AppError("invalid", `${name} is not installed here this way. These are: ${installableKinds.join(", ")}.`);
  const isThere = installedAgent(settings.dataDir, kind) !== undefined;
  const [status, detail, percent] = isThere
    ? (["installed", "It is installed.", 100] as const)
    : (["requested", "A worker begins in a moment.", 0] as const);
  await tx.execute(sql`insert into agent_installs (org_id, kind, status, detail, percent, requested_by, requested_at, updated_at)
    values (${actor.orgId}, ${kind}, ${status}, ${detail}, ${percent}, ${JSON.stringify(actorRef(actor))}::text::jsonb, now(), now())
    on conflict (org_id, kind) do update set status = excluded.status, detail = excluded.detail, percent = excluded.percent,
      requested_by = excluded.requested_by, requested_at = excluded.requested_at, updated_at = excluded.updated_at
      where agent_installs.status <> 'installing' or ${isThere} or agent_installs.updated_at < now() - make_interval(secs => ${silentSeconds})`);
  hints.push({ topic: "install_asked", orgId: actor.orgId });
  return kind;
}
