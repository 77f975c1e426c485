import { join } from "node:path";
import type { Settings } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import type { BoxProvider } from "./box.ts";
import { createBubblewrapBoxes } from "./bubblewrap-boxes.ts";
import { createDockerBoxes } from "./docker-boxes.ts";
import { createProcessBoxes } from "./process-boxes.ts";

/** Which sandboxes an installation uses, and where it remembers them. */
export type BoxSettings = Pick<Settings, "sandbox" | "dataDir" | "docker">;

/** One for each folder in a process: what one part of it starts, another can stop in order. */
const opened = new Map<string, BoxProvider>();

/**
 * Where agents live. `auto` never falls back to running them unprotected: `process` must be switched on. Throws
 * AppError `unavailable` with what to install.
 */
export async function openBoxes(settings: BoxSettings): Promise<BoxProvider> {
  const boxes = boxesOf(settings);
  const availability = await boxes.available();
  if (availability.ok) return boxes;
  throw new AppError("unavailable", `No sandbox for agents: ${availability.reason} ${availability.howTo}`);
}

function boxesOf({ sandbox, dataDir, docker }: BoxSettings): BoxProvider {
  const key = JSON.stringify([sandbox, dataDir, docker]);
  const boxes = opened.get(key) ?? create(join(dataDir, "boxes"));
  opened.set(key, boxes);
  return boxes;

  function create(root: string): BoxProvider {
    if (sandbox === "process") return createProcessBoxes(root);
    if (sandbox !== "docker") return createBubblewrapBoxes(root);
    if (docker === undefined) throw new AppError("unavailable", "The sandbox docker needs an engine and an image.");
    return createDockerBoxes(root, docker);
  }
}
