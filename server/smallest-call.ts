import { z } from "zod";

/**
 * The smallest input that works, of operations all of whose fields are optional because they are called in several ways:
 * their names alone do not tell what is needed. Only refusals say it, so the list of tools is no longer for it.
 */
export const smallestCalls = z.registry<{ call: Record<string, unknown> }>();
