import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { consoleSources } from './build-console.ts'
import { projectRoot } from './paths.ts'
import { Sources } from './proof/source.ts'

const sources = new Set(consoleSources(projectRoot))

test('the console is rebuilt after a change of any module that it imports, in any folder', () => {
  const modules = new Sources(projectRoot)
  const isModule = (file: string) => /\.tsx?$/.test(file)
  const closure = new Set<string>()
  for (const start of ['console/src/main.tsx', 'console/vite.config.ts']) modules.closure(start, isModule, closure)
  assert.deepEqual(
    [...closure].filter((file) => !sources.has(file)),
    [],
  )
  const rooms = new Set(closure.values().map((file) => file.split('/')[0]))
  for (const room of ['console', 'model', 'people']) assert.ok(rooms.has(room), `the console imports nothing of ${room}`)
})

test('it is rebuilt after a change of a style sheet, of the page itself, or of a static file', () => {
  const read = (file: string) => readFileSync(path.join(projectRoot, file), 'utf8')
  const sheets = globSync('console/src/**/*.tsx', { cwd: projectRoot }).flatMap((file) =>
    Array.from(read(file).matchAll(/'(\.[^']+\.css)'/g), ([, sheet = '']) => path.posix.join(path.posix.dirname(file), sheet)),
  )
  assert.ok(sheets.length > 0)
  const served = globSync('console/public/**/*.*', { cwd: projectRoot })
  for (const file of ['console/index.html', 'package-lock.json', ...sheets, ...served]) assert.ok(sources.has(file), file)
})

test('it is not rebuilt after a change of a test, or of the build’s output', () => {
  for (const file of sources) assert.doesNotMatch(file, /\.test\.|^console\/dist\//)
})
