import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";

/** The extension by which a call becomes a task that its caller asks for later (SEP-2663); no library implements it yet. */
export const TASKS = "io.modelcontextprotocol/tasks";

const envelope = z.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({
    elicitation: z.unknown().optional(),
    sampling: z.unknown().optional(),
    extensions: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What the client says it can do, in this very request; in the older era it says so once, when it connects. */
export const capabilitiesOf = ({ mcpReq }: ServerContext) =>
  envelope.safeParse(mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY];

/** Whether the client of this request can be given a task instead of a result. */
export function takesTasks(context: ServerContext): boolean {
  return capabilitiesOf(context)?.extensions?.[TASKS] !== undefined;
}

/** @throws MissingRequiredClientCapabilityError (-32021) for a client that did not declare the extension. */
export function requireTasks(context: ServerContext): void {
  if (!takesTasks(context))
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
}
