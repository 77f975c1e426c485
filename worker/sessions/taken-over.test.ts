import { fork } from "node:child_process";
import { once } from "node:events";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { generous, openConversations, soon } from "./test/conversing.ts";

const { runtime, db, lab, address, startWorker, open } = await openConversations();

/** A model that says nothing until it is let. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  onTestFinished(() => resolve());
  return { opened: promise, open: resolve };
}

const runOut = (sessionId: string) =>
  db.execute(sql`update session_runs set held_until = now() - interval '1 minute' where session_id = ${sessionId}`);

test(
  "a worker that was too slow to say that it lives goes on with its turn, as long as nobody took the session",
  generous,
  async () => {
    const { session, updates, ended, send } = await open({ prompt: "Begin." });
    const { opened, open: let_ } = gate();
    const before = lab.requests.length;
    lab.answerWith(async () => {
      await opened;
      return { text: "done" };
    });
    startWorker();
    await vi.waitFor(() => expect(lab.requests.length).toBeGreaterThan(before), soon);
    await runOut(session.id);
    await vi.waitFor(async () => {
      const held = await db.execute(
        sql`select 1 from session_runs where session_id = ${session.id} and held_until > now()`,
      );
      expect(held).toHaveLength(1);
    }, soon);
    let_();
    await ended();
    lab.answerWith(() => ({ text: "again" }));
    await send("And now?");
    await ended(2);
    const turns = (await updates()).flatMap((one) => (one.kind === "turn" ? [one.stopReason ?? one.state] : []));
    expect(turns).toEqual(["started", "end_turn", "started", "end_turn"]);
  },
);

test(
  "a worker that was frozen while another took its session leaves alone what the other has brought up",
  generous,
  async () => {
    const { session, said, updates, ended } = await open({
      prompt: "Begin.",
      answers: [{ text: "one ", silentAfter: 1 }],
    });
    const frozen = fork(
      new URL("./test/worker.ts", import.meta.url),
      [JSON.stringify({ config: runtime.config, web: address })],
      { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
    );
    onTestFinished(() => void frozen.kill("SIGKILL"));
    await once(frozen, "message");
    await vi.waitFor(async () => expect(await said()).toBe("one "), soon);
    frozen.kill("SIGSTOP");
    await runOut(session.id);
    const { opened, open: let_ } = gate();
    const before = lab.requests.length;
    lab.answerWith(async () => {
      await opened;
      return { text: "two" };
    });
    startWorker();
    await vi.waitFor(() => expect(lab.requests.length).toBeGreaterThan(before), soon);
    frozen.kill("SIGCONT");
    await vi.waitFor(async () => {
      const heard = once(frozen, "message");
      frozen.send("running");
      expect(await heard).toEqual([0, undefined]);
    }, soon);
    let_();
    await ended(2);
    expect(await said()).toBe("one two");
    expect((await updates()).filter(({ kind }) => kind === "error")).toHaveLength(1);
  },
);
