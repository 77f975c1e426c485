import { z } from "zod";

export const password = z.string().min(8, "Use at least 8 characters.").max(200, "Use at most 200 characters.");

const name = z.string().trim().min(1, "Tell us what to call you.").max(100);

/** What signing up asks for. Shared by the page and the route. */
export const registerInput = z.strictObject({
  name,
  email: z.string().trim().min(3, "Give an e-mail address.").max(254),
  password,
  organization: z.string().trim().max(100).optional(),
  invitation: z.string().min(1).max(200).optional(),
});
export type RegisterInput = z.output<typeof registerInput>;

export const registered = z.object({
  slug: z.string().describe("The organization to begin in."),
  user: z.object({ id: z.uuid(), name: z.string(), email: z.string() }),
});
