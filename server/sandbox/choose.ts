import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AppError } from "#server/errors.ts";
import { createBubblewrap } from "./bubblewrap.ts";
import type { BoxSettings } from "./open-boxes.ts";
import { createProcessSandbox } from "./process.ts";
import type { SandboxProvider } from "./sandbox.ts";

export interface SandboxChoice {
  provider: SandboxProvider;
  /** Why this one, for the doctor and the log. */
  reason: string;
  /** To be shown wherever its results are, when it does not isolate. */
  warning: string | null;
}

const NO_ISOLATION = "Gates and agents run without isolation: code of agents can read and change what the server can.";

/**
 * Picks where agents' code runs. `auto` never falls back to running it unprotected: `process` must be asked for,
 * by the setting or, for the bundled sample whose code we know, by `trustedSample`.
 */
export async function chooseSandbox(
  settings: BoxSettings,
  options: { trustedSample?: boolean; bubblewrap?: SandboxProvider } = {},
): Promise<SandboxChoice> {
  const { sandbox: setting } = settings;
  if (setting === "process") {
    return { provider: createProcessSandbox(), reason: "It was switched on by setting.", warning: NO_ISOLATION };
  }
  if (setting === "docker") {
    const provider = await openDocker(settings);
    return { provider, reason: `Docker works here (${settings.docker?.host}).`, warning: null };
  }
  const bubblewrap = options.bubblewrap ?? createBubblewrap();
  const availability = await bubblewrap.available();
  if (availability.ok) {
    return { provider: bubblewrap, reason: `bubblewrap works here (limits: ${availability.limits}).`, warning: null };
  }
  if (setting === "auto" && options.trustedSample) {
    const reason = `${availability.reason} This is the bundled sample.`;
    return { provider: createProcessSandbox(), reason, warning: `${NO_ISOLATION} ${availability.howTo}` };
  }
  throw new AppError("unavailable", `No sandbox to run the gate in: ${availability.reason} ${availability.howTo}`);
}

/** The bundle of the web process has no folder of its own; it runs in that of the project. */
const here: string | undefined = import.meta.dirname;

/** What talks to engines stays out of that bundle: it is loaded from the project, and only where containers are used. */
async function openDocker(settings: BoxSettings): Promise<SandboxProvider> {
  const file = join(here ?? resolve("server/sandbox"), "docker-runs.ts");
  const found: unknown = await import(/* webpackIgnore: true */ pathToFileURL(file).href);
  if (!hasDocker(found)) throw new Error(`${file} does not open containers`);
  return found.openDockerRuns(settings);
}

type Docker = { openDockerRuns(settings: BoxSettings): Promise<SandboxProvider> };
const hasDocker = (found: unknown): found is Docker =>
  typeof found === "object" && found !== null && "openDockerRuns" in found;
