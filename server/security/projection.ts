import type { Projections } from "../events/projection.ts";

type Types = "security.permission_refused" | "security.client_approved" | "security.sign_in_denied";

/** What was refused changes nothing: it stands in the log alone, for the audit. */
const keptInTheLog = () => Promise.resolve();

export const securityProjections: Projections<Types> = {
  "security.permission_refused": keptInTheLog,
  "security.client_approved": keptInTheLog,
  "security.sign_in_denied": keptInTheLog,
};
