import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Both hooks only carry messages: they hand what git tells them to the server process that started this push and obey
 * its answer. They talk over file descriptor 3, which they inherit: nothing to find, to guess or to clean up, and a
 * push that did not come through the server has none and is refused. The rules stand in `push-guard.ts`.
 */
const PRE_RECEIVE = `#!/bin/sh
{ echo pre-receive && cat && echo end; } >&3 || { echo "Push over the server's address." >&2; exit 1; }
IFS= read -r verdict <&3
[ "$verdict" = ok ] && exit 0
printf '%s\\n' "\${verdict:-The server did not confirm this push.}" >&2
exit 1
`;

const POST_RECEIVE = `#!/bin/sh
{ echo post-receive && cat && echo end; } >&3 || exit 0
IFS= read -r verdict <&3
[ "$verdict" = ok ] || printf '%s\\n' "$verdict" >&2
exit 0
`;

/** Writes our hooks into a directory of the server, once at start. */
export async function installHooks(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  for (const [name, script] of Object.entries({ "pre-receive": PRE_RECEIVE, "post-receive": POST_RECEIVE })) {
    // Renamed into place: another process may be running the old one.
    const draft = join(directory, `.${name}.${process.pid}`);
    await writeFile(draft, script);
    await chmod(draft, 0o755);
    await rename(draft, join(directory, name));
  }
}
