import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import type { ProcessSpec } from '../../component.ts'
import { makePrivateFolder } from '../../private.ts'
import { runAs, unprivilegedUser } from '../../users.ts'
import type { Precedence, Tier } from '../../precedence.ts'
import { family, liveness, readStat, type ProcessIdentity } from './identity.ts'
import { lowered, place } from './precedence.ts'

const inherited = ['PATH', 'HOME', 'SSL_CERT_FILE', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE']

/**
 * What every process of a range inherits, and nothing else from the user who starts it: neither options for Node or Python nor a proxy, through which
 * parts of a range would try to reach each other. Times in logs are UTC, and paths are UTF-8.
 */
export const cleanEnvironment = (own: NodeJS.ProcessEnv = process.env): Record<string, string> => ({
  ...Object.fromEntries(inherited.flatMap((name) => (own[name] ? [[name, own[name]]] : []))),
  LANG: 'C.UTF-8',
  TZ: 'UTC',
})

interface LaunchOptions {
  rangeId: string
  /** The environment variable that identifies it without a record. */
  name: string
  logPath: string
  tier: Tier
  precedence: Precedence
}

/** Starts a program as the leader of its own session and group, with the precedence of its tier and its output appended to a file. */
export async function launch(spec: ProcessSpec, { rangeId, name, logPath, tier, precedence }: LaunchOptions): Promise<ProcessIdentity> {
  makePrivateFolder(path.dirname(logPath))
  const output = openSync(logPath, 'a', 0o600)
  const nonce = randomBytes(8).toString('hex')
  try {
    const [file, ...args] = lowered([spec.file, ...spec.args], tier, precedence)
    const child = spawn(file, args, {
      cwd: spec.cwd ?? '/',
      env: { ...cleanEnvironment(), ...spec.env, FIREDRILL_RANGE: rangeId, FIREDRILL_COMPONENT: name, FIREDRILL_NONCE: nonce },
      detached: true,
      stdio: ['ignore', output, output],
      ...runAs(spec.user ? unprivilegedUser(spec.user) : null),
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) => reject(new FiredrillError('component-failed', `${spec.file} could not be started`, { cause: error })))
    })
    child.unref()
    const pid = child.pid
    if (pid === undefined) throw new FiredrillError('component-failed', `${spec.file} has no process id`)
    await place(pid, tier, precedence, rangeId)
    return { pid, startTicks: readStat(pid)?.startTicks ?? 0, nonce }
  } finally {
    closeSync(output)
  }
}

/** Sends a signal, then kills the process and all its descendants after the deadline; resolves when they are gone. */
export async function terminate(
  identity: ProcessIdentity,
  { signal, deadlineMs }: { signal: NodeJS.Signals; deadlineMs: number },
): Promise<void> {
  if (liveness(identity) === 'gone') return
  const members = family(identity.pid)
  // A suspended process cannot handle a signal.
  if (liveness(identity) === 'suspended') send(-identity.pid, 'SIGCONT')
  send(identity.pid, signal)
  if (await gone(identity, deadlineMs)) {
    await killAll(members)
    return
  }
  await killAll([identity.pid, ...members])
  if (!(await gone(identity, 5_000))) {
    throw new FiredrillError('timed-out', `process ${identity.pid} is still there after SIGKILL`)
  }
}

/** Kills each of these and the rest of their groups, and waits until they are gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    send(-pid, 'SIGKILL')
    send(pid, 'SIGKILL')
  }
  const lives = (pid: number) => !['Z', 'X', undefined].includes(readStat(pid)?.state)
  await poll(2_000, () => !pids.some(lives), 10)
}

/** Sends a signal; false where there is no such process. Throws what Node throws where it is not allowed. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

async function gone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  return (await poll(withinMs, () => liveness(identity) === 'gone', 20)) !== null
}
