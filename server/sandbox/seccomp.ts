import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A filter of calls, open for reading until `close`; null for machines whose numbers we do not know. */
export async function openFilter(folder: string): Promise<{ descriptor: number; close(): Promise<void> } | null> {
  const filter = seccompFilter(process.arch);
  if (filter === null) return null;
  await writeFile(join(folder, "filter.bpf"), filter);
  const file = await open(join(folder, "filter.bpf"), "r");
  return { descriptor: file.fd, close: () => file.close() };
}

/**
 * A filter of system calls for `bwrap --seccomp`, as a classic BPF program. The namespaces keep strangers' things out of
 * sight; this keeps a program from asking the kernel for what no build and no agent needs: namespaces and mounts of its
 * own, the keyring of whoever started the server (which crosses every namespace), tracing, modules, io_uring.
 */
function seccompFilter(architecture: string): Buffer | null {
  const machine = MACHINES[architecture];
  if (machine === undefined) return null;
  const denied = machine.numbers;
  // Offsets count from the next instruction; the three ends stand last.
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [EQUAL, 1, 0, machine.audit],
    [RETURN, 0, 0, NOT_PERMITTED],
    [LOAD, 0, 0, NUMBER_AT],
    // Calls of the x32 kind would be the same ones under other numbers.
    [AT_LEAST, 0, 1, 0x40000000],
    [RETURN, 0, 0, NOT_PERMITTED],
    ...denied.flatMap((number): Instruction[] => [
      [EQUAL, 0, 1, number],
      [RETURN, 0, 0, NOT_PERMITTED],
    ]),
    // Its flags lie in memory, where a filter cannot look; without it the C library takes `clone`.
    [EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, NOT_THERE],
    [EQUAL, 0, 4, machine.clone],
    [LOAD, 0, 0, FIRST_ARGUMENT_AT],
    [AND, 0, 0, NEW_NAMESPACES],
    [EQUAL, 4, 0, 0],
    [RETURN, 0, 0, NOT_PERMITTED],
    [EQUAL, 0, 2, machine.ioctl],
    [LOAD, 0, 0, SECOND_ARGUMENT_AT],
    [EQUAL, 1, 0, PUSH_INPUT],
    [RETURN, 0, 0, ALLOWED],
    [RETURN, 0, 0, NOT_PERMITTED],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  });
  return bytes;
}

/** linux/filter.h: code, jump if true, jump if false, value. */
type Instruction = [number, number, number, number];

const [LOAD, EQUAL, AT_LEAST, AND, RETURN] = [0x20, 0x15, 0x35, 0x54, 0x06];
/** linux/seccomp.h: where `seccomp_data` has what, and what a filter may answer. */
const [NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT, SECOND_ARGUMENT_AT] = [0, 4, 16, 24];
const [ALLOWED, NOT_PERMITTED, NOT_THERE] = [0x7fff0000, 0x00050001, 0x00050026];
const CLONE3 = 435;
/** NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e020000;
/** TIOCSTI: types into the terminal one was started from. */
const PUSH_INPUT = 0x5412;

/** io_uring ×3, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr: the same on both. */
const NEWER = [425, 426, 427, 428, 429, 430, 431, 432, 433, 442];

const MACHINES: Record<string, { audit: number; clone: number; ioctl: number; numbers: number[] } | undefined> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    ioctl: 16,
    // add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd, kexec_load, kexec_file_load, init_module,
    // finit_module, delete_module, open_by_handle_at, mount, umount2, pivot_root, chroot, swapon, swapoff, reboot, setns,
    // unshare, acct, quotactl, settimeofday, clock_settime, syslog, vhangup.
    numbers: [
      ...[248, 249, 250, 321, 298, 323, 246, 320, 175, 313, 176, 304, 165, 166, 155, 161, 167, 168, 169, 308, 272],
      ...[163, 179, 164, 227, 103, 153],
      ...NEWER,
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    ioctl: 29,
    numbers: [
      ...[217, 218, 219, 280, 241, 282, 104, 294, 105, 273, 106, 265, 40, 39, 41, 51, 224, 225, 142, 268, 97],
      ...[89, 60, 170, 112, 116, 58],
      ...NEWER,
    ],
  },
};
