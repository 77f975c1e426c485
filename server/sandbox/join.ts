import { existsSync } from "node:fs";

/** bash can close descriptors of two digits, which the standard does not ask of a shell. */
const SHELL = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
const CLOSE = `for f in /proc/self/fd/*; do
  n=\${f##*/}
  [ "$n" -gt "$keep" ] && eval "exec $n>&-"
done`;

/**
 * An argument array that joins the limits and becomes the command, in that order, so that not one instruction of it
 * runs without them. What whoever started the server left open (a pipe, a lock of a folder) goes no further.
 */
export function joinAndBecome(
  args: string[],
  options: { joinFiles: string[]; keptDescriptors: number; errorsWithOutput?: boolean },
): string[] {
  const script = `${options.errorsWithOutput ? "exec 2>&1" : ":"}
keep=${options.keptDescriptors - 1}
${SHELL === "/bin/bash" ? CLOSE : ":"}
while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done
shift
exec "$@"`;
  return [SHELL, "-c", script, "sh", ...options.joinFiles, "--", ...args];
}
