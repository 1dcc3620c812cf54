import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '..')

/** What each folder may import, in addition to itself: only folders above it, so that imports point one way. */
const allowed: Record<string, string[]> = {
  model: [],
  shop: [],
  range: ['model'],
  shell: ['model', 'range'],
  observability: ['model'],
  people: ['model'],
  drills: ['model', 'people'],
  coach: ['model'],
  console: ['model', 'people'],
  control: ['model', 'range', 'shell', 'observability', 'drills', 'people', 'coach'],
  bench: ['model', 'range', 'shell', 'observability', 'drills', 'people', 'coach', 'control'],
  cli: ['model', 'range', 'shell', 'observability', 'drills', 'coach', 'control', 'bench'],
}

/** The shop's published constants and the format of its flags, and who may import them: everything else in the shop is private. */
const contracts = ['shop/contract.ts', 'shop/flag-format.ts']
const usesContract = ['range', 'shell', 'observability', 'drills', 'control', 'bench']

test('the contracts of the shop import nothing', () => {
  for (const contract of contracts) assert.doesNotMatch(readFileSync(path.join(root, contract), 'utf8'), /^import |\bimport\(|\bfrom '/m)
})

test('imports point one way', () => {
  const wrong: string[] = []
  const unused = new Set(Object.entries(allowed).flatMap(([folder, others]) => others.map((other) => `${folder} → ${other}`)))
  for (const [folder, others] of Object.entries(allowed)) {
    const above = Object.keys(allowed).slice(0, Object.keys(allowed).indexOf(folder))
    wrong.push(...others.filter((other) => !above.includes(other)).map((other) => `${folder} may import ${other}, which is not above it`))
    for (const file of globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: ['console/dist/**'] })) {
      if (/\.test\.tsx?$/.test(file)) continue
      for (const [, target = ''] of readFileSync(path.join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)) {
        const top = path.relative(root, path.resolve(root, path.dirname(file), target)).split(path.sep)[0] ?? ''
        if (contracts.includes(path.relative(root, path.resolve(root, path.dirname(file), target))) && usesContract.includes(folder))
          continue
        unused.delete(`${folder} → ${top}`)
        if (top !== folder && !others.includes(top)) wrong.push(`${file} imports ${target}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual([...unused], [], 'allowed, and not needed')
})

test('no file imports itself through others', () => {
  const files = globSync(`{${Object.keys(allowed).join(',')}}/**/*.{ts,tsx}`, { cwd: root, exclude: ['console/dist/**'] })
  assert.ok(files.length > 1_000, `${files.length} files`)
  const known = new Set(files)
  // Also for type-only imports: they would make the order of the two just as unclear.
  const imports = (file: string) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/^(?:import|export) (?:[^'";]*? from )?'(\.[^']+)'/gm)]
      .map(([, target = '']) => path.normalize(path.join(path.dirname(file), target)))
      .filter((target) => known.has(target))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, way: readonly string[]) => {
    const at = way.indexOf(file)
    if (at >= 0) return void circles.push([...way.slice(at), file].join(' → '))
    if (done.has(file)) return
    for (const target of imports(file)) visit(target, [...way, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  assert.deepEqual(circles, [])
})

test('services of the shop share only the kit', () => {
  const wrong = globSync('shop/*/**/*.ts', { cwd: root }).flatMap((file) => {
    const own = file.split(path.sep)[1]
    return [...readFileSync(path.join(root, file), 'utf8').matchAll(/from '(\.\.[^']+)'/g)]
      .map(([, target = '']) => path.relative(root, path.resolve(root, path.dirname(file), target)).split(path.sep)[1])
      .filter((target) => target !== own && target !== 'kit' && !contracts.includes(`shop/${target}`))
      .map((target) => `${file} imports from ${target}`)
  })
  assert.deepEqual(wrong, [])
})

/** Reads of a page without waiting, within an assertion on the same line: if the page is not ready, they fail at random. */
const readOnce = /assert\b.*\bawait .*\.(?:count|inputValue|textContent|innerText|isDisabled|isEnabled|isVisible|isChecked|boundingBox)\(\)/

test('tests wait for what a page shows', () => {
  assert.match('assert.equal(await list.count(), 3)', readOnce)
  assert.doesNotMatch('await comesTo(() => list.count(), 3)', readOnce)
  const files = globSync('test/{browser,acceptance}/**/*.ts', { cwd: root })
  assert.ok(files.length > 20, `${files.length} files`)
  const wrong = files.flatMap((file) => {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n')
    return lines.flatMap((line, index) => (readOnce.test(line) ? [`${file}:${index + 1}: comesTo() waits`] : []))
  })
  assert.deepEqual(wrong, [])
})
