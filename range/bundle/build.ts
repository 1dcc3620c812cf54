/**
 * Builds bundles: everything that one of our programs loads, without comments, in one file, and beside it what it may load later. Runs in a process
 * of its own, because the bundler takes 100 MB. Prints nothing on success.
 *
 *   node build.ts CHECKOUT FOLDER SCRIPT...
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown, type OutputChunk, type Plugin } from 'rolldown'
import { describeError } from '../../model/errors.ts'
import { keepRecord, inputsOf } from './inputs.ts'
import { bundleName } from './places.ts'
import { packLines, tableOf } from './lines.ts'
import { removeUnused } from './unused.ts'
import { withOwnFolder, workersOf } from './workers.ts'

const [root = '', folder = '', ...scripts] = process.argv.slice(2)
/** A file that npm writes on every install: a package that was missing before is not among the inputs yet. */
const others = ['package-lock.json', 'node_modules/.package-lock.json']
/** If a file is saved meanwhile, the bundle is built again. */
const tries = 3

/** The program, preceded by the code for stack traces. */
const program = (script: string): Plugin => {
  const parts: Record<string, string> = {
    '\0program': `import '\0traces'\nimport ${JSON.stringify(path.join(root, script))}`,
    '\0traces': `import { traceSources } from ${JSON.stringify(path.join(import.meta.dirname, 'traces.ts'))}
      traceSources(${JSON.stringify(pathToFileURL(folder).href)})`,
  }
  return { name: 'program', resolveId: (id) => (id in parts ? id : undefined), load: (id) => parts[id] }
}

/** Keeps `import.meta.dirname` and the like as in the sources. */
const ownPaths: Plugin = {
  name: 'own-paths',
  transform: {
    filter: { code: /\bimport\.meta\.(dirname|filename|url)\b|\b__dirname\b/ },
    handler: (code, id) =>
      code.replaceAll(/\bimport\.meta\.(dirname|filename|url)\b|\b__dirname\b/g, (_, name: string | undefined) =>
        JSON.stringify(name === 'url' ? pathToFileURL(id).href : name === 'filename' ? id : path.dirname(id)),
      ),
  },
}

/** Importing these modules by name reads all that they export, and so loads Node's own copy of undici: 6 MB in each process. */
const readWhole = /^(node:)?(https?)$/
const builtins: Plugin = {
  name: 'builtins',
  resolveId: {
    filter: { id: readWhole },
    handler: (id) => `\0builtin:${id.replace(readWhole, '$2')}`,
  },
  load: {
    filter: { id: /^\0builtin:/ },
    handler: (id) => `module.exports = process.getBuiltinModule('node:${id.slice('\0builtin:'.length)}')`,
  },
}

/** Node's own `punycode` warns when it is imported from outside node_modules; an import of that name means the package. */
const punycode: Plugin = {
  name: 'punycode',
  resolveId: {
    filter: { id: /^punycode$/ },
    handler: (_, importer) => (importer ? createRequire(importer).resolve('punycode/') : undefined),
  },
}

/**
 * The parts of the package undici for fetch, WebSockets and mocks: a quarter of a service's code, which we do not call. They modify globals of those
 * names.
 */
