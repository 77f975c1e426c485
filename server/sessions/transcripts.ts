import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Context, type Runtime, systemActor } from "../context.ts";
import type { TranscriptStore } from "../drivers/claude-sdk.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";

const fileKey = z.object({ sessionId: z.string(), subpath: z.string().optional() });
const named = z.object({ uuid: z.string().max(200) });

/** What the agent of a session keeps of its conversation, in our database: entries in the order they came, each once. */
export function openTranscripts(
  runtime: Runtime,
  { orgId, sessionId }: { orgId: string; sessionId: string },
): TranscriptStore {
  const transact = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor(orgId, "sessions"), { requestId: `transcript-${newId()}` }, work);
  const ofFile = (key: object) => {
    const { sessionId: conversation, subpath } = fileKey.parse(key);
    return subpath ? `${conversation}/${subpath}` : conversation;
  };
  return {
    async append(key, entries) {
      const rows = entries.map((entry) => ({ entry, entryId: named.safeParse(entry).data?.uuid ?? null }));
      await transact(({ tx }) =>
        tx.execute(sql`insert into agent_transcripts (org_id, session_id, file, entry_id, entry, at)
          select ${orgId}, ${sessionId}, ${ofFile(key)}, e.value->>'entryId', e.value->'entry', now()
            from jsonb_array_elements(${JSON.stringify(rows).replaceAll("\\u0000", "")}::text::jsonb) with ordinality e(value, place) order by place
          on conflict (org_id, session_id, file, entry_id) where entry_id is not null do nothing`),
      );
    },
    async load(key) {
      const rows = await transact(({ tx }) =>
        tx.execute<{ entry: unknown }>(sql`select entry from agent_transcripts
          where org_id = ${orgId} and session_id = ${sessionId} and file = ${ofFile(key)} order by number`),
      );
      return rows.length > 0 ? rows.map(({ entry }) => entry) : null;
    },
    async delete(key) {
      await transact(({ tx }) =>
        tx.execute(
          sql`delete from agent_transcripts where org_id = ${orgId} and session_id = ${sessionId} and file = ${ofFile(key)}`,
        ),
      );
    },
  };
}

/** What the agent of one session kept, for another that goes on from there in its own way. */
export async function copyTranscripts({ tx, actor }: Context, from: string, to: string): Promise<void> {
  await tx.execute(sql`insert into agent_transcripts (org_id, session_id, file, entry_id, entry, at)
    select org_id, ${to}, file, entry_id, entry, at from agent_transcripts
     where org_id = ${actor.orgId} and session_id = ${from} order by number`);
}
