import { z } from "zod";
import { text, none } from "../events/shapes.ts";

export const githubAppEvents = {
  "github_app.created": z.object({ appId: z.int(), slug: text, name: text, url: text, owner: text, clientId: text }),
  "github_app.removed": none,
  "github_app.installation_changed": z.object({
    installationId: z.int(),
    account: text,
    status: z.enum(["active", "suspended", "removed"]),
  }),
  "github_app.repositories_changed": z.object({
    installationId: z.int(),
    added: z.array(z.object({ id: z.int(), fullName: text })),
    removed: z.array(z.int()),
  }),
} as const;
