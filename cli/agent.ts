import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectRoot } from '../control/paths.ts'
import { makePrivateFolder } from '../range/private.ts'
import { family } from '../range/targets/local/identity.ts'
import { killAll } from '../range/targets/local/process.ts'
import type { RangeState } from '../range/targets/local/state.ts'

interface AgentOptions {
  /** A shell command. */
  shell: string
  /** Where it runs; a new empty folder by default. */
  cwd: string | undefined
  env: Record<string, string>
  /** Where its output is stored. */
  log: string
}

/** Starts an agent as a process group of its own, so that all its children end with it. */
export function startAgent({ shell, cwd, env, log }: AgentOptions) {
  makePrivateFolder(path.dirname(log))
  const own = cwd === undefined ? mkdtempSync(path.join(tmpdir(), 'firedrill-agent-')) : null
  const output = openSync(log, 'a', 0o600)
  const child = spawn('/bin/sh', ['-c', shell], { detached: true, stdio: ['ignore', output, output], env, cwd: own ?? cwd })
  closeSync(output)
  let code: number | undefined
  let killed = false
  const closed = new Promise<void>((resolve) => {
    const ended = (status: number) => {
      code ??= status
      resolve()
    }
    // The shell's status for an unknown command.
    child.once('error', () => ended(127))
    child.once('close', (status) => ended(status ?? 1))
  })
  return {
    /** Undefined while it runs, and if it was killed. */
    exitCode: () => (killed ? undefined : code),
    async end() {
      try {
        if (code !== undefined || child.pid === undefined) return
        killed = true
        await killAll(family(child.pid))
        await closed
      } finally {
        if (own !== null) rmSync(own, { recursive: true, force: true })
      }
    },
  }
}

/**
 * The environment for an agent: it tells the agent where the API is, and no more. It does not reveal the range's folder, with the instructor's token,
 * or the checkout, with the answers, and has none of the range's secrets. PATH is unchanged, except for folders within the range's.
 */
export function agentEnvironment(state: RangeState, all: NodeJS.ProcessEnv): Record<string, string> {
  const { portBase, tokens, passwords } = state.config()
  const folders = [state.dir, projectRoot].flatMap((folder) => [path.resolve(folder), realpathSync(folder)])
  const told = [...folders, tokens.instructor, tokens.service, ...Object.values(passwords)].filter((text) => text !== '')
  const kept = Object.entries(all).flatMap(([name, value = '']): [string, string][] => {
    if (name === 'PATH') return [[name, pathWithout(state.dir, value)]]
    return name.startsWith('FIREDRILL_') || told.some((text) => value.includes(text)) ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(kept),
    FIREDRILL_MCP_URL: `http://127.0.0.1:${portBase}/mcp`,
    FIREDRILL_MCP_TOKEN: tokens.trainee,
  }
}

const pathWithout = (dir: string, value: string): string =>
  value
    .split(path.delimiter)
    .filter((folder) => !folder.includes(path.resolve(dir)))
    .join(path.delimiter)
