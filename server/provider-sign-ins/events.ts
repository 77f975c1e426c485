import { z } from "zod";
import { modelApis } from "#db/enums.ts";
import { text } from "../events/shapes.ts";

export const providerSignInEvents = {
  /** People may sign in at a provider with a code. */
  "credential.sign_in_offered": z.object({
    provider: text,
    api: z.enum(modelApis),
    baseUrl: text,
    deviceUrl: text,
    tokenUrl: text,
    clientId: text,
    scopes: text,
  }),
  "credential.sign_in_withdrawn": z.object({ provider: text }),
} as const;
