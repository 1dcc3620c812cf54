import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ruleGroups } from '../observability/rules/index.ts'
import { timings } from '../observability/timing.ts'
import { runbooks } from './runbooks.ts'
import { keepPacks, scenariosOf } from './packs.ts'
import { archiveOf, checkPack } from '../drills/packs/pack.ts'
import { packOf } from '../test/pack-of.ts'

const work = mkdtempSync(path.join(tmpdir(), 'packs-'))
after(() => rmSync(work, { recursive: true, force: true }))
/** A checkout with two scenarios: reading all of them takes a second or two, and is tested elsewhere. */
const root = path.join(work, 'checkout')
for (const id of ['slow-shelves', 'stuck-checkout'])
  cpSync(path.join(import.meta.dirname, '..', 'scenarios', id), path.join(root, 'scenarios', id), { recursive: true })
const vocabulary = {
  alerts: new Set(ruleGroups(timings.drill).flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])))),
  tickets: new Set<string>(),
  runbooks: new Set(runbooks().keys()),
}
const taken = new Set(['slow-shelves', 'stuck-checkout'])
const fresh = () => mkdtempSync(path.join(work, 'one-'))
const pack = (ids: readonly string[], id?: string) => packOf(work, ids, id)

const three = ['our-first', 'our-second', 'our-third']
const check = (source: string) => checkPack(source, { taken })

test('a pack of three is created, moved as one file, and played elsewhere', async () => {
  const folder = pack(three)
  const { problems, files } = await check(folder)
  assert.deepEqual(problems, [])
  const bytes = await archiveOf(files)
  assert.deepEqual(await archiveOf(files), bytes)
  const moved = path.join(fresh(), 'ours-1.0.0.tar.gz')
  writeFileSync(moved, bytes)
  const read = await check(moved)
  assert.deepEqual([read.problems, read.head?.version, read.scenarios.map(({ id }) => id)], [[], '1.0.0', three])
  const dir = fresh()
  await keepPacks(dir, [moved], { taken, vocabulary })
  rmSync(moved)
  const scenarios = scenariosOf(root, dir, (mistake) => assert.fail(mistake.message))
  assert.ok(three.every((id) => scenarios.has(id)) && scenarios.has('slow-shelves'))
})

test('two packs that share a scenario or an id are refused, and neither is installed', async () => {
  const sources = [pack(['our-first']), pack(['our-first', 'our-second'])]
  const dir = fresh()
  await assert.rejects(keepPacks(dir, sources, { taken, vocabulary }), /no pack is used:\n(.|\n)*a pack of the id 'ours' was given already/)
  assert.deepEqual(readdirSync(dir), [])
})

const damages: Record<string, [(packs: string) => void, RegExp]> = {
  'a scenario that was emptied': [
    (packs) => writeFileSync(path.join(packs, 'ours', 'scenarios', 'our-first', 'scenario.yaml'), ''),
    /our-first\/scenario\.yaml:1:1: the file is empty: write a scenario$/,
  ],
  'a scenario that is a folder': [
    (packs) => {
      const file = path.join(packs, 'ours', 'scenarios', 'our-first', 'scenario.yaml')
      rmSync(file)
      mkdirSync(file)
    },
    /our-first\/scenario\.yaml:1:1: is a folder: write the file itself$/,
  ],
  'a story that is gone': [
    (packs) => rmSync(path.join(packs, 'ours', 'scenarios', 'our-first', 'story.md')),
    /our-first\/story\.md:1:1: is missing/,
  ],
  'a scenario and its story, cut': [
    (packs) => {
      for (const file of ['scenario.yaml', 'debrief.md'])
        writeFileSync(path.join(packs, 'ours', 'scenarios', 'our-first', file), Buffer.from([0, 159, 146, 150]))
    },
    /our-first\/debrief\.md:1:\d+: .*\(and \d+ more: 'firedrill scenario lint \/\S+\/packs\/ours\/scenarios\/our-first' tells them all\)$/,
  ],
  'a pack without its scenarios': [
    (packs) => rmSync(path.join(packs, 'ours', 'scenarios'), { recursive: true }),
    /^the pack 'ours' in \S+packs cannot be read \(ENOENT.*\): give it again with 'firedrill up --pack', or drop all with --no-pack$/,
  ],
  'a pack that is a file': [
    (packs) => {
      rmSync(path.join(packs, 'ours'), { recursive: true })
      writeFileSync(path.join(packs, 'ours'), 'x')
    },
    /^the pack 'ours' in \S+packs cannot be read \(ENOTDIR/,
  ],
  'a link that leads to itself': [
    (packs) => {
      rmSync(path.join(packs, 'ours'), { recursive: true })
      symlinkSync('ours', path.join(packs, 'ours'))
    },
    /^the pack 'ours' in \S+packs cannot be read \(ELOOP/,
  ],
}
for (const [what, [damage, reason]] of Object.entries(damages)) {
  test(`${what}, since the pack was installed: reported, and left out, and all others can be played`, async () => {
    const dir = fresh()
    await keepPacks(dir, [pack(['our-first']), pack(['their-first'], 'theirs')], { taken, vocabulary })
    damage(path.join(dir, 'packs'))
    // A file that desktops leave behind.
    writeFileSync(path.join(dir, 'packs', '.DS_Store'), 'x')
    const told: string[] = []
    const scenarios = scenariosOf(root, dir, ({ message }) => told.push(message))
    assert.equal(told.length, 1, told.join('\n'))
    assert.match(told[0] ?? '', reason)
    assert.ok(!scenarios.has('our-first') && scenarios.has('their-first') && scenarios.has('slow-shelves'))
  })
}

test('packs in an invalid folder: reported, and the checkout’s scenarios can be played', () => {
  const dir = fresh()
  writeFileSync(path.join(dir, 'packs'), 'x')
  const told: string[] = []
  assert.ok(scenariosOf(root, dir, ({ message }) => told.push(message)).has('slow-shelves'))
  assert.match(told.join(), /^the folder of the packs cannot be read \(ENOTDIR/)
})

test('a wrong pack, or an interrupted change, leaves the installed packs', async () => {
  const dir = fresh()
  await keepPacks(dir, [pack(['our-first'])], { taken, vocabulary })
  const played = () => scenariosOf(root, dir, (mistake) => assert.fail(mistake.message)).has('our-first')
  await assert.rejects(keepPacks(dir, [pack([])], { taken, vocabulary }), /no pack is used:\n.*it has no scenarios/)
  assert.ok(played())
  // Killed after the old ones were moved away, and before the new ones were in place.
  renameSync(path.join(dir, 'packs'), path.join(dir, 'packs.before'))
  mkdirSync(path.join(dir, 'packs.next'))
  assert.ok(played())
  await keepPacks(dir, [pack(['our-second'])], { taken, vocabulary })
  assert.ok(!played())
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.startsWith('packs')),
    ['packs'],
  )
})
