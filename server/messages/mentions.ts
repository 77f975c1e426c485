import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Colleague } from "../teams/crew.ts";

/** Bounds what one message can wake. */
const mostMentions = 20;

/**
 * Whom a text mentions: `@` and the whole name of an agent or person of the team, whatever the case, at the beginning of
 * a word. Of names that begin alike the longest counts. Oneself is not mentioned.
 */
export async function mentionedIn({ tx, actor }: Context, teamId: string, body: string): Promise<Colleague[]> {
  if (!body.includes("@")) return [];
  const crew = await tx.execute<Colleague & { name: string } & Record<string, unknown>>(sql`
    select 'agent' as kind, a.id, a.name from agents a
     where a.org_id = ${actor.orgId} and a.team_id = ${teamId} and a.status <> 'archived' and a.id::text <> ${actor.id}
    union all
    select 'user', u.id, u.name from memberships m join users u on u.id = m.user_id
     where m.org_id = ${actor.orgId} and m.status = 'active' and u.id::text <> ${actor.id} and (m.role in ('owner', 'admin')
       or exists (select 1 from team_members x where x.org_id = m.org_id and x.team_id = ${teamId} and x.user_id = m.user_id))`);
  return findMentions(body, crew);
}

/** Those of a crew whom a text mentions, each once. */
export function findMentions<Who extends { name: string }>(body: string, crew: readonly Who[]): Who[] {
  const byLength = crew.toSorted((a, b) => b.name.length - a.name.length);
  const text = body.toLowerCase();
  const found = new Set<Who>();
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}_@.-])@(?=\p{L}|\p{N})/gu)) {
    const rest = text.slice(index + 1);
    const who = byLength.find(({ name }) => isNamedFirst(rest, name.toLowerCase()));
    // People of one name are all meant: nobody can say which.
    if (who) for (const each of crew) if (each.name.toLowerCase() === who.name.toLowerCase()) found.add(each);
    if (found.size >= mostMentions) break;
  }
  return [...found].slice(0, mostMentions);
}

const isNamedFirst = (text: string, name: string) =>
  text.startsWith(name) && !/^[\p{L}\p{N}_-]/u.test(text.slice(name.length));