const lessUndici: Plugin = {
  name: 'less-undici',
  resolveId: {
    filter: { id: /^\.\/lib\/(web|mock)\// },
    handler: (_, importer) => (importer?.endsWith('/node_modules/undici/index.js') ? '\0left-out' : undefined),
  },
  load: {
    filter: { id: /^\0left-out$/ },
    handler: () => `module.exports = new Proxy(function () {}, {
      get: () => module.exports,
      apply() { throw new Error('this part of undici is left out of bundles, see range/bundle/build.ts') },
    })`,
  },
}

/** Imports the package as a namespace, so that unused exports are left out: its messages in fifty languages. */
const ownZod: Plugin = {
  name: 'own-zod',
  transform: {
    filter: { id: { exclude: /\/node_modules\// }, code: /from 'zod'/ },
    handler: (code) => code.replace(/import \{ z \} from 'zod'/, "import * as z from 'zod'"),
  },
}

/** A character beyond the first 256 makes the engine store the whole text with two bytes per character. */
const narrow = (code: string): string =>
  code.replaceAll(/[^\0-\xFF]/g, (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

async function build(script: string): Promise<void> {
  const name = bundleName(script)
  for (let left = tries; left > 0; left--) {
    const startedAt = Date.now()
    const workers = workersOf(root)
    const bundles = [await bundled({ main: '\0program' }, [program(script), workers.plugin])]
    // Each thread gets a complete file: it shares no module with the program.
    for (const [worker, file] of workers.found) bundles.push(await bundled({ [worker]: file }, [], `${worker}.js`))
    const chunks = bundles.flatMap((each) => each.chunks)
    const inputs = new Set(bundles.flatMap((each) => each.inputs))
    const files = [...inputs, import.meta.filename, ...others.map((file) => path.join(root, file))]
      .filter((file) => path.isAbsolute(file) && existsSync(file))
      .map((file) => path.relative(root, file))
    const made = inputsOf(root, files, startedAt)
    if (made) return keepRecord(folder, name, path.join(publish(name, chunks), 'main.js'), made)
  }
  throw new Error('its files go on changing')
}

async function bundled(
  input: Record<string, string>,
  plugins: Plugin[],
  entryFileNames = 'main.js',
): Promise<{ chunks: OutputChunk[]; inputs: string[] }> {
  await using bundle = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    tsconfig: false,
    // A native library for this system, which the package finds beside itself.
    external: (id) => id === 'chdb',
    plugins: [...plugins, builtins, punycode, lessUndici, ownPaths, ownZod],
    logLevel: 'silent',
  })
  const { output } = await bundle.generate({
    format: 'esm',
    // Nothing is written there: paths of sources are relative to it.
    dir: folder,
    entryFileNames,
    // Lines are kept: an error that ends a program is printed with its line.
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: false } },
    keepNames: true,
    comments: false,
    sourcemap: 'hidden',
  })
  const chunks = output.filter((file) => file.type === 'chunk')
  return { chunks, inputs: [...chunks.flatMap(({ moduleIds }) => moduleIds), ...(await bundle.watchFiles)] }
}

/** Moves the files into a folder that is named after their content, atomically; returns its name. */
function publish(name: string, chunks: OutputChunk[]): string {
  const files = chunks.map((chunk) => ({ ...chunk, text: fixed(chunk.code) }))
  const hash = createHash('sha256')
  for (const { fileName, text } of files) hash.update(fileName).update(text)
  const own = `${name}-${hash.digest('hex').slice(0, 16)}`
  if (existsSync(path.join(folder, own))) return opened(own)
  const aside = mkdtempSync(path.join(folder, `${own}.tmp-`))
  // A new folder is readable only by its user.
  chmodSync(aside, 0o755)
  try {
    for (const { fileName, text, map } of files) {
      writeFileSync(path.join(aside, fileName), text)
      if (map) writeFileSync(path.join(aside, tableOf(fileName)), linesOf(text, map))
    }
    renameSync(aside, path.join(folder, own))
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    // Another process has built the same meanwhile.
    if (!existsSync(path.join(folder, own))) throw error
  }
  removeUnused(folder, name, own)
  return opened(own)
}

/** Root's bundles are also run by the shop's user, whatever root's umask is. */
function opened(own: string): string {
  if (process.getuid?.() !== 0) return own
  for (const above of [path.dirname(folder), folder]) chmodSync(above, 0o755)
  for (const file of readdirSync(path.join(folder, own))) chmodSync(path.join(folder, own, file), 0o644)
  return own
}

/** What is still found by the bundle's own path are packages, in the checkout. */
const fixed = (code: string): string =>
  withOwnFolder(narrow(code))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path.join(root, 'package.json')).href))
    .replaceAll(/from "chdb"/g, `from ${JSON.stringify(import.meta.resolve('chdb'))}`)

function linesOf(code: string, map: NonNullable<OutputChunk['map']>): Buffer {
  // Safe: the same format, of which it reads only what is there.
  const found = new SourceMap(map as unknown as SourceMapPayload)
  const sources = map.sources.map((source) => path.resolve(folder, source))
  const places = code.split('\n').flatMap((line, index) => {
    const entry = found.findEntry(index, line.search(/\S|$/))
    return 'originalSource' in entry ? [map.sources.indexOf(entry.originalSource), entry.originalLine + 1] : [-1, 0]
  })
  return packLines({ sources, table: Int32Array.from(places) })
}

for (const script of scripts) {
  try {
    mkdirSync(folder, { recursive: true })
    await build(script)
  } catch (error) {
    process.stderr.write(`${script}: ${describeError(error)}\n`)
    process.exitCode = 1
  }
}
