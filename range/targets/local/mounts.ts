import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'

const run = promisify(execFile)
const commandWithinMs = 10_000
/** Whoever has something open there has been told to end before: the kernel needs a moment to notice. */
const freeWithinMs = 5_000

let tried: boolean | null = null

/** Whether this process may mount file systems. A container may forbid it to root as well, by more than one means: it is tried, once. */
export function canMount(): boolean {
  tried ??= process.getuid?.() === 0 && tryMount()
  return tried
}

function tryMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-mount-'))
  const options = { stdio: 'ignore', timeout: commandWithinMs } as const
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'firedrill', folder], options)
    execFileSync('umount', [folder], options)
    return true
  } catch {
    return false
  } finally {
    removeQuietly(folder)
  }
}

/** What was mounted there for a try, and could not be unmounted at once, goes when nobody uses it. */
function removeQuietly(folder: string): void {
  try {
    if (isMounted(folder)) execFileSync('umount', ['--lazy', folder], { stdio: 'ignore', timeout: commandWithinMs })
    rmdirSync(folder)
  } catch {
    // An empty folder is left.
  }
}

/** Whether a file system of its own is mounted at a folder. */
export function isMounted(folder: string): boolean {
  const here = statSync(folder, { throwIfNoEntry: false })
  return here !== undefined && here.dev !== statSync(path.dirname(folder)).dev
}

/** Mounts a file system in memory at a folder, whose owner and mode it gets; makes the folder where there is none. Throws `component-failed`. */
export async function mountMemory(folder: string, sizeBytes: number): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, gid, mode } = statSync(folder)
  const access = `mode=${(mode & 0o777).toString(8)},uid=${uid},gid=${gid}`
  await command('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},${access},nosuid,nodev,noexec`, 'firedrill', folder])
}

export const remount = (folder: string, sizeBytes: number): Promise<void> => command('mount', ['-o', `remount,size=${sizeBytes}`, folder])

/** Unmounts a folder; one that is in use after some seconds is taken away all the same, and goes when nobody has anything open there. */
export async function unmount(folder: string): Promise<void> {
  if (!isMounted(folder)) return
  const isFree = await poll(
    freeWithinMs,
    () =>
      command('umount', [folder]).then(
        () => true,
        () => !isMounted(folder),
      ),
    200,
  )
  if (!isFree) await command('umount', ['--lazy', folder])
}

async function command(file: string, args: string[]): Promise<void> {
  await run(file, args, { timeout: commandWithinMs }).catch((error: unknown) => {
    throw new FiredrillError('component-failed', `${file} failed: ${describeError(error)}`, { cause: error })
  })
}
