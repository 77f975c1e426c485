import { z } from "zod";
import { text } from "../events/shapes.ts";

export const securityEvents = {
  /** Somebody asked for what their role may not do. The subject is who asked. */
  "security.permission_refused": z.object({ operation: text, permission: text, role: text, ip: text.nullable() }),
  /** A person let a client in as themselves, by the code it showed. */
  "security.client_approved": z.object({ client: text, ip: text.nullable() }),
  /** A wrong password for the person who is the subject. */
  "security.sign_in_denied": z.object({ ip: text.nullable() }),
} as const;
