/** BPF, as the kernel takes it for seccomp(2): each instruction is `{ u16 code; u8 jt; u8 jf; u32 k }` in the machine's byte order (linux/filter.h). */
const [load, equal, hasBits, answer] = [0x20, 0x15, 0x45, 0x06]
/** Offsets in `struct seccomp_data`; of the first argument, the lower half. */
const [numberAt, architectureAt, firstArgumentAt, secondArgumentAt] = [0, 4, 16, 24]

const allow = 0x7fff0000
const refuse = 0x00050000 | 1 // EPERM
const unknown = 0x00050000 | 38 // ENOSYS: libraries fall back to an older call.
const kill = 0x80000000

/**
 * By name, the numbers of system calls on x64 and on arm64: those that change mounts and namespaces, load code into the kernel, or have been ways out
 * of jails before.
 */
const refusedCalls: Record<string, readonly [x64: number, arm64: number]> = {
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  unshare: [272, 97],
  setns: [308, 268],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  acct: [163, 89],
  quotactl: [179, 60],
  syslog: [103, 116],
  init_module: [175, 105],
  delete_module: [176, 106],
  finit_module: [313, 273],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  open_by_handle_at: [304, 265],
}

/** The audit subsystem's architecture (linux/audit.h), the column of the table above, and the calls whose arguments are checked. */
const machines: Record<string, { audit: number; column: 0 | 1; clone: number; ioctl: number }> = {
  x64: { audit: 0xc000003e, column: 0, clone: 56, ioctl: 16 },
  arm64: { audit: 0xc00000b7, column: 1, clone: 220, ioctl: 29 },
}
const clone3 = 435
/** Flags of clone(2) that make a namespace: of mounts, cgroups, names, IPC, users, processes and the network. */
const newNamespaces = 0x7e020000
/** Puts bytes into a terminal's input as if they had been typed (ioctl_tty(2)), and pastes a console's selection. */
const [tiocsti, tioclinux] = [0x5412, 0x541c]

/** A filter of system calls for programs in the jail; null for an architecture whose calls we do not know. */
export function seccompFilter(machine: string = process.arch): Buffer | null {
  const known = machines[machine]
  if (!known) return null
  const program: [code: number, jumpIfTrue: number, jumpIfFalse: number, value: number][] = [
    [load, 0, 0, architectureAt],
    [equal, 1, 0, known.audit],
    [answer, 0, 0, kill],
    [load, 0, 0, numberAt],
    // The 32-bit numbers of x32 on the same machine.
    [hasBits, 0, 1, 0x40000000],
    [answer, 0, 0, kill],
    [equal, 0, 1, clone3],
    [answer, 0, 0, unknown],
    ...Object.values(refusedCalls).flatMap((numbers): typeof program => [
      [equal, 0, 1, numbers[known.column]],
      [answer, 0, 0, refuse],
    ]),
    [equal, 0, 3, known.clone],
    [load, 0, 0, firstArgumentAt],
    [hasBits, 0, 5, newNamespaces],
    [answer, 0, 0, refuse],
    [equal, 0, 3, known.ioctl],
    [load, 0, 0, secondArgumentAt],
    [equal, 2, 0, tiocsti],
    [equal, 1, 0, tioclinux],
    [answer, 0, 0, allow],
    [answer, 0, 0, refuse],
  ]
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, [code, jumpIfTrue, jumpIfFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(jumpIfTrue, index * 8 + 2)
    bytes.writeUInt8(jumpIfFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  }
  return bytes
}
