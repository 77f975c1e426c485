import { z } from "zod";
import type { Cli } from "./command.ts";
import { call } from "./connection.ts";
import { CliFailure, exits } from "./failure.ts";
import { plain } from "./output.ts";

const teams = z.looseObject({ teams: z.array(z.looseObject({ id: z.string(), name: z.string() })) });

/** The team a command is about: named by id or name, else the profile's, else the only one there is. @returns its id. */
export async function teamOf({ connection, profile }: Cli, named: string | undefined): Promise<string> {
  const wanted = named ?? profile?.team;
  const { teams: found } = await call(connection, "list_teams", {}, teams);
  const [only, ...others] = wanted
    ? found.filter(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase())
    : found;
  if (only && others.length === 0) return only.id;
  const list = found.map(({ name }) => plain(name)).join(", ") || "none";
  if (wanted) throw new CliFailure(exits.notFound, `There is no team ${wanted} that you see. Teams: ${list}.`);
  throw new CliFailure(
    exits.usage,
    `Name the team with --team, or \`entourage config set team NAME\`. Teams: ${list}.`,
  );
}
