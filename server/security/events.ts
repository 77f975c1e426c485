import { z } from "zod";
import { refusedActions } from "#db/enums.ts";
import { id, text } from "../events/shapes.ts";

export const securityEvents = {
  /** Somebody asked for what their role may not do. The subject is who asked. */
  "security.permission_refused": z.object({ operation: text, permission: text, role: text, ip: text.nullable() }),
  /** An agent or a person tried what a rule, a door or a limit refuses: the first time, or several times since that was told. */
  "security.action_refused": z.object({
    what: z.enum(refusedActions),
    sessionId: id.nullable(),
    /** For those who read the audit. */
    words: z.array(text).optional(),
    times: z.int(),
  }),
  /** A person let a client in as themselves, by the code it showed. */
  "security.client_approved": z.object({ client: text, ip: text.nullable() }),
  /** A wrong password for the person who is the subject. */
  "security.sign_in_denied": z.object({ ip: text.nullable() }),
} as const;
