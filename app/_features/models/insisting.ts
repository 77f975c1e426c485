import { z } from "zod";

const refusal = z.object({ data: z.object({ details: z.object({ possible: z.literal("evenIfRefused") }) }) });

/** Whether saving it anyway helps: the provider refused, or did not answer. An address that is not called stays so. */
export const canInsist = (error: unknown): boolean => refusal.safeParse(error).success;
