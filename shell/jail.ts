// oxlint-disable unicorn/no-useless-spread -- bubblewrap's arguments stay together by option, one a line
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** Quotas of one session, where the kernel supports them. */
export const limits = {
  /** Of the home, and of /tmp, in bytes of memory. */
  homeBytes: 64 * 1024 * 1024,
  tmpBytes: 32 * 1024 * 1024,
  /** Number of processes and threads. */
  processes: 128,
  /** Open files per process. */
  files: 1_024,
  /** Memory of all processes and files together, in bytes. */
  memoryBytes: 320 * 1024 * 1024,
  /** Number of cores; other programs have priority over it. */
  cpuShare: 1,
} as const

export const home = '/home/oncall'
/** Folders in the jail for our own files. */
export const own = '/run/firedrill'
const logs = '/var/log/shop'

export interface JailOptions {
  /** Root switches to this user within the jail; without one the jail uses a user namespace. */
  uid: number | null
  /** The session's folder outside: `etc`, `own`, and the socket `net`. */
  folder: string
  /** Logs to be read in the jail. */
  logs: string
  /** Additional read-only files: their path in the jail, and their source. */
  beside?: { at: string; from: string }[]
  /** Folders to hide, wherever they are: the checkout, the range's folder, the cache. */
  hidden: readonly string[]
  env: Record<string, string>
  /** Bytes of the seccomp filter come from this descriptor. */
  seccompFd: number
  command: readonly string[]
}

/** Files of /etc that programs need, none of which reveals anything about this machine. The rest of the jail's /etc is ours. */
const etcPieces = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'inputrc',
  'terminfo',
  'nanorc',
  'vim',
  'perl',
  'bash_completion',
  'bash_completion.d',
  'ssl/certs',
  'ssl/openssl.cnf',
  'ca-certificates',
  'lsb-release',
  'os-release',
  'debian_version',
  'mime.types',
  'magic',
  'services',
  'protocols',
]

export const etcFiles = ['passwd', 'group', 'hosts', 'nsswitch.conf', 'resolv.conf'] as const

/** Folders of programs and libraries, whether or not this system keeps them all in /usr. */
function systemFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((folder) => {
    if (!existsSync(folder)) return []
    return lstatSync(folder).isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder]
  })
}

/** All arguments of bwrap: separate namespaces of all kinds, and only this machine's programs. */
export function bwrapArguments({ uid, folder, hidden, env, seccompFd, command, ...rest }: JailOptions): string[] {
  return [
    ...[
      '--unshare-pid',
      '--unshare-net',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--hostname',
      'shop',
      '--die-with-parent',
    ],
    // As root the user is changed within; otherwise it is one of a user namespace, with rights over the jail's loopback
    // alone; and nothing of bwrap stays in it, since the filter of system calls is for what it starts.
    ...(uid === null
      ? ['--unshare-user', '--as-pid-1', '--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL']
      : ['--cap-drop', 'ALL', ...['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name])]),
    ...['--cap-add', 'CAP_NET_BIND_SERVICE'],
    '--clearenv',
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--ro-bind', '/usr', '/usr', ...systemFolders()],
    // Folders with answers are hidden, wherever they are.
    ...hidden.filter((place) => /^\/(usr|bin|sbin|lib)(\/|$)/.test(place)).flatMap((place) => ['--tmpfs', place]),
    ...['--proc', '/proc', ...(uid === null ? plainDevices() : ['--dev', '/dev'])],
    ...writable('/dev/shm', limits.tmpBytes),
    ...writable('/tmp', limits.tmpBytes),
    ...writable(home, limits.homeBytes),
    // The parents of mounts are created readable for root alone.
    ...['/etc', '/etc/ssl', '/run', '/var', '/var/log', '/opt'].flatMap((at) => ['--perms', '0755', '--dir', at]),
    ...etcPieces.flatMap((piece) => ['--ro-bind-try', `/etc/${piece}`, `/etc/${piece}`]),
    ...etcFiles.flatMap((name) => ['--ro-bind', path.join(folder, 'etc', name), `/etc/${name}`]),
    ...['--ro-bind', path.join(folder, 'etc', 'shop'), '/etc/shop'],
    ...['--ro-bind', path.join(folder, 'own'), own],
    ...['--ro-bind', rest.logs, logs],
    ...(rest.beside ?? []).flatMap(({ at, from }) => ['--perms', '0755', '--dir', path.dirname(at), '--ro-bind', from, at]),
    // A file system without a quota must be read-only.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', home],
    ...['--seccomp', String(seccompFd)],
    '--',
    // Counted within the user namespace. As root they are set before, for the session's user only.
    ...(uid === null ? ['/usr/bin/prlimit', ...Object.entries(ulimits).map(([, [long, most]]) => `--${long}=${most}`), '--'] : []),
    // Names have their usual ports, below 1024, which need a capability that is dropped immediately.
    ...['/usr/bin/perl', `${own}/forward.pl`, `${own}/net`, `${own}/map`, String(uid ?? '-')],
    ...stepDown(uid),
    ...command,
  ]
}

/** Without pseudo-terminals of its own: for those bwrap creates a second user namespace, which has no rights over the first one's loopback. */
const plainDevices = (): string[] => [
  ...['--perms', '0755', '--tmpfs', '/dev'],
  ...['null', 'zero', 'full', 'random', 'urandom', 'tty'].flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
  ...[
    ['self/fd', 'fd'],
    ['self/fd/0', 'stdin'],
    ['self/fd/1', 'stdout'],
    ['self/fd/2', 'stderr'],
  ].flatMap(([from, to]) => ['--symlink', `/proc/${from}`, `/dev/${to}`]),
]

const writable = (at: string, bytes: number): string[] => ['--perms', '1777', '--size', String(bytes), '--tmpfs', at]

/** By bash's letter: the option of prlimit, and the value. Bash counts locked memory in KiB, prlimit in bytes. */
const ulimits = {
  u: ['nproc', limits.processes],
  n: ['nofile', limits.files],
  c: ['core', 0],
  l: ['memlock', 64 * 1024],
  q: ['msgqueue', 64 * 1024],
} as const

/** For bash, which then becomes the program that makes the jail: this saves one program before the prompt. */
export const ulimitCommand = (): string =>
  `ulimit ${Object.entries(ulimits)
    .map(([letter, [, most]]) => `-${letter} ${letter === 'l' ? most / 1024 : most}`)
    .join(' ')}`

/** Becomes a user who owns nothing, has no rights, and can never become another. */
const stepDown = (uid: number | null): string[] => [
  '/usr/bin/setpriv',
  ...(uid === null ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--bounding-set=-all']),
  ...['--ambient-caps=-all', '--inh-caps=-all', '--no-new-privs', '--'],
]
