import {
  chownSync,
  closeSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { FiredrillError, errorCode } from '../../../model/errors.ts'
import { volumeStores, type HeldFile, type VolumeFile, type VolumeName, type VolumesPort } from '../../../model/range.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { isThere, openFilesOf } from './identity.ts'
import { withLock } from './lock.ts'
import { isMounted, mountMemory, remount, unmount } from './mounts.ts'
import { shopProcesses } from './shop-processes.ts'
import type { RangeState } from './state.ts'
import type { LocalTarget } from './target.ts'
import { folderOf, mountedVolumes } from './volume-folders.ts'

/** What of a target volumes need. */
type VolumesTarget = Pick<LocalTarget, 'context' | 'start' | 'stop'> & { state: Pick<RangeState, 'dir' | 'run'> }

/** What a data store itself has in the uppermost folder of its volume. */
const ownFiles: Record<VolumeName, RegExp> = { cache: /^(dump\.rdb|temp-.*\.rdb|appendonlydir)$/, journal: /^PG_\d+_\d+$/ }

/** Volumes of data stores on this host, in its memory. All that is known of them is the kernel's, so that any process of the range can go on with them. */
export function localVolumes(target: VolumesTarget): VolumesPort {
  const { context, state } = target
  const alone = <Result>(work: () => Promise<Result>) => withLock(path.join(state.dir, 'run', 'volumes.lock'), work)
  const there = (name: VolumeName): string => {
    const folder = folderOf(context, name)
    if (!isMounted(folder)) throw new FiredrillError('not-found', `${volumeStores[name]} has no volume '${name}': list its volumes`)
    return folder
  }
  return {
    list: async () =>
      mountedVolumes(context).map(({ name, folder }) => {
        const { bsize, blocks, bfree } = statfsSync(folder)
        const files = filesIn(folder, ownFiles[name])
        return { name, path: folder, sizeBytes: blocks * bsize, freeBytes: bfree * bsize, files, held: heldIn(folder, state.dir) }
      }),
    create: (name, sizeBytes) => alone(() => create(target, name, sizeBytes)),
    resize: (name, sizeBytes) =>
      alone(async () => {
        const folder = there(name)
        const { bsize, blocks, bfree } = statfsSync(folder)
        const used = (blocks - bfree) * bsize
        if (used > sizeBytes) throw new FiredrillError('bad-request', `the files on '${name}' take ${used} bytes: choose at least as many`)
        await remount(folder, sizeBytes)
      }),
    write: (name, file, bytes) => alone(async () => write(there(name), plain(file), bytes)),
    delete: (name, file) => alone(async () => deleteFile(there(name), plain(file), name)),
    remove: (name) => alone(() => remove(target, name)),
  }
}

async function create(target: VolumesTarget, name: VolumeName, sizeBytes: number): Promise<string> {
  const folder = folderOf(target.context, name)
  const isCache = name === 'cache'
  if (!isMounted(folder)) {
    // A program stays in the folder that it was started in, whatever is mounted there afterwards.
    if (isCache) await target.stop('redis')
    else ownedAs(postgresDataDir(target.context), folder)
    await mountMemory(folder, sizeBytes)
  }
  if (isCache && !isThere(target.state.run('redis'))) await target.start('redis')
  return folder
}

/** Makes a folder that belongs to the owner of another, and to nobody else. */
function ownedAs(other: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, gid } = statSync(other)
  chownSync(folder, uid, gid)
}

async function remove(target: VolumesTarget, name: VolumeName): Promise<void> {
  const folder = folderOf(target.context, name)
  if (name === 'cache') {
    if (isMounted(folder)) {
      await target.stop('redis')
      await unmount(folder)
    }
    if (!isThere(target.state.run('redis'))) await target.start('redis')
    return
  }
  await unmount(folder)
  rmSync(folder, { recursive: true, force: true })
}

/** A name of a file in the uppermost folder. Throws `bad-request` for a path. */
function plain(file: string): string {
  if (file === '' || file === '.' || file === '..' || file.includes('/') || file.includes('\0'))
    throw new FiredrillError('bad-request', `'${file}' is not the name of a file: list the volumes`)
  return file
}

function filesIn(folder: string, own: RegExp): VolumeFile[] {
  return readdirSync(folder)
    .map((name) => ({ name, bytes: occupied(path.join(folder, name)), isOwn: own.test(name) }))
    .toSorted((a, b) => b.bytes - a.bytes)
}

/** Bytes that a file or folder takes, as `du` counts them; none where it has gone meanwhile. */
function occupied(file: string): number {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.blocks * 512
  return namesIn(file).reduce((sum, name) => sum + occupied(path.join(file, name)), 0)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

const deletedMark = ' (deleted)'

/** As `lsof +L1` finds them: by the open files of each process of the shop. */
function heldIn(volume: string, dir: string): HeldFile[] {
  // As the kernel names open files: a link may lead to the range's folder.
  const folder = realpathSync(volume)
  return shopProcesses(dir).flatMap(({ pid }) =>
    // A file may be open more than once in a process.
    [...new Map(openFilesOf(pid).map((open) => [open.link, open])).values()]
      .filter(({ link }) => link.startsWith(`${folder}/`) && link.endsWith(deletedMark))
      .map(({ file, link }) => ({
        name: link.slice(folder.length + 1, -deletedMark.length),
        bytes: bytesOpen(file),
        pid,
        process: commandOf(pid),
      })),
  )
}

/** None where it has been closed meanwhile. */
const bytesOpen = (file: string): number => (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120)
  } catch {
    return ''
  }
}

const line = Buffer.from(`${'0'.repeat(127)}\n`)

/** Writes as many lines as there is to be, for the owner of the folder. A file of that name, or a link, is left as it is. */
function write(folder: string, file: string, bytes: number): void {
  const { uid, gid } = statSync(folder)
  let fd: number
  try {
    fd = openSync(path.join(folder, file), 'wx', 0o640)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    throw error
  }
  try {
    fchownSync(fd, uid, gid)
    const block = Buffer.alloc(64 * 1024, line)
    for (let left = bytes; left > 0;) left -= writeSync(fd, block, 0, Math.min(left, block.length))
  } catch (error) {
    // Something else has taken space meanwhile: full is what it should be.
    if (errorCode(error) !== 'ENOSPC') throw error
  } finally {
    closeSync(fd)
  }
}

function deleteFile(folder: string, file: string, name: VolumeName): void {
  if (ownFiles[name].test(file))
    throw new FiredrillError('bad-request', `${volumeStores[name]} works with ${file}: without it, it would lose data`)
  const stat = lstatSync(path.join(folder, file), { throwIfNoEntry: false })
  if (!stat) throw new FiredrillError('not-found', `there is no file ${file} on '${name}': list the volumes`)
  if (stat.isDirectory()) throw new FiredrillError('bad-request', `${file} is a folder: only files can be deleted`)
  unlinkSync(path.join(folder, file))
}
