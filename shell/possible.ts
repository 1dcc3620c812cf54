import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../range/binaries.ts'
import { defaultPortBase } from '../range/context.ts'
import { places } from './places.ts'
import { prepareJail, uidOf } from './prepare.ts'
import { seccompFilter } from './seccomp.ts'

const run = promisify(execFile)

/** Programs without which a jail cannot be made. */
const needed = [
  { program: 'bwrap', debian: 'bubblewrap' },
  { program: 'perl', debian: 'perl-base' },
  { program: 'setpriv', debian: 'util-linux' },
  { program: 'prlimit', debian: 'util-linux' },
  { program: 'bash', debian: 'bash' },
] as const

export const findBwrap = (): string | null => process.env['FIREDRILL_BWRAP'] || findProgram(['bwrap'], [])

/** Why terminals are not available on this machine; null if they are. Tests it by making an empty jail. */
export async function jailTrouble(): Promise<string | null> {
  const missing = missingProgram()
  if (missing) return missing
  const attempt = trial()
  try {
    await run(attempt.file, attempt.args, { env: attempt.env, timeout: 10_000 })
    return null
  } catch (error) {
    return refusal(error)
  } finally {
    attempt.remove()
  }
}

function missingProgram(): string | null {
  if (process.platform !== 'linux') return 'a terminal needs Linux: its jail is made of namespaces'
  for (const { program, debian } of needed) {
    const found = program === 'bwrap' ? findBwrap() : existsSync(`/usr/bin/${program}`)
    if (!found) return `${program} is missing: run 'sudo apt-get install ${debian}', then 'firedrill up'`
  }
  if (seccompFilter() === null) return `a jail refuses system calls, and those of ${process.arch} are not known here`
  return null
}

function trial() {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-shell-trial-'))
  const logs = path.join(folder, 'logs')
  const jail = prepareJail({
    bwrap: findBwrap() ?? '',
    folder: path.join(folder, 'session'),
    groups: [],
    places: places({ port: () => defaultPortBase }),
    motd: '',
    uid: process.getuid?.() === 0 ? uidOf(folder, 0) : null,
    logs,
    hidden: [],
    env: { PATH: '/usr/bin:/bin' },
    command: ['/bin/true'],
  })
  mkdirSync(logs)
  return { ...jail, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function refusal(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : ''
  const how = process.getuid?.() === 0 ? 'this container or host allows no new namespaces' : 'user namespaces are turned off here'
  return `a jail cannot be made (${said || 'it did not start in time'}): ${how}; start the range where they are allowed`
}
