import { z } from "zod";
import { text, paused, resumed } from "../events/shapes.ts";

export const organizationEvents = {
  "organization.created": z.object({ name: text, slug: text }),
  "organization.renamed": z.object({ name: text }),
  "organization.paused": paused,
  "organization.resumed": resumed,
} as const;
