import { actorOfRequest } from "#server/auth/session.ts";
import type { Door } from "#server/door.ts";
import { webRuntime } from "#server/runtime.ts";

/** The doors of the web process: its runtime, and how it knows who asks. */
export async function webDoor(): Promise<Door> {
  return { runtime: await webRuntime(), authenticate: actorOfRequest };
}
