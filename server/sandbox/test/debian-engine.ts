import { afterAll } from "vitest";
import { importDebian } from "./debian-image.ts";
import { canStartEngine, startEngine } from "./docker-engine.ts";

/**
 * An engine of the test file's own with a Debian in it, for sandboxes in Docker. Once at the top of a file, before what
 * uses it: the last ending to be registered runs first.
 * @returns the settings that choose it; undefined where none can be started, which is said with `what` is skipped
 */
export async function openDebianEngine(what: string): Promise<Record<string, string> | undefined> {
  if (!canStartEngine()) {
    console.warn(`SKIPPED: ${what} in Docker. The engine is started from Debian's packages, as root.`);
    return undefined;
  }
  const image = "entourage-sandbox-test:debian";
  const engine = await startEngine();
  afterAll(() => engine.stop(), 60_000);
  await importDebian(engine.host, image);
  return { ENTOURAGE_SANDBOX: "docker", ENTOURAGE_DOCKER_HOST: engine.host, ENTOURAGE_DOCKER_IMAGE: image };
}
