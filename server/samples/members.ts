import type { AgentRole } from "#db/enums.ts";

/** Who the sample crew is, in every team it is called to. The names say what they are wherever they stand. */
export const crewMembers: readonly { name: string; role: AgentRole }[] = [
  { name: "sample-ada", role: "engineer" },
  { name: "sample-grace", role: "engineer" },
  { name: "sample-linus", role: "engineer" },
  { name: "sample-margaret", role: "reviewer" },
];
