import { listDueInstalls, tellInstall } from "#server/agent-installs/progress.ts";
import type { InstallableKind } from "#server/agent-installs/finding.ts";
import { locksOf } from "../locks.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";
import { installAgent } from "./installing.ts";

const beatMs = 2_000;

/** Installs the programs of coding agents that somebody asked for, one at a time over all workers. */
export const agentInstalls: Part = {
  name: "agent installs",
  async start({ runtime, log, signal }) {
    const locks = locksOf(runtime.db.$client);
    const stopping = new AbortController();
    const until = AbortSignal.any([signal, stopping.signal]);

    async function install(kind: InstallableKind) {
      let now = { detail: "It begins.", percent: 0 };
      const tell = () =>
        tellInstall(runtime, kind, { status: "installing", ...now }).catch((error: unknown) =>
          log.warn({ error }, "the progress of an installation could not be told"),
        );
      await tell();
      const beats = setInterval(() => void tell(), beatMs);
      const { dataDir } = runtime.settings;
      const onProgress = (told: typeof now) => {
        now = told;
      };
      try {
        await installAgent(kind, { dataDir, signal: until, onProgress });
        await tellInstall(runtime, kind, { status: "installed", detail: "It is installed.", percent: 100 });
      } catch (error) {
        // Who comes next goes on: the row falls silent.
        if (until.aborted) return;
        const detail = error instanceof Error ? error.message : String(error);
        await tellInstall(runtime, kind, { status: "failed", detail, percent: 0 });
        log.warn({ kind, detail }, "an agent could not be installed");
      } finally {
        clearInterval(beats);
      }
    }

    const rounds = startRounds(log, async () => {
      for (const kind of await listDueInstalls(runtime)) {
        if (until.aborted) return;
        const release = await locks.take("agent installs");
        if (!release) return;
        try {
          await install(kind);
        } finally {
          await release();
        }
      }
    });
    const off = runtime.wake.on("install_asked", () => rounds.ask());
    rounds.ask();
    return async () => {
      off();
      stopping.abort();
      await rounds.stop();
    };
  },
};
