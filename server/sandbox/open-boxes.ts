import { join } from "node:path";
import type { Config } from "#server/config.ts";
import { AppError } from "#server/errors.ts";
import type { BoxProvider } from "./box.ts";
import { createBubblewrapBoxes } from "./bubblewrap-boxes.ts";
import { createDockerBoxes, type DockerSettings } from "./docker-boxes.ts";
import { createProcessBoxes } from "./process-boxes.ts";

/**
 * Where agents live. `auto` never falls back to running them unprotected: `process` must be switched on. Throws
 * AppError `unavailable` with what to install.
 */
export async function openBoxes(
  settings: Pick<Config, "sandbox" | "dataDir"> & { docker?: DockerSettings },
): Promise<BoxProvider> {
  const root = join(settings.dataDir, "boxes");
  if (settings.docker !== undefined) return createDockerBoxes(root, settings.docker);
  if (settings.sandbox === "process") return createProcessBoxes(root);
  const boxes = createBubblewrapBoxes(root);
  const availability = await boxes.available();
  if (availability.ok) return boxes;
  throw new AppError("unavailable", `No sandbox for agents: ${availability.reason} ${availability.howTo}`);
}
