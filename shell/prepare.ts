import { chmodSync, copyFileSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FiredrillError } from '../model/errors.ts'
import { rangeId } from '../range/context.ts'
import { etcOf, settingsFiles, settingsNotice } from './etc.ts'
import { groupsGone, sessionsWithGroups } from './groups.ts'
import { bwrapArguments, ulimitCommand, type JailOptions } from './jail.ts'
import { forwardMap, type Place } from './places.ts'
import { seccompFilter } from './seccomp.ts'

/** Maximum number of sessions of a range; each has a number, which determines its user. */
export const mostSessions = 8

/** The folder of a range's sessions: short, because a socket's path has at most 107 bytes, and accessible only to the user who runs the range. */
export const runtimeFolder = (dir: string): string => path.join(tmpdir(), `firedrill-shell-${rangeId(dir)}`)

/** Removes what a killed control plane has left of its sessions, but nothing of those that are opened meanwhile. Their processes died with it. */
export async function sweepShells(dir: string): Promise<void> {
  const left = sessionsWithGroups(rangeId(dir))
  rmSync(runtimeFolder(dir), { recursive: true, force: true })
  await Promise.all(left.map((session) => groupsGone(rangeId(dir), session)))
}

/** Creates it. Throws if somebody else has created it. */
export function makeRuntimeFolder(dir: string): string {
  const folder = runtimeFolder(dir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (!lstatSync(folder).isDirectory() || uid !== process.getuid?.() || (mode & 0o077) !== 0)
    throw new FiredrillError('conflict', `${folder} belongs to somebody else: remove it, then open a terminal again`)
  return folder
}

/** A unique user: one number for each session of each range, far above those of accounts; or one of the few that a container has. */
export function uidOf(dir: string, slot: number): number {
  const mapped = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')
  const many = mapped.some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
    return first === 0 && count > 2_100_000_000
  })
  const range = Number.parseInt(rangeId(dir).slice(0, 6), 16)
  return many ? 2_000_000_000 + (range % 10_000_000) * mostSessions + slot : 61_184 + (range % 400) * mostSessions + slot
}

interface PreparedJail {
  file: string
  args: string[]
  env: Record<string, string>
  folder: string
  socket: string
}

interface PrepareOptions extends Pick<JailOptions, 'hidden' | 'env' | 'beside' | 'uid' | 'logs'> {
  bwrap: string
  folder: string
  groups: readonly string[]
  places: readonly Place[]
  motd: string
  /** Our own programs, by name: first on the PATH in the jail. */
  programs?: Readonly<Record<string, string>>
  /** Files in the jail's own folder, by name. */
  files?: Readonly<Record<string, string>>
  /** What `firedrill` in the jail knows about its range. */
  rangeFile?: string
  /** Files to be copied into the jail's own folder, by their path in it. */
  copies?: Readonly<Record<string, string>>
  command: readonly string[]
}

/** Exit status if the process cannot be moved into the groups of its session. */
export const groupsRefused = 97

/** Our own programs that run in the jail. */
const inside = path.join(import.meta.dirname, 'inside')

function unfiltered(): never {
  throw new FiredrillError('unsupported', `no system calls are known of ${process.arch}, so none can be refused`)
}

/** Writes all files of a session's jail, and returns how to start it. Its socket must be listening by then. */
export function prepareJail({
  bwrap,
  folder,
  groups,
  places,
  motd,
  programs = {},
  files = {},
  rangeFile,
  copies = {},
  command,
  ...options
}: PrepareOptions): PreparedJail {
  rmSync(folder, { recursive: true, force: true })
  const put = (name: string, text: string | Buffer, mode: number) => {
    writeFileSync(path.join(folder, name), text)
    chmodSync(path.join(folder, name), mode)
  }
  for (const name of ['', 'etc', 'etc/shop', 'own', 'own/bin', 'own/range', 'own/program']) {
    mkdirSync(path.join(folder, name), { recursive: true })
    chmodSync(path.join(folder, name), name.startsWith('own') || name === 'etc/shop' ? 0o755 : 0o700)
  }
  for (const [name, text] of Object.entries(etcOf(options.uid ?? 1_000, places))) put(`etc/${name}`, text, 0o444)
  for (const file of settingsFiles) put(`etc/shop/${file}`, settingsNotice(file), 0o444)
  const ours = Object.fromEntries(['forward.pl', 'bashrc', 'runner.sh'].map((name) => [name, path.join(inside, name)]))
  for (const [name, from] of Object.entries({ ...ours, ...copies })) {
    copyFileSync(from, path.join(folder, 'own', name))
    chmodSync(path.join(folder, 'own', name), 0o444)
  }
  put('own/map', forwardMap(places), 0o444)
  for (const [name, text] of Object.entries({ motd, ...files })) put(`own/${name}`, text, 0o444)
  if (rangeFile !== undefined) put('own/range/range.json', rangeFile, 0o444)
  const sudo = Object.fromEntries(['sudo', 'sudoedit', 'shop-settings'].map((name) => [name, readFileSync(path.join(inside, name))]))
  for (const [name, text] of Object.entries({ ...sudo, ...programs })) put(`own/bin/${name}`, text, 0o555)
  put('seccomp', seccompFilter() ?? unfiltered(), 0o400)
  const args = bwrapArguments({ ...options, folder, seccompFd: 9, command })
  const end = args.indexOf('--')
  // Its contents, including the token, are on no command line.
  put(
    'args',
    args
      .slice(0, end)
      .map((arg) => `${arg}\0`)
      .join(''),
    0o400,
  )
  // All its children are in its groups from the start, and inherit no open files.
  const script = `while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit ${groupsRefused}; shift; done; shift
for fd in /proc/self/fd/*; do fd=\${fd##*/}; [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done
${options.uid === null ? '' : `${ulimitCommand()}\n`}exec "$BWRAP" --args 8 "$@" 8<"$FOLDER/args" 9<"$FOLDER/seccomp"`
  return {
    file: '/bin/bash',
    args: ['-c', script, 'bash', ...groups, '--', ...args.slice(end + 1)],
    env: { FOLDER: folder, BWRAP: bwrap },
    folder,
    socket: path.join(folder, 'own', 'net'),
  }
}
