import { expect, test } from "vitest";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { takeSessions } from "#server/sessions/driving.ts";
import * as sessions from "#server/sessions/operations.ts";
import { type Actor, systemActor } from "#server/context.ts";
import { askPerson } from "./permissions.ts";
import { openRecorder } from "./recorder.ts";
import { generous, openConversations } from "./test/conversing.ts";

const { runtime, run, open } = await openConversations();

const ask = {
  ...{ toolId: "t1", title: "Run make deploy", tool: "shell", toolKind: "execute", input: { command: "make deploy" } },
  ...{ paths: [], command: "make deploy" },
};

const later = (done: string) => [`Olivia: About Run make deploy, which I ${done}: Not on a Friday.`];

test.for([
  { approved: false, hearsNotes: [], queued: later("declined") },
  { approved: true, hearsNotes: ["no" as const], queued: later("allowed") },
  { approved: false, hearsNotes: ["yes" as const, "no" as const], queued: [] },
])(
  "the words with a decision stand in the conversation, and an agent that cannot hear them with it is told them next ($approved, $hearsNotes)",
  generous,
  async ({ approved, hearsNotes, queued }) => {
    const { org, session, updates, answer, input } = await open({ prompt: "Deploy." });
    const [holder, actor] = [newId(), systemActor(org.orgId, session.id)];
    const transact = as(actor);
    const everywhere = { requestId: newId(), system: true };
    await inTransaction(runtime, systemActor("", "sessions"), everywhere, (context) =>
      takeSessions(context, holder, 9),
    );
    const held = { orgId: org.orgId, sessionId: session.id };
    const over = { holder, onLost: () => undefined, onError: () => undefined };
    const recorder = await openRecorder(runtime, held, over);
    const asking = { runtime, actor, sessionId: session.id, hearsNotes, recorder, folders: [], transact };
    const asked = askPerson(asking, ask, new AbortController().signal);
    await answer(approved, 0, "Not on a Friday.");
    expect(await asked).toMatchObject({ decision: approved ? "allow_once" : "reject", note: "Not on a Friday." });
    await recorder.flush();
    expect((await updates()).at(-1)).toMatchObject({
      ...{ kind: "permission", status: approved ? "allowed" : "denied", note: "Not on a Friday." },
    });
    const { queued: waits } = await run(sessions.getSession, org.owner, input);
    expect(waits.map(({ by, text }) => `${by}: ${text}`).slice(1)).toEqual(queued);
  },
);

const as =
  (actor: Actor) =>
  <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, actor, { requestId: newId() }, work);
