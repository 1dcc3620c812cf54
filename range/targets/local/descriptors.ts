import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { asOwnerOf } from '../../shop-user.ts'
import { liveness } from './identity.ts'
import type { RunRecord } from './state.ts'

const run = promisify(execFile)

/** The limit of a process's file descriptors, its hard limit, and the number that it has open; null when it does not run. */
export function descriptors(record: RunRecord | null): { limit: number; most: number; open: number } | null {
  if (!record || liveness(record) === 'gone') return null
  const { soft, hard } = limits(record.pid)
  return { limit: soft, most: hard, open: readdirSync(`/proc/${record.pid}/fd`).length }
}

/** Lowers the soft limit, or raises it to the hard one. Its own user needs no privilege for that, and root one that it may lack in a container. */
export async function limitDescriptors(record: RunRecord | null, limit: number | null): Promise<void> {
  if (!record || liveness(record) === 'gone') return
  const { hard } = limits(record.pid)
  const options = { cwd: '/', ...asOwnerOf(`/proc/${record.pid}`) }
  await run('prlimit', ['--pid', String(record.pid), `--nofile=${Math.min(limit ?? hard, hard)}:${hard}`], options)
}

function limits(pid: number): { soft: number; hard: number } {
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
  return { soft: Number(soft), hard: Number(hard) }
}
