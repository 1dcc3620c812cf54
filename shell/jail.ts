// oxlint-disable unicorn/no-useless-spread -- bubblewrap's arguments stay together by option, one a line
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** How much one session may take, where the kernel lets us say. */
export const limits = {
  /** Of the home, and of /tmp, in bytes of memory. */
  homeBytes: 64 * 1024 * 1024,
  tmpBytes: 32 * 1024 * 1024,
  /** Programs and their threads at once. */
  processes: 128,
  /** Open files of one program. */
  files: 1_024,
  /** All that its programs and its files take together, in bytes. */
  memoryBytes: 320 * 1024 * 1024,
  /** Cores; beside others it gets less than they do. */
  cpuShare: 1,
} as const

export const home = '/home/oncall'
/** Where the jail has what we put there for it. */
export const own = '/run/firedrill'
const logs = '/var/log/shop'

export interface JailOptions {
  /** Root steps down to this user within the jail; without one the jail is made by a user namespace. */
  uid: number | null
  /** The session's folder on this side: `etc`, `own`, and the socket `net`. */
  folder: string
  /** Logs to be read in the jail. */
  logs: string
  /** Read-only files beside: where in the jail, and what is there. */
  beside?: { at: string; from: string }[]
  /** What must not be seen, wherever it is: the checkout, the range's folder, the cache. */
  hidden: readonly string[]
  env: Record<string, string>
  /** Bytes of the seccomp filter come from this descriptor. */
  seccompFd: number
  command: readonly string[]
}

/** What of /etc programs need to run, none of it this machine's own affairs. The rest of the jail's /etc is ours. */
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

/** Where programs and their libraries are, whether or not this system keeps them all in /usr. */
function systemFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((folder) => {
    if (!existsSync(folder)) return []
    return lstatSync(folder).isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder]
  })
}

/** All arguments of bwrap: namespaces of its own for everything, and of this machine its programs and nothing else. */
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
    // Wherever the answers are, they are not there.
    ...hidden.filter((place) => /^\/(usr|bin|sbin|lib)(\/|$)/.test(place)).flatMap((place) => ['--tmpfs', place]),
    ...['--proc', '/proc', ...(uid === null ? plainDevices() : ['--dev', '/dev'])],
    ...writable('/dev/shm', limits.tmpBytes),
    ...writable('/tmp', limits.tmpBytes),
    ...writable(home, limits.homeBytes),
    // Whose parents are made on the way are for root alone.
    ...['/etc', '/etc/ssl', '/run', '/var', '/var/log', '/opt'].flatMap((at) => ['--perms', '0755', '--dir', at]),
    ...etcPieces.flatMap((piece) => ['--ro-bind-try', `/etc/${piece}`, `/etc/${piece}`]),
    ...etcFiles.flatMap((name) => ['--ro-bind', path.join(folder, 'etc', name), `/etc/${name}`]),
    ...['--ro-bind', path.join(folder, 'etc', 'shop'), '/etc/shop'],
    ...['--ro-bind', path.join(folder, 'own'), own],
    ...['--ro-bind', rest.logs, logs],
    ...(rest.beside ?? []).flatMap(({ at, from }) => ['--perms', '0755', '--dir', path.dirname(at), '--ro-bind', from, at]),
    // What has no quota takes nothing.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', home],
    ...['--seccomp', String(seccompFd)],
    '--',
    // Counted within the user namespace. As root they are set before, for the user of the session alone.
    ...(uid === null ? ['/usr/bin/prlimit', ...Object.entries(ulimits).map(([, [long, most]]) => `--${long}=${most}`), '--'] : []),
    // Names have their usual ports, below 1024, which take a right that is given up at once.
    ...['/usr/bin/perl', `${own}/forward.pl`, `${own}/net`, `${own}/map`, String(uid ?? '-')],
    ...stepDown(uid),
    ...command,
  ]
}

/** Without pseudo-terminals of its own: for those bwrap makes a second user namespace, which has no rights over the loopback of the first. */
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

/** By bash's own letter: the option of prlimit, and how much. Bash counts locked memory in KiB, prlimit in bytes. */
const ulimits = {
  u: ['nproc', limits.processes],
  n: ['nofile', limits.files],
  c: ['core', 0],
  l: ['memlock', 64 * 1024],
  q: ['msgqueue', 64 * 1024],
} as const

/** For bash, before it becomes what makes the jail: so is one program less started on the way to a prompt. */
export const ulimitCommand = (): string =>
  `ulimit ${Object.entries(ulimits)
    .map(([letter, [, most]]) => `-${letter} ${letter === 'l' ? most / 1024 : most}`)
    .join(' ')}`

/** Becomes a user who owns nothing and may do nothing, and can never become another. */
const stepDown = (uid: number | null): string[] => [
  '/usr/bin/setpriv',
  ...(uid === null ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--bounding-set=-all']),
  ...['--ambient-caps=-all', '--inh-caps=-all', '--no-new-privs', '--'],
]
