import { importDebian } from "./debian-image.ts";
import { canStartEngine, startEngine } from "./docker-engine.ts";

/**
 * An engine of the tests' own with a Debian in it, for sandboxes in Docker. The caller ends it, after all that uses it: what
 * is registered first with `afterAll` runs last.
 * @returns the settings that choose it; undefined where none can be started, which is said with `what` is skipped
 */
export async function startDebianEngine(
  what: string,
): Promise<{ settings: Record<string, string>; stop: () => Promise<void> } | undefined> {
  if (!canStartEngine()) {
    console.warn(`SKIPPED: ${what} in Docker. The engine is started from Debian's packages, as root.`);
    return undefined;
  }
  const image = "entourage-sandbox-test:debian";
  const engine = await startEngine();
  try {
    await importDebian(engine.host, image);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  const settings = { ENTOURAGE_SANDBOX: "docker", ENTOURAGE_DOCKER_HOST: engine.host, ENTOURAGE_DOCKER_IMAGE: image };
  return { settings, stop: () => engine.stop() };
}
