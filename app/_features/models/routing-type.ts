import type { z } from "zod";
import type { routing } from "#server/models/schema.ts";

export type Routing = z.output<typeof routing>;
