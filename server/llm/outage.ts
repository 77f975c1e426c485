import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { openRequest } from "../human-requests/service.ts";
import { partsOf } from "../models/routing.ts";
import type { CallFailure } from "./failures.ts";
import type { Prepared } from "./reserving.ts";

/**
 * Writes down what a failure means for later calls, for all processes: a pause the provider asked for; or, where only
 * people can help, that nothing is called there until they do, which they are told once, in the inbox and on the page.
 */
export async function noteFailure(
  context: Context,
  { credential, model }: Prepared,
  { kind, message, retryAfterSeconds }: CallFailure,
  teamId: string,
): Promise<void> {
  const { tx, actor } = context;
  if (kind === "busy" || retryAfterSeconds !== undefined) {
    await tx.execute(sql`insert into provider_pauses (org_id, credential_id, paused_until, reason)
      select c.org_id, c.id, clock_timestamp() + make_interval(secs => ${retryAfterSeconds ?? 0}), ${message}
        from model_credentials c where c.org_id = ${actor.orgId} and c.id = ${credential.id} and c.removed_at is null
      on conflict (org_id, credential_id) do update set reason = excluded.reason,
        paused_until = greatest(provider_pauses.paused_until, excluded.paused_until)`);
    return;
  }
  if (kind !== "key" && kind !== "model") return;
  const { provider } = credential;
  const { name } = partsOf(model);
  // Many calls fail at once for one reason: the first tells it.
  const [news] =
    await tx.execute(sql`select 1 from model_credentials c where c.org_id = ${actor.orgId} and c.id = ${credential.id}
    and c.removed_at is null and c.status = 'working' ${kind === "model" ? sql`and not c.gone_models ? ${name}` : sql``} for update`);
  if (!news) return;
  if (kind === "key")
    await record(context, "credential.refused", [{ subject: credential.id, data: { provider, problem: message } }]);
  else
    await record(context, "credential.model_gone", [
      { subject: credential.id, data: { provider, model: name, problem: message } },
    ]);
  // A person's own key is their own business: they read it in the session and on the page of keys.
  if (credential.userId !== null) return;
  await openRequest(context, {
    kind: "question",
    teamId,
    title: kind === "key" ? `The key of ${provider} is refused` : `${provider} does not know the model ${name}`,
    detail: `${provider} answered: ${message}\n\nNothing is called ${kind === "key" ? "there" : "with this model"} until an owner or admin saves the key anew in the settings${kind === "model" ? ", or chooses another model in the routing table" : ""}. Work goes to the next model of its tier where there is one, and waits otherwise.`,
    options: [{ value: "seen", label: "I see to it" }],
    data: { credentialId: credential.id, ...(kind === "model" ? { model: name } : {}), at: context.now.toISOString() },
  });
}
