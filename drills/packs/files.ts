import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { FiredrillError, describeError } from '../../model/errors.ts'

/** Only texts: a larger file is no scenario. */
export const mostFileBytes = 256 * 1024
const mostBytes = 16 * 1024 * 1024
const mostFiles = 2_000

/** The files of a pack by path, with `/` on every system, and what is wrong with it as an archive or a folder. */
export interface PackFiles {
  files: Map<string, Buffer>
  problems: string[]
}

/** Names that files of a pack may have; no others are allowed. */
const allowed = /^(pack\.yaml|pack\.sig|README\.md|scenarios\/[a-z0-9-]+\/(scenario\.yaml|story\.md|debrief\.md|people\.yaml))$/

/** Reads a folder, or an archive (.tar.gz). Nothing is written, and nothing that it holds is run. */
export async function readPackFiles(source: string): Promise<PackFiles> {
  const found = new Collected()
  const stat = statSync(source, { throwIfNoEntry: false })
  if (!stat) throw new FiredrillError('not-found', `there is no pack at ${source}: give a folder or a .tar.gz`)
  if (stat.isDirectory()) collectFolder(source, '', found)
  else if (stat.size > mostBytes) found.problems.push(`the archive has ${stat.size} bytes: a pack has at most ${mostBytes}`)
  else await collectArchive(readFileSync(source), found)
  return found
}

/** Files of desktops, editors and version control, which are not meant to be in a pack: they are ignored. */
const isLitter = (name: string): boolean =>
  name
    .split('/')
    .some((part) => (part.startsWith('.') && part !== '.' && part !== '..') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(part))

class Collected implements PackFiles {
  readonly files = new Map<string, Buffer>()
  readonly problems: string[] = []
  #bytes = 0

  /** Whether a file of this size may be read. */
  takes(name: string, bytes: number): boolean {
    const why = this.#refused(name, bytes)
    if (why !== null) this.problems.push(`${name}: ${why}`)
    else this.#bytes += bytes
    return why === null
  }

  #refused(name: string, bytes: number): string | null {
    if (leadsOut(name)) return 'leads out of the pack'
    if (name.includes('\\')) return "has '\\' in its name, as some tools on Windows write it: make the archive with 'firedrill pack make'"
    if (!allowed.test(name))
      return 'does not belong in a pack: it holds pack.yaml, and scenario.yaml, story.md, debrief.md and people.yaml in scenarios/ID/; no code'
    if (this.files.has(name)) return 'is there twice'
    if (bytes > mostFileBytes) return `has ${bytes} bytes: at most ${mostFileBytes}`
    if (this.#bytes + bytes > mostBytes) return `is too much: all files together have at most ${mostBytes} bytes`
    return this.files.size >= mostFiles ? `is too many: at most ${mostFiles} files` : null
  }
}

const leadsOut = (name: string): boolean => path.posix.isAbsolute(name) || name.split(/[/\\]/).includes('..')

function collectFolder(root: string, within: string, found: Collected): void {
  for (const name of readdirSync(path.join(root, within)).toSorted()) {
    if (isLitter(name)) continue
    const relative = within === '' ? name : `${within}/${name}`
    const full = path.join(root, relative)
    const stat = lstatSync(full)
    if (stat.isDirectory()) collectFolder(root, relative, found)
    else if (!stat.isFile())
      found.problems.push(`${relative}: is ${stat.isSymbolicLink() ? 'a symbolic link' : 'no file'}: put the file itself there`)
    else if (found.takes(relative, stat.size)) found.files.set(relative, readFileSync(full))
  }
}

/** Magic bytes of other archive formats, and of what is often saved by mistake. */
const others: [what: string, begins: RegExp][] = [
  ['a zip archive', /^PK[^ -~]/],
  ['a 7z archive', /^7z\xbc\xaf/],
  ['compressed with xz', /^\xfd7zXZ/],
  ['compressed with bzip2', /^BZh/],
  ['compressed with zstd', /^\x28\xb5\x2f\xfd/],
  ['a web page: download the file itself', /^\s*<(!doctype|html)/i],
  ['a YAML file: name the folder that it is in', /^(\xef\xbb\xbf)?\s*(#[^\n]*\n\s*)*[a-z]+: /],
]

/** The tar archive, uncompressed; null if it is none, which is reported. */
function unpacked(bytes: Buffer, found: Collected): Buffer | null {
  // The position of a tar archive's magic bytes.
  if (bytes.toString('latin1', 257, 262) === 'ustar') return bytes
  const start = bytes.toString('latin1', 0, 512)
  const other = others.find(([, begins]) => begins.test(start))
  if (other) {
    found.problems.push(`it is no .tar.gz but ${other[0]}${other[0].includes(':') ? '' : ": make one with 'firedrill pack make'"}`)
    return null
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 * mostBytes })
  } catch (error) {
    found.problems.push(`it is no archive that can be unpacked (${describeError(error)}): make it with 'firedrill pack make'`)
    return null
  }
}

interface Entry {
  name: string
  type: string | null
  size: number
  /** Null if it is too large. */
  bytes: Buffer | null
}

async function collectArchive(bytes: Buffer, found: Collected): Promise<void> {
  const archive = unpacked(bytes, found)
  if (archive === null) return
  const entries: Entry[] = []
  const extract = tar.extract()
  extract.end(archive)
  try {
    for await (const entry of extract) {
      const { type, size = 0 } = entry.header
      const chunks: Buffer[] = []
      for await (const chunk of entry) if (size <= mostFileBytes) chunks.push(Buffer.from(chunk))
      const name = entry.header.name.replace(/^(\.\/)+/, '').replace(/\/$/, '')
      if (!isLitter(name)) entries.push({ name, type, size, bytes: size <= mostFileBytes ? Buffer.concat(chunks) : null })
    }
  } catch (error) {
    found.problems.push(`the archive is damaged (${describeError(error)}): make it again with 'firedrill pack make'`)
  }
  const top = topFolderOf(entries)
  for (const { name: given, type, size, bytes: content } of entries) {
    const name = given.slice(top.length)
    const isFolder = type === 'directory'
    if (!isFolder && type !== 'file') found.problems.push(`${name}: is a ${type}: a pack has files and folders only`)
    if (isFolder && leadsOut(name)) found.problems.push(`${name}: leads out of the pack`)
    if (type === 'file' && found.takes(name, size) && content) found.files.set(name, content)
  }
}

/** The top folder, as `tar czf ours.tgz ours` creates it, with its slash; empty if there is none. */
function topFolderOf(entries: readonly Entry[]): string {
  const head = entries.find(({ name, type }) => type === 'file' && /^[^/]+\/pack\.yaml$/.test(name))
  const top = head ? head.name.slice(0, head.name.indexOf('/') + 1) : ''
  return entries.every(({ name, type }) => name.startsWith(top) || (type === 'directory' && `${name}/` === top)) ? top : ''
}
