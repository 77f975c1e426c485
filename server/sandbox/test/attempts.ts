/** One way out that is tried. It prints ESCAPED when it gets there. */
export interface Attempt {
  name: string;
  /** For `sh -c`, inside. */
  command: string;
  /**
   * The same attempt where it is allowed; without it the very same command without isolation. `neighbour`: in the box
   * whose things are meant. It has to succeed, or the case could not fail.
   */
  control?: { command?: string; where?: "neighbour" };
  /** The control needs the rights of root, or a kernel that allows it to users. */
  asRoot?: boolean;
}

const read = (name: string, path: string): Attempt => ({ name, command: `cat ${path}` });
const say = "&& echo ESCAPED";
/** Asks the kernel for something by its number; succeeds when the answer is not "not permitted". */
const ask = (name: string, numbers: { x64: number; arm64: number }, args: string, asRoot = false): Attempt => {
  const number = process.arch === "arm64" ? numbers.arm64 : numbers.x64;
  return {
    name,
    command: `perl -e 'my ($word, $other) = ("user", "k"); $! = 0; my $r = syscall(${number}, ${args}); print "ESCAPED" if $r >= 0 || $! != 1'`,
    asRoot,
  };
};
const reach = (host: string, port: string) =>
  `node -e 'require("net").connect({ host: "${host}", port: ${port} }).on("data", (d) => console.log(String(d))).on("error", () => {}).setTimeout(1500, function () { this.destroy() })'`;
const reachSocket = (path: string) =>
  `node -e 'require("net").connect(${path}).on("data", (d) => console.log(String(d))).on("error", () => {})'`;
const root = (attempt: Attempt): Attempt => ({ ...attempt, asRoot: true });

/**
 * What a program in a box may try. The environment of the commands says where things of the host are: OUT (a folder
 * with `secret`), PORT and SOCK (servers of the host), PID (a process of the host whose environment, arguments, folder
 * and descriptor 9 hold the secret), NEIGHBOUR (workspace of another box).
 */
