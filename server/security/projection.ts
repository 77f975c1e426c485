import type { Projections } from "../events/projection.ts";
import type { securityEvents } from "./events.ts";

/** What was refused changes nothing: it stands in the log alone, for the audit. */
const keptInTheLog = () => Promise.resolve();

export const securityProjections: Projections<typeof securityEvents> = {
  "security.permission_refused": keptInTheLog,
  "security.action_refused": keptInTheLog,
  "security.client_approved": keptInTheLog,
  "security.sign_in_denied": keptInTheLog,
};
