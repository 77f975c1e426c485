import { AppError } from "#server/errors.ts";
import { createBubblewrap } from "./bubblewrap.ts";
import { createProcessSandbox } from "./process.ts";
import type { SandboxProvider } from "./sandbox.ts";

export interface SandboxChoice {
  provider: SandboxProvider;
  /** Why this one, for the doctor and the log. */
  reason: string;
  /** To be shown wherever its results are, when it does not isolate. */
  warning: string | null;
}

const NO_ISOLATION = "Gates run without isolation: code of agents can read and change what the server can.";

/**
 * Picks where agents' code runs. `auto` never falls back to running it unprotected: `process` must be asked for,
 * by the setting or, for the bundled sample whose code we know, by `trustedSample`.
 */
export async function chooseSandbox(
  setting: "auto" | "bubblewrap" | "process",
  options: { trustedSample?: boolean; bubblewrap?: SandboxProvider } = {},
): Promise<SandboxChoice> {
  if (setting === "process") {
    return { provider: createProcessSandbox(), reason: "It was switched on by setting.", warning: NO_ISOLATION };
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
