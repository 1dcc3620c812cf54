import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** Makes everything that this process and its children write from now on accessible only to its own user. */
export const writePrivately = (): void => void process.umask(0o077)

/** Creates a folder that only its user may enter, and its parents; existing ones are unchanged. */
export const makePrivateFolder = (folder: string): void => void mkdirSync(folder, { recursive: true, mode: 0o700 })

/** The folder itself, or its nearest existing parent. */
export function nearestThere(folder: string): string {
  let there = path.resolve(folder)
  while (!existsSync(there) && path.dirname(there) !== there) there = path.dirname(there)
  return there
}

/** Folders through which programs with a user of their own reach their data and configuration: anyone may enter them, nobody may list them. */
const ways = ['.', 'data', 'config']
/** The database's own user decides about its files. */
const others = path.join('data', 'postgres')

/** Removes other users' access to a range's files, which an earlier version allowed; keeps that of the shop's group. */
export function makePrivate(dir: string, group: number | null = null): void {
  if (openTo(dir, { group, most: 1 }).length === 0) return
  for (const file of filesOf(dir)) {
    const { mode, gid } = lstatSync(file)
    const kept = ways.includes(path.relative(dir, file) || '.') ? 0o711 : gid === group ? 0o750 : 0o700
    if ((mode & 0o777 & ~kept) !== 0) chmodSync(file, mode & kept)
  }
}

/** Files and folders of a range that other users may read or change, at most this many; their paths. The shop's group may read its own files. */
export function openTo(dir: string, { group = null, most = Infinity }: { group?: number | null; most?: number } = {}): string[] {
  const open: string[] = []
  for (const file of filesOf(dir)) {
    const { mode, gid } = lstatSync(file)
    if ((mode & (gid === group ? 0o026 : 0o066)) !== 0) open.push(file)
    if (open.length >= most) break
  }
  return open
}

/** Files that are gone, or belong to another user, such as the shop's data: a folder's owner can replace anything in it. */
function isOfAnother(file: string): boolean {
  const uid = lstatSync(file, { throwIfNoEntry: false })?.uid
  return uid === undefined || uid !== (process.getuid?.() ?? uid)
}

/** For a folder that others cannot enter, its own modes decide. */
function* filesOf(dir: string): Generator<string> {
  if (!existsSync(dir)) return
  yield dir
  const folders = [dir]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if ((lstatSync(folder).mode & 0o011) === 0) continue
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (path.relative(dir, file) === others || !(entry.isFile() || entry.isDirectory()) || isOfAnother(file)) continue
      yield file
      if (entry.isDirectory()) folders.push(file)
    }
  }
}

/**
 * Whether users of this machine other than its owner, and than the shop's group, may read a file: by its own mode, and by those of its parent
 * folders.
 */
export function othersMayRead(file: string, shop: number | null = null): boolean {
  if (!existsSync(file)) return false
  const bits = (of: string, group: number, all: number) => {
    const { mode, gid } = statSync(of)
    return [(mode & group) !== 0 && gid !== shop, (mode & all) !== 0]
  }
  let [byGroup, byAll] = bits(file, 0o040, 0o004)
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    const [group, all] = bits(folder, 0o010, 0o001)
    // A member of a folder's group need not be one of the file's; a false alarm does no harm.
    byGroup &&= Boolean(group || all)
    byAll &&= Boolean(all)
    if (folder === path.dirname(folder)) return Boolean(byGroup || byAll)
  }
}
