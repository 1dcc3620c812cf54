/**
 * Leaves in `node_modules` only what the given programs import, and what that needs: `node prune.ts ENTRY…`, in the folder of the project.
 * One lock file is for everything here; an image holds no more than what runs in it.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = process.cwd()
const modules = path.join(root, 'node_modules')

/** Packages that programs import, directly or by files of their own. */
function imported(entries: readonly string[]): Set<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const queue = entries.map((entry) => path.resolve(root, entry))
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)) {
      if (target.startsWith('.')) queue.push(path.resolve(path.dirname(file), target))
      else if (!target.startsWith('node:')) packages.add(packageOf(target))
    }
  }
  return packages
}
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** Folders of packages and of all that they need, each where Node would find it. */
function needed(packages: ReadonlySet<string>): Set<string> {
  const folders = new Set<string>()
  const queue = [...packages].map((name) => ({ name, from: root }))
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const folder = resolve(next.name, next.from)
    if (folder === null || folders.has(folder)) continue
    folders.add(folder)
    // Safe: a package's own manifest.
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    ) as Manifest
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) queue.push({ name, from: folder })
  }
  return folders
}

function resolve(name: string, from: string): string | null {
  for (let folder = from; folder.startsWith(root); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name)
    if (existsSync(path.join(candidate, 'package.json'))) return candidate
  }
  return null
}

const keep = needed(imported(process.argv.slice(2)))
let removed = 0
for (const name of readdirSync(modules)) {
  const names = name.startsWith('@') ? readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name]
  for (const each of names) {
    const folder = path.join(modules, each)
    if (keep.has(folder)) continue
    rmSync(folder, { recursive: true, force: true })
    removed++
  }
}
process.stdout.write(`kept ${keep.size} packages, removed ${removed}\n`)
