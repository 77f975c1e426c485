import type { Caller } from "#server/door.ts";

/** Whose a session or a task is. A key, not only its agent: both end with the key they were opened with. */
export const principalOf = ({ actor }: Pick<Caller, "actor">): string =>
  `${actor.orgId}|${actor.id}|${actor.keyId ?? ""}`;
