import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { FiredrillError, describeError } from '../../model/errors.ts'

/** Texts, all of them: more is no scenario. */
export const mostFileBytes = 256 * 1024
const mostBytes = 16 * 1024 * 1024
const mostFiles = 2_000

/** What a pack holds by its paths, with `/` on every system, and what is wrong with it as an archive or a folder. */
export interface PackFiles {
  files: Map<string, Buffer>
  problems: string[]
}

/** Files of a pack may have these names, and nothing else is in it. */
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

class Collected implements PackFiles {
  readonly files = new Map<string, Buffer>()
  readonly problems: string[] = []
  #bytes = 0

  /** Whether a file of so many bytes may be read. */
  takes(name: string, bytes: number): boolean {
    const why = this.#refused(name, bytes)
    if (why !== null) this.problems.push(`${name}: ${why}`)
    else this.#bytes += bytes
    return why === null
  }

  #refused(name: string, bytes: number): string | null {
    if (path.posix.isAbsolute(name) || name.includes('\\') || name.split('/').includes('..')) return 'leads out of the pack'
    if (!allowed.test(name))
      return 'does not belong in a pack: it holds pack.yaml, and scenario.yaml, story.md, debrief.md and people.yaml in scenarios/ID/; no code'
    if (this.files.has(name)) return 'is there twice'
    if (bytes > mostFileBytes) return `has ${bytes} bytes: at most ${mostFileBytes}`
    if (this.#bytes + bytes > mostBytes) return `is too much: all files together have at most ${mostBytes} bytes`
    return this.files.size >= mostFiles ? `is too many: at most ${mostFiles} files` : null
  }
}

function collectFolder(root: string, within: string, found: Collected): void {
  for (const name of readdirSync(path.join(root, within)).toSorted()) {
    const relative = within === '' ? name : `${within}/${name}`
    const full = path.join(root, relative)
    const stat = lstatSync(full)
    if (stat.isDirectory()) collectFolder(root, relative, found)
    else if (!stat.isFile())
      found.problems.push(`${relative}: is ${stat.isSymbolicLink() ? 'a symbolic link' : 'no file'}: put the file itself there`)
    else if (found.takes(relative, stat.size)) found.files.set(relative, readFileSync(full))
  }
}

async function collectArchive(bytes: Buffer, found: Collected): Promise<void> {
  let unpacked: Buffer
  try {
    unpacked = gunzipSync(bytes, { maxOutputLength: 2 * mostBytes })
  } catch (error) {
    found.problems.push(`it is no archive that can be unpacked (${describeError(error)}): make it with 'firedrill pack make'`)
    return
  }
  const extract = tar.extract()
  extract.end(unpacked)
  try {
    for await (const entry of extract) {
      const { type, size = 0 } = entry.header
      const name = entry.header.name.replace(/^\.\//, '')
      const isFolder = type === 'directory'
      if (!isFolder && type !== 'file') found.problems.push(`${name}: is a ${type}: a pack has files and folders only`)
      if (isFolder && name.split('/').includes('..')) found.problems.push(`${name}: leads out of the pack`)
      if (type === 'file' && found.takes(name, size)) {
        const chunks: Buffer[] = []
        for await (const chunk of entry) chunks.push(Buffer.from(chunk))
        found.files.set(name, Buffer.concat(chunks))
      } else entry.resume()
    }
  } catch (error) {
    found.problems.push(`the archive is damaged (${describeError(error)}): make it again with 'firedrill pack make'`)
  }
}
