import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** The bundle of the web process has no folder of its own; it runs in that of the project. */
const here: string | undefined = import.meta.dirname;

/** Where the packages of each agent stand, with what exactly is installed. */
const kindsDir = here === undefined ? resolve("agents/kinds") : resolve(here, "../../agents/kinds");

/** The agents whose programs are installed when somebody asks for them. */
export const installableKinds = ["claude", "claude-sdk", "codex", "gemini", "opencode"] as const;
export type InstallableKind = (typeof installableKinds)[number];

/** The kind of that name, if its programs can be installed. */
export const findInstallable = (kind: string): InstallableKind | undefined =>
  installableKinds.find((one) => one === kind);

export const packageDirOf = (kind: InstallableKind): string => join(kindsDir, kind);

/** The folder an agent's programs belong in: other versions are other folders, so nobody's agent changes under it. */
export function installDirOf(dataDir: string, kind: InstallableKind): string {
  const lock = readFileSync(join(packageDirOf(kind), "package-lock.json"));
  return join(resolve(dataDir), "agents", `${kind}-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`);
}

/** The folder with `node_modules` of an agent that is installed here; undefined while it is not. */
export function installedAgent(dataDir: string, kind: string): string | undefined {
  const known = findInstallable(kind);
  const folder = known && installDirOf(dataDir, known);
  return folder && existsSync(join(folder, "node_modules")) && statSync(folder).isDirectory() ? folder : undefined;
}
