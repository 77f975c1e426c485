import { hostname } from "node:os";
import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";
import { endTerminal, machineOf } from "#server/terminals/service.ts";
import type { Admission } from "#server/terminals/tickets.ts";
import { cacheEnvironment, openCache } from "#server/workspaces/caches.ts";
import { workspaceHome, workspacePath } from "#server/workspaces/place.ts";
import type { WorkspaceRow } from "#server/workspaces/queries.ts";
import { borrowedObjects } from "#server/workspaces/running.ts";
import { Shell } from "./shell.ts";

const lookMilliseconds = 1_000;
const idleMilliseconds = 60 * 60 * 1000;

interface Held {
  shell: Promise<Shell>;
  /** Of one in the workspace's own sandbox, which ends with its last shell. */
  ownBoxId: string | null;
}

/** The shells of this worker. A terminal whose worker died gets a new shell when somebody comes back to it. */
export function createShells(runtime: Runtime, { boxes, log }: { boxes: () => Promise<BoxProvider>; log: Logger }) {
  const held = new Map<string, Held>();
  const endings = new Set<Promise<void>>();

  async function start(
    id: string,
    { workspace, sessionId }: Admission,
    size: { rows: number; cols: number },
  ): Promise<Shell> {
    const provider = await boxes();
    const box = await boxOf(provider, runtime, workspace, sessionId);
    const shell = new Shell(
      await provider.spawn(box.id, {
        // The best shell there is; -l reads what a person keeps in their home.
        args: ["/bin/sh", "-c", "command -v bash >/dev/null && exec bash -l || exec sh -l"],
        env: { TERM: "xterm-256color", COLORTERM: "truecolor" },
        tty: size,
      }),
    );
    const { orgId } = workspace;
    const ending = shell.exited
      .then(async (exitCode) => {
        held.delete(id);
        const actor = systemActor(orgId, "terminals");
        await inTransaction(runtime, actor, { requestId: newId() }, (context) => endTerminal(context, id, exitCode));
        if (box.isOwn) await stopUnused(provider, box.id);
      })
      .catch((error: unknown) => log.warn({ error, terminalId: id }, "the end of a terminal was not written"))
      .finally(() => endings.delete(ending));
    endings.add(ending);
    return shell;
  }

  /** Nobody uses the sandbox any more: what was left running in it ends. */
  async function stopUnused(provider: BoxProvider, boxId: string): Promise<void> {
    // Looked at and asked for at once: a shell that is opened from now on waits for its end, and brings up the next.
    if (![...held.values()].some(({ ownBoxId }) => ownBoxId === boxId)) await provider.stop(boxId);
  }

  async function look(): Promise<void> {
    const entries = [...held.entries()];
    if (entries.length === 0) return;
    const open = await openAmong(
      runtime,
      entries.map(([id]) => id),
    );
    for (const [id, one] of entries) {
      const shell = await one.shell.catch(() => undefined);
      if (!shell) continue;
      const isIdle = shell.leftAt !== undefined && Date.now() - shell.leftAt > idleMilliseconds;
      if (!open.has(id) || isIdle) shell.end();
    }
  }
  const timer = setInterval(
    () => void look().catch((error: unknown) => log.warn({ error }, "terminals were not looked at")),
    lookMilliseconds,
  );

  return {
    /** The shell of a terminal, started where it does not run. @throws AppError in words. */
    async open(admission: Admission, size: { rows: number; cols: number }): Promise<Shell> {
      const { terminalId: id } = admission;
      if (!id) throw new AppError("invalid", "This ticket is for no terminal.");
      const known = held.get(id);
      if (known) return known.shell;
      const shell = start(id, admission, size);
      held.set(id, { shell, ownBoxId: admission.sessionId === null ? admission.workspace.id : null });
      shell.catch(() => held.delete(id));
      return shell;
    },
    count: () => held.size,
    async stop(): Promise<void> {
      clearInterval(timer);
      const all = [...held.values()];
      await Promise.allSettled(all.map(({ shell }) => shell));
      const own = new Set(all.flatMap(({ ownBoxId }) => ownBoxId ?? []));
      const provider = own.size > 0 ? await boxes() : undefined;
      for (const id of own) await provider?.stop(id);
      await Promise.all(endings);
    },
  };
}
export type Shells = ReturnType<typeof createShells>;

/** The session's sandbox while it runs; else one of the workspace's own, brought up. */
async function boxOf(
  provider: BoxProvider,
  runtime: Runtime,
  workspace: WorkspaceRow,
  sessionId: string | null,
): Promise<{ id: string; isOwn: boolean }> {
  const { settings } = runtime;
  const { orgId, id } = workspace;
  if (sessionId !== null) {
    const running = (await provider.list()).some((box) => box.id === sessionId && box.status === "running");
    if (running) return { id: sessionId, isOwn: false };
    const actor = systemActor(orgId, "terminals");
    const at = await inTransaction(runtime, actor, { requestId: newId() }, (context) => machineOf(context, sessionId));
    if (at !== undefined && at !== hostname())
      throw new AppError(
        "conflict",
        `The session's sandbox runs on the machine ${at}, and this connection came to ${hostname()}. Open the terminal again: its address names the machine, and the balancer has to send it there (deploy/scaled shows how). A terminal of the workspace opens anywhere.`,
      );
    throw new AppError(
      "conflict",
      "The session's sandbox does not run. Resume the session, or open a terminal of the workspace.",
    );
  }
  await provider.create({
    ...{ id, workspace: workspacePath(settings, orgId, id), home: workspaceHome(settings, orgId, id) },
    ...{ readOnly: borrowedObjects(settings, workspace), writable: [await openCache(settings, workspace)] },
    ...{ services: [], env: provider.isolated ? cacheEnvironment : {}, labels: { kind: "workspace", orgId } },
    limits: { memoryMb: 2_048, cpus: 2, processes: 512, diskMb: 4_096 },
  });
  await provider.start(id);
  return { id, isOwn: true };
}

async function openAmong({ db }: Runtime, ids: string[]): Promise<Set<string>> {
  const rows = await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    const listed = sql.join(
      ids.map((id) => sql`${id}::uuid`),
      sql`, `,
    );
    return tx.execute<{
      id: string;
    }>(sql`select t.id from terminals t join workspaces w on w.org_id = t.org_id and w.id = t.workspace_id
      where t.id in (${listed}) and t.ended_at is null and w.status <> 'removed'`);
  });
  return new Set(rows.map(({ id }) => id));
}
