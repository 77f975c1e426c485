import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { ReviewRule, WorkingHours } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { isBranchName } from "../git/names.ts";
import { requireInTeam } from "../teams/crew.ts";
import { lockLivingTeam } from "../teams/service.ts";
import { conventionsLimit, type updateTeamSettingsInput } from "./schema.ts";

/**
 * Changes how a team works. With the version that was read, only when nobody changed it since.
 * @throws AppError conflict for an older version or an archived team; invalid for what cannot be.
 */
export async function updateTeamSettings(
  context: Context,
  { teamId, version, ...changes }: z.output<typeof updateTeamSettingsInput>,
): Promise<void> {
  const team = await lockLivingTeam(context, teamId);
  if (version !== undefined && version !== team.version)
    throw new AppError(
      "conflict",
      `These settings were changed since you read them (version ${version}, now ${team.version}). Read them again with get_team_settings.`,
      { version: team.version },
    );
  const { branchPrefix, workingHours, reviewRules } = changes;
  if (branchPrefix !== undefined) await refusePrefix(context, teamId, branchPrefix);
  if (workingHours) await refuseHours(context, workingHours);
  if (reviewRules) await refuseRules(context, teamId, reviewRules);
  if (Object.values(changes).every((value) => value === undefined)) return;
  await record(context, "team.updated", [{ subject: teamId, team: teamId, data: changes }]);
}

/** Adds a rule to what every agent of the team is told; one that stands there is not added again. */
export async function addConvention(
  context: Context,
  { teamId, text }: { teamId: string; text: string },
): Promise<string> {
  const { conventions } = await lockLivingTeam(context, teamId);
  // Further lines of a point are set in, so that they stay its own.
  const point = `- ${text.replaceAll("\n", "\n  ")}`;
  if (conventions.split(/\n(?=- )/).includes(point)) return conventions;
  const longer = conventions === "" ? point : `${conventions.trimEnd()}\n${point}`;
  if (longer.length > conventionsLimit)
    throw new AppError(
      "conflict",
      `The conventions would be longer than ${conventionsLimit} characters, which every agent reads with every task. Shorten them with update_team_settings first.`,
    );
  await record(context, "team.updated", [{ subject: teamId, team: teamId, data: { conventions: longer } }]);
  return longer;
}

/** A prefix must make branch names, and none that lies below a branch that is there: git keeps branches as folders. */
async function refusePrefix({ tx, actor }: Context, teamId: string, prefix: string): Promise<void> {
  if (!isBranchName(`${prefix}1-x`))
    throw new AppError("invalid", `branchPrefix: git takes no branch called ${prefix}1-x. Try task- or team/.`);
  const repos = await tx.execute<{ branch: string }>(
    sql`select distinct default_branch as branch from repos where org_id = ${actor.orgId} and team_id = ${teamId}`,
  );
  const taken = ["main", "master", ...repos.map(({ branch }) => branch)].find((branch) =>
    prefix.startsWith(`${branch}/`),
  );
  if (taken)
    throw new AppError(
      "invalid",
      `branchPrefix: below ${taken}/ there can be no branch, since ${taken} is one itself.`,
    );
}

async function refuseHours({ tx }: Context, { timeZone, hours }: WorkingHours): Promise<void> {
  const backwards = hours.find(({ from, to }) => from >= to);
  if (backwards)
    throw new AppError(
      "invalid",
      `workingHours: ${backwards.from} to ${backwards.to} does not end after it begins. Write a night as two entries: until 24:00, and from 00:00 of the next day.`,
    );
  // The database reckons with it in every claim, so the database says whether it knows it.
  const [zone] = await tx.execute(sql`select 1 from pg_timezone_names where name = ${timeZone}`);
  if (!zone)
    throw new AppError("invalid", `workingHours: there is no time zone ${timeZone}. Use a name such as Europe/Berlin.`);
}

async function refuseRules(context: Context, teamId: string, rules: readonly ReviewRule[]): Promise<void> {
  const named = new Map(
    rules.flatMap(({ reviewers }) => reviewers.map((who) => [`${who.kind}${who.id}`, who] as const)),
  );
  for (const who of named.values()) await requireInTeam(context, teamId, who);
}
