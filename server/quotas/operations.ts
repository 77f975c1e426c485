import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { findMember } from "./finding.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const getQuota = defineOperation({
  name: "get_quota",
  summary: "Tell how much of sessions somebody may use and has used today: at once, hours, tokens, money.",
  kind: "read",
  permission: "org:read",
  input: schema.quotaInput,
  output: schema.quotaResult,
  run: async (context, { userId }) => {
    const { actor } = context;
    if (userId !== undefined && userId !== actor.id && !actor.permissions.has("budgets:manage"))
      throw new AppError("forbidden", "Only admins read the quotas of others.");
    if (userId) await findMember(context, userId);
    return read(context, userId === undefined ? actor.id : userId);
  },
});

export const setQuota = defineOperation({
  name: "set_quota",
  summary:
    "Limit what sessions a person may use: at once, hours, tokens and money a day; or everybody's without their own.",
  kind: "command",
  permission: "budgets:manage",
  hints: { idempotent: true },
  input: schema.setQuotaInput,
  output: schema.quotaResult,
  run: async (context, input) => {
    await service.setQuota(context, input);
    return read(context, input.userId);
  },
});

async function read(context: Context, userId: string | null) {
  const limits = await service.quotaOf(context, userId);
  const nothing = { sessionsAtOnce: null, hoursADay: null, tokensADay: null, microsADay: null };
  return { userId, limits, used: userId ? await service.usedBy(context, userId) : nothing };
}