export const attempts: Attempt[] = [
  // Paths out of the workspace.
  read("a file of the host by its absolute path", "$OUT/secret"),
  read("a file beside the workspace by a relative path", "../secret"),
  read("the same with more steps up than there are", "../../../../../../../../../..$OUT/secret"),
  read("by a way over a folder of one's own", "./../../../../../../..$OUT/./workspace/../secret"),
  { name: "by a symbolic link", command: 'ln -sf $OUT/secret "l1-$WHO"; cat "l1-$WHO"' },
  { name: "by a relative symbolic link", command: 'ln -sf ../secret "l2-$WHO"; cat "l2-$WHO"' },
  { name: "by a link to a folder", command: 'ln -sfn $OUT "l3-$WHO"; cat "l3-$WHO/secret"' },
  {
    name: "by a chain of links",
    command: 'ln -sfn / "l4-$WHO"; ln -sfn "l4-$WHO$OUT" "l5-$WHO"; cat "l5-$WHO/secret"',
  },
  read("by a link that was there before", "planted"),
  { name: "by a hard link", command: 'ln $OUT/secret "h-$WHO"; cat "h-$WHO"' },
  { name: "by a copy of everything", command: "tar -cPf - $OUT/secret 2>/dev/null | tar -xPOf -" },
  {
    name: "by looking for its name",
    command:
      'find /tmp /home /root /mnt /srv /var/lib -maxdepth 3 -name "$MARK" 2>/dev/null | grep -q . && echo ESCAPED',
  },
  { name: "as a script", command: ". $OUT/secret.sh" },
  { name: "as a library that is loaded first", command: "perl -I$OUT -e 'require q(secret.pl)'" },
  read("over /proc/self/root", "/proc/self/root$OUT/secret"),
  read("over /proc/self/cwd", "/proc/self/cwd/../secret"),
  {
    ...read("over the root of process 1", "/proc/1/root$OUT/secret"),
    control: { command: "cat /proc/$PID/root$OUT/secret" },
  },
  read("over the root of a process of the host", "/proc/$PID/root$OUT/secret"),
  read("over the folder of a process of the host", "/proc/$PID/cwd/secret"),
  read("over a descriptor of a process of the host", "/proc/$PID/fd/9"),
  {
    name: "over every descriptor one can see",
    command: "for f in /proc/[0-9]*/fd/9; do timeout 1 head -c 99 $f < /dev/null; done 2>/dev/null | grep -a ESCAPED",
  },
  {
    name: "by the program loader, past lists of programs",
    command: "$(ls /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 2>/dev/null) /usr/bin/cat $OUT/secret",
  },
  {
    name: "into the repository of somebody else",
    command: "git -c safe.directory='*' --git-dir=$OUT/repo.git log --format=%s",
  },
  { name: "what boxes the server remembers", command: "grep -h -o ESCAPED $RECORDS/*/*/spec.json | head -1" },
  {
    name: "the socket of a box's init",
    command: "find /tmp -maxdepth 2 -name init.sock 2>/dev/null | grep -q . && echo ESCAPED",
  },
  // A hostile repository: what git runs for it runs inside.
  {
    name: "a repository's hook",
    command:
      'rm -rf "g1-$WHO"; git init -q "g1-$WHO" && cd "g1-$WHO" && printf "#!/bin/sh\\ncat $OUT/secret\\n" > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit && git -c user.name=a -c user.email=a commit -q --allow-empty -m x 2>&1',
  },
  {
    name: "a repository's file-system monitor",
    command:
      'rm -rf "g2-$WHO"; git init -q "g2-$WHO" && cd "g2-$WHO" && git config core.fsmonitor "cat $OUT/secret >&2; false" && git status 2>&1',
  },
  {
    name: "a repository's filter",
    command:
      'rm -rf "g3-$WHO"; git init -q "g3-$WHO" && cd "g3-$WHO" && git config filter.x.clean "cat $OUT/secret" && echo "* filter=x" > .gitattributes && echo y > f && git add f 2>/dev/null; git show :f',
  },
  {
    name: "a repository's pager and diff driver",
    command:
      'rm -rf "g4-$WHO"; git init -q "g4-$WHO" && cd "g4-$WHO" && git config diff.external "cat $OUT/secret; :" && echo y > f && git add f && git diff --cached',
  },
  // Processes of the host.
  {
    name: "the environment of a process of the host",
    command: "tr '\\0' '\\n' < /proc/$PID/environ | grep -o ESCAPED",
  },
  {
    name: "the environment of every process",
    command: "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep '^VICTIM=' | grep -o ESCAPED | head -1",
  },
  // The pattern is not what it finds: other attempts run in the same box, and their own arguments, or grep's, are no escape.
  {
    name: "the arguments of every process",
    command:
      "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -x \"$MARK-[a]rgument\" > /dev/null && echo ESCAPED",
  },
  {
    name: "that a process of the host exists",
    command: `[ "$(tr '\\0' ' ' < /proc/$PID/cmdline | grep -c "$MARK")" = 1 ] ${say}`,
  },
  { name: "a signal to a process of the host", command: `kill -0 $PID ${say}` },
  { name: "a signal to a process by its name", command: `pkill -0 -f "$MARK-victim" ${say}` },
  { name: "the priority of a process of the host", command: `renice -n 19 -p $PID > /dev/null ${say}` },
  { name: "the limits of a process of the host", command: `prlimit --pid $PID --core=0 ${say}` },
  root({
    name: "tracing a process of the host",
    command: `perl -e 'print "ESCAPED" if syscall(${process.arch === "arm64" ? 117 : 101}, 0x4206, $ENV{PID} + 0, 0, 0) == 0'`,
  }),
  root({
    name: "reading the memory of a process of the host",
    command: `perl -e 'open(my $f, "<", "/proc/$ENV{PID}/mem") && print "ESCAPED"'`,
  }),
  root({ name: "entering the namespaces of a process of the host", command: `nsenter -t $PID -m -n -p true ${say}` }),
  // The network.
  { name: "a port of the host's loopback", command: reach("127.0.0.1", "+process.env.PORT") },
  { name: "the same by another name of loopback", command: reach("localhost", "+process.env.PORT") },
  {
    name: "the same by another address of loopback",
    command: reach("127.1.2.3", "+process.env.PORT"),
    control: { command: reach("127.0.0.1", "+process.env.PORT") },
  },
  {
    name: "the metadata address",
    command: `node -e 'const s = require("dgram").createSocket("udp4"); s.on("error", () => process.exit()); s.connect(80, "169.254.169.254", (e) => { if (!e) console.log("ESCAPED"); s.close() })'`,
    control: {
      command: `node -e 'const s = require("dgram").createSocket("udp4"); s.on("error", () => process.exit()); s.connect(80, "127.0.0.1", (e) => { if (!e) console.log("ESCAPED"); s.close() })'`,
    },
  },
  {
    name: "an address of the world",
    command: `node -e 'const s = require("dgram").createSocket("udp4"); s.on("error", () => process.exit()); s.connect(53, "1.1.1.1", (e) => { if (!e) console.log("ESCAPED"); s.close() })'`,
    control: {
      command: `node -e 'const s = require("dgram").createSocket("udp4"); s.on("error", () => process.exit()); s.connect(53, "127.0.0.1", (e) => { if (!e) console.log("ESCAPED"); s.close() })'`,
    },
  },
  {
    name: "a name of the world",
    command: `timeout 2 getent hosts example.com > /dev/null ${say}`,
    control: { command: `getent hosts localhost > /dev/null ${say}` },
  },
  {
    name: "an interface besides loopback",
    command: `tail -n +3 /proc/net/dev | grep -qv '^ *lo:' ${say}`,
    control: { command: `tail -n +3 /proc/net/dev | grep -q ':' ${say}` },
  },
  root({ name: "a raw socket", command: `perl -e 'socket(my $s, 2, 3, 1) && print "ESCAPED"'` }),
  root({ name: "a socket for packets", command: `perl -e 'socket(my $s, 17, 3, 0) && print "ESCAPED"'` }),
  { name: "a unix socket of the host", command: reachSocket("process.env.SOCK") },
  {
    name: "the same with a NUL behind its name",
    command: `perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack("S a108", AF_UNIX, "$ENV{SOCK}\\0.allowed")) && print <$s>'`,
  },
  { name: "the same over a link", command: `ln -sf $SOCK "s-$WHO"; ${reachSocket('"./s-" + process.env.WHO')}` },
  { name: "an abstract unix socket of the host", command: reachSocket('"\\0" + process.env.ABSTRACT') },
  { name: "which unix sockets the host has", command: `grep -q "$SOCK" /proc/net/unix ${say}` },
  {
    name: "which ports the host listens on",
    command: `cat /proc/net/tcp /proc/net/tcp6 | grep -qE ":$(printf '%04X' $PORT) [0-9A-F]+:0000 0A" ${say}`,
  },
  {
    name: "sockets of services (docker, dbus, postgres)",
    command:
      "find /run /var/run /tmp /var/lib $OUT -maxdepth 4 -type s 2>/dev/null | grep -v '^/run/entourage/' | grep -q . && echo ESCAPED",
  },
  // Other boxes.
  read("a file of another box", "$NEIGHBOUR/secret"),
  { ...read("a temporary file of another box", "/tmp/$MARK"), control: { where: "neighbour" } },
  { ...read("the shared memory of another box", "/dev/shm/$MARK"), control: { where: "neighbour" } },
  { name: "a port of another box", command: reach("127.0.0.1", "28777"), control: { where: "neighbour" } },
  { name: "the service of another box", command: reach("127.0.0.1", "29202"), control: { where: "neighbour" } },
  {
    name: "a program of another box",
    command: `pkill -0 -f "$MARK-neighbour" ${say}`,
    control: { where: "neighbour" },
  },
  {
    name: "an abstract socket of another box",
    command: reachSocket('"\\0neighbour"'),
    control: { where: "neighbour" },
  },
  // Memory that processes share.
  read("shared memory of the host", "/dev/shm/$MARK-host"),
  { name: "old-style shared memory of the host", command: `ipcs -m | grep -qi "$(printf '%08x' $SHM)" ${say}` },
  ask("the keyring of the session", { x64: 250, arm64: 219 }, "0, -3, 0"),
  ask("a new key in the keyring of the user", { x64: 248, arm64: 217 }, "$word, $other, $other, 1, -2"),
  // More rights.
  { name: "capabilities that could come back", command: `grep -q 'CapBnd:.*[1-9a-f]' /proc/self/status ${say}` },
  root({ name: "capabilities", command: `grep -q 'CapEff:.*[1-9a-f]' /proc/self/status ${say}` }),
  { name: "programs that give rights", command: `grep -q 'NoNewPrivs:.*0' /proc/self/status ${say}` },
  { name: "calls without a filter", command: `grep -qE 'Seccomp:.*0' /proc/self/status ${say}` },
  root({ name: "a program of root with the setuid bit", command: `[ "$(./suid -u)" = 0 ] ${say}` }),
  root({ name: "becoming root by su", command: "su -c 'echo ESCAPED' root < /dev/null" }),
  root({ name: "becoming another user", command: "setpriv --reuid 0 --clear-groups echo ESCAPED" }),
  { name: "a user namespace of one's own", command: "unshare -U echo ESCAPED" },
  {
    name: "the same by clone",
    command: `perl -e '$! = 0; my $p = syscall(${process.arch === "arm64" ? 220 : 56}, 0x10000011, 0, 0, 0, 0); exit if $p == 0; print "ESCAPED" if $p > 0'`,
  },
  root({ name: "a network namespace of one's own", command: "unshare -n echo ESCAPED" }),
  root({
    name: "a mount",
    command: "unshare -m --propagation private sh -c 'mount -t tmpfs none /mnt && echo ESCAPED'",
  }),
  root(ask("a mount by the newer calls", { x64: 430, arm64: 430 }, "$word, 0")),
  root({
    name: "taking a mount away",
    command: "unshare -m --propagation private sh -c 'umount -l /proc && echo ESCAPED'",
  }),
  root({ name: "another root", command: `chroot / /bin/sh -c 'echo ESCAPED'` }),
  root({ name: "a device of one's own making", command: `mknod "$OWN/d-$WHO" b 7 0 ${say}; rm -f "$OWN/d-$WHO"` }),
  root({
    name: "a device of the machine",
    command: `ls /dev | grep -qE '^(mem|kmsg|vda|sda|nvme0|loop0|kvm|fuse)' ${say}`,
  }),
  root({ name: "the log of the kernel", command: `dmesg > /dev/null ${say}` }),
  // The kernel's switches are opened and never written.
  root({
    name: "the handler of core dumps",
    command: `perl -e 'sysopen(my $f, "/proc/sys/kernel/core_pattern", 1) && print "ESCAPED"'`,
  }),
  root({
    name: "the caches of the machine",
    command: `perl -e 'sysopen(my $f, "/proc/sys/vm/drop_caches", 1) && print "ESCAPED"'`,
  }),
  root({
    name: "the release agent of a cgroup",
    command:
      "find /sys/fs/cgroup -maxdepth 2 \\( -name release_agent -o -name cgroup.subtree_control \\) -writable 2>/dev/null | grep -q . && echo ESCAPED",
  }),
  root({
    name: "leaving the cgroup",
    command: "find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs -writable 2>/dev/null | grep -q . && echo ESCAPED",
  }),
  { name: "the tree of devices and drivers", command: `ls /sys/kernel > /dev/null ${say}` },
  { name: "the name of the machine", command: `[ "$(hostname)" = "$HOSTNAME_OUTSIDE" ] ${say}` },
  root({ name: "changing the name of the machine", command: `hostname "$(hostname)" ${say}` }),
  root(ask("loading a module", { x64: 313, arm64: 273 }, "-1, 0, 0")),
  root(ask("programs in the kernel", { x64: 321, arm64: 280 }, "0, 0, 0")),
  root(ask("a file by its handle, past every path", { x64: 304, arm64: 265 }, "-1, 0, 0")),
  ask("io_uring", { x64: 425, arm64: 425 }, "1, 0"),
  ask("pages handled by a program", { x64: 323, arm64: 282 }, "1", true),
  // Things of ours inside.
  root({ name: "the programs of the system", command: `[ -w /usr/bin ] ${say}` }),
  root({ name: "the users of the system", command: `[ -w /etc/passwd ] ${say}` }),
  root({ name: "the Node that everybody runs", command: `[ -w "$(command -v node)" ] ${say}` }),
  { name: "the init of the boxes", command: `[ -w "$INIT" ] ${say}` },
  {
    name: "a file beyond the limit of the disk",
    command: `head -c 40000000 /dev/zero > "big-$WHO" ${say}; rm -f "big-$WHO"`,
  },
];
