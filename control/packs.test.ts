import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { ruleGroups } from '../observability/rules/index.ts'
import { timings } from '../observability/timing.ts'
import { runbooks } from './runbooks.ts'
import { keepPacks, scenariosOf } from './packs.ts'
import { archiveOf, checkPack, checkPacks } from '../drills/packs/pack.ts'
import { signPack } from '../drills/packs/sign.ts'

const root = path.join(import.meta.dirname, '..')
const work = mkdtempSync(path.join(tmpdir(), 'packs-'))
after(() => rmSync(work, { recursive: true, force: true }))
const vocabulary = {
  alerts: new Set(ruleGroups(timings.drill).flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])))),
  runbooks: new Set(runbooks().keys()),
}
const taken = new Set(['slow-shelves', 'stuck-checkout'])
const fresh = () => mkdtempSync(path.join(work, 'one-'))

/** A pack of so many scenarios, each of them `slow-shelves` by another name. */
function pack(ids: readonly string[], id = 'ours'): string {
  const folder = fresh()
  writeFileSync(path.join(folder, 'pack.yaml'), `id: ${id}\nversion: 1.0.0\ntitle: Our own incidents\n`)
  for (const name of ids) {
    const target = path.join(folder, 'scenarios', name)
    mkdirSync(target, { recursive: true })
    for (const file of ['scenario.yaml', 'story.md', 'debrief.md'])
      cpSync(path.join(root, 'scenarios', 'slow-shelves', file), path.join(target, file))
    const file = path.join(target, 'scenario.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('id: slow-shelves', `id: ${name}`))
  }
  return folder
}
const three = ['our-first', 'our-second', 'our-third']
const check = (source: string, trusted?: string) => checkPack(source, { taken, trusted })
const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    secret: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    open: String(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

/** An archive with entries as they are given, sound or not. */
async function archive(entries: { name: string; type?: string; linkname?: string; content?: string }[]): Promise<string> {
  const made = tar.pack()
  for (const { content = '', ...header } of entries) made.entry(header, content)
  made.finalize()
  const file = path.join(fresh(), 'pack.tar.gz')
  writeFileSync(file, gzipSync(await buffer(made)))
  return file
}

test('a pack of three is made, moved as one file, and played elsewhere', async () => {
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

test('a signature holds for the files that were signed, and for the key that is trusted', async () => {
  const folder = pack(three)
  const [ours, theirs] = [keys(), keys()]
  writeFileSync(path.join(folder, 'pack.sig'), signPack((await check(folder)).files, ours.secret))
  const signed = await check(folder, ours.open)
  assert.deepEqual(signed.problems, [])
  assert.match(signed.signer ?? '', /^[0-9a-f]{16}$/)
  assert.match((await check(folder, theirs.open)).problems.join(), /not with the one that you trust/)
  writeFileSync(path.join(folder, 'scenarios', 'our-first', 'story.md'), 'Another story.\n')
  assert.match((await check(folder)).problems.join(), /were changed after they had been signed/)
  assert.match((await check(pack(three), ours.open)).problems.join(), /it is not signed/)
  writeFileSync(path.join(folder, 'pack.sig'), '{')
  assert.match((await check(folder)).problems.join(), /is no signature/)
})

test('an archive that leads out, links, holds code or too much is refused with every reason, and nothing of it is written', async () => {
  const outside = path.join(work, 'outside.yaml')
  const file = await archive([
    { name: 'pack.yaml', content: 'id: theirs\nversion: one\ntitle: Theirs\n' },
    { name: '../outside.yaml', content: 'out' },
    { name: outside, content: 'out' },
    { name: 'scenarios/a-link/story.md', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'scenarios/hard/story.md', type: 'link', linkname: 'pack.yaml' },
    { name: 'faults/own.ts', content: 'export {}' },
    { name: 'scenarios/long/story.md', content: 'x'.repeat(300_000) },
    { name: 'pack.yaml', content: 'id: again\n' },
  ])
  const { problems } = await check(file)
  for (const reason of [
    /^\.\.\/outside\.yaml: leads out of the pack/,
    /outside\.yaml: leads out of the pack/,
    /a-link\/story\.md: is a symlink/,
    /hard\/story\.md: is a link/,
    /^faults\/own\.ts: does not belong in a pack/,
    /long\/story\.md: has 300000 bytes/,
    /^pack\.yaml: is there twice/,
    /^pack\.yaml:2:10: version: 'one' will not do: write three numbers/,
    /it has no scenarios/,
  ])
    assert.ok(
      problems.some((problem) => reason.test(problem)),
      `${reason} in\n${problems.join('\n')}`,
    )
  assert.ok(!existsSync(outside) && !existsSync(path.join(path.dirname(file), '..', 'outside.yaml')))
})

test('what is no archive, or unpacks to far too much, is told in words', async () => {
  const file = path.join(fresh(), 'pack.tar.gz')
  writeFileSync(file, 'hello')
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  writeFileSync(file, gzipSync(Buffer.alloc(64 * 1024 * 1024)))
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  // Of a comment without end, which could be read in very many ways.
  writeFileSync(file, '#'.repeat(100_000))
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  await assert.rejects(check(path.join(work, 'nowhere')), /there is no pack at/)
})

test('a folder with a symbolic link, a scenario that is wrong, a taken id or a command is refused with all of it', async () => {
  const folder = pack(['our-first', 'slow-shelves'])
  symlinkSync('/etc/passwd', path.join(folder, 'scenarios', 'our-first', 'people.yaml'))
  const file = path.join(folder, 'scenarios', 'our-first', 'scenario.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('limit: 20m', 'limit: soon').replace('fault: bad-release', 'fault: own-code'))
  const { problems } = await check(folder)
  for (const reason of [
    /people\.yaml: is a symbolic link/,
    /^scenarios\/our-first\/scenario\.yaml:6:8: limit: 'soon' is not a duration/,
    /there is no fault 'own-code'/,
    /^scenarios\/slow-shelves: there is a scenario of this id already/,
  ])
    assert.ok(
      problems.some((problem) => reason.test(problem)),
      `${reason} in\n${problems.join('\n')}`,
    )
  const typed = pack(['our-first'])
  const solution = path.join(typed, 'scenarios', 'our-first', 'scenario.yaml')
  writeFileSync(solution, readFileSync(solution, 'utf8').replace(/  - action: roll-back\n    params: .*\n/, '  - terminal: curl evil\n'))
  assert.match((await check(typed)).problems.join(), /a pack has no code/)
})

test('two packs may not have a scenario or an id in common, and then none of them is kept', async () => {
  const sources = [pack(['our-first']), pack(['our-first', 'our-second'])]
  const [, second] = await checkPacks(sources, { taken })
  assert.equal(second?.problems.length, 2, String(second?.problems))
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
  test(`${what}, since the pack was kept: told, and left out, and all others are played`, async () => {
    const dir = fresh()
    await keepPacks(dir, [pack(['our-first']), pack(['their-first'], 'theirs')], { taken, vocabulary })
    damage(path.join(dir, 'packs'))
    // As a desktop leaves it.
    writeFileSync(path.join(dir, 'packs', '.DS_Store'), 'x')
    const told: string[] = []
    const scenarios = scenariosOf(root, dir, ({ message }) => told.push(message))
    assert.equal(told.length, 1, told.join('\n'))
    assert.match(told[0] ?? '', reason)
    assert.ok(!scenarios.has('our-first') && scenarios.has('their-first') && scenarios.has('slow-shelves'))
  })
}

test('packs in a folder that is none: told, and the scenarios of the checkout are played', () => {
  const dir = fresh()
  writeFileSync(path.join(dir, 'packs'), 'x')
  const told: string[] = []
  assert.ok(scenariosOf(root, dir, ({ message }) => told.push(message)).has('slow-shelves'))
  assert.match(told.join(), /^the folder of the packs cannot be read \(ENOTDIR/)
})

test('a wrong pack, or a change that is broken off, leaves the packs that were kept', async () => {
  const dir = fresh()
  await keepPacks(dir, [pack(['our-first'])], { taken, vocabulary })
  const played = () => scenariosOf(root, dir, (mistake) => assert.fail(mistake.message)).has('our-first')
  await assert.rejects(keepPacks(dir, [pack([])], { taken, vocabulary }), /no pack is used:\n.*it has no scenarios/)
  assert.ok(played())
  // Killed after the old ones were moved away, and before the new ones were there.
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
