import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { packOf } from '../../test/pack-of.ts'
import { archiveOf, checkPack, checkPacks } from './pack.ts'
import { signPack } from './sign.ts'

const work = mkdtempSync(path.join(tmpdir(), 'pack-'))
after(() => rmSync(work, { recursive: true, force: true }))
const taken = new Set(['slow-shelves', 'stuck-checkout'])
const fresh = () => mkdtempSync(path.join(work, 'one-'))
const pack = (ids: readonly string[], id?: string) => packOf(work, ids, id)
const three = ['our-first', 'our-second', 'our-third']
const check = (source: string, trusted?: string) => checkPack(source, { taken, trusted })
const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    secret: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    open: String(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

/** An archive with the given entries, valid or not. */
async function archive(entries: { name: string; type?: string; linkname?: string; content?: string }[]): Promise<string> {
  const made = tar.pack()
  for (const { content = '', ...header } of entries) made.entry(header, content)
  made.finalize()
  const file = path.join(fresh(), 'pack.tar.gz')
  writeFileSync(file, gzipSync(await buffer(made)))
  return file
}

test('a valid unsigned pack has its head and its scenarios', async () => {
  const { head, scenarios, signer, problems } = await check(pack(three))
  assert.deepEqual(
    [head, scenarios.map(({ id }) => id), signer, problems],
    [{ id: 'ours', version: '1.0.0', title: 'Our own incidents' }, three, null, []],
  )
})

test('the same files make the same archive, in whatever order, and it is read as the folder is', async () => {
  const { files } = await check(pack(three))
  const bytes = await archiveOf(files)
  assert.deepEqual(await archiveOf(new Map([...files].toReversed())), bytes)
  const file = path.join(fresh(), 'ours-1.0.0.tar.gz')
  writeFileSync(file, bytes)
  const read = await check(file)
  assert.deepEqual([read.problems, [...read.files.keys()].toSorted()], [[], [...files.keys()].toSorted()])
  for (const [name, content] of files) assert.deepEqual(read.files.get(name), content)
})

test('a signature is valid for the signed files, and for the trusted key', async () => {
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

test('an archive with outside paths, links, code or too much data is refused with every reason, and nothing is written', async () => {
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

test('a file that is no archive, or unpacks to far too much, is refused with the reason', async () => {
  const file = path.join(fresh(), 'pack.tar.gz')
  writeFileSync(file, 'hello')
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  writeFileSync(file, gzipSync(Buffer.alloc(64 * 1024 * 1024)))
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  // An unterminated comment, which could be parsed in very many ways.
  writeFileSync(file, '#'.repeat(100_000))
  assert.match((await check(file)).problems.join(), /no archive that can be unpacked/)
  await assert.rejects(check(path.join(work, 'nowhere')), /there is no pack at/)
})

test('a folder with a symbolic link, an invalid scenario, a taken id or a command is refused with all mistakes', async () => {
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

test('pack.yaml exists, and has what a pack needs, with each mistake at its line', async () => {
  const folder = pack(['our-first'])
  const file = path.join(folder, 'pack.yaml')
  const problems = async (text: string) => {
    writeFileSync(file, text)
    return (await check(folder)).problems
  }
  assert.deepEqual(await problems(`id: ours\nversion: 1.0.0\ntitle: Ours\nabout: ${'x'.repeat(500)}\n`), [])
  const wrong = await problems(`id: Ours\nversion: 1.0\ntitle: ${'x'.repeat(81)}\nabout: ${'x'.repeat(501)}\nauthor: me\n`)
  for (const place of ['1:5: id', '2:10: version', '3:8: title', '4:8: about', '5:1: author'])
    assert.equal(wrong.filter((problem) => problem.startsWith(`pack.yaml:${place}`)).length, 1, `${place} in\n${wrong.join('\n')}`)
  assert.deepEqual(await problems('id: ours\nversion: 1.0.0\ntitle: O\n'), [])
  assert.match((await problems("id: ours\nversion: 1.0.0\ntitle: ''\n")).join(), /^pack\.yaml:3:8: title/)
  assert.match((await problems('id: [\n')).join(), /^pack\.yaml:\d+:\d+: /)
  rmSync(file)
  const { head, problems: missing } = await check(folder)
  assert.deepEqual([head, missing], [null, ['pack.yaml is missing: write id, version and title']])
})

test('a folder of something else is reported as no pack, and not by each of its files', async () => {
  const folder = fresh()
  const named = (count: number) => Array.from({ length: count }, (_, index) => `${index}.ts`)
  for (const name of named(5)) writeFileSync(path.join(folder, name), '')
  assert.equal((await check(folder)).problems.filter((problem) => /^\d\.ts: does not belong in a pack/.test(problem)).length, 5)
  for (const name of named(6)) writeFileSync(path.join(folder, name), '')
  const { problems, ...rest } = await check(folder)
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /^it is no pack: none of its 6 files belongs in one; the first: 0\.ts: does not belong in a pack/)
  assert.deepEqual(rest, { head: null, files: new Map(), scenarios: [], signer: null })
})

test('several packs are checked together: they must not share an id or a scenario', async () => {
  const sources = [pack(['our-first']), pack(['our-second'], 'theirs'), pack(['our-first', 'our-third'])]
  const [first, second, third] = await checkPacks(sources, { taken })
  assert.deepEqual([first?.source, first?.problems, second?.problems], [sources[0], [], []])
  assert.deepEqual(third?.problems, [
    'scenarios/our-first: there is a scenario of this id already: give it another one',
    "a pack of the id 'ours' was given already",
  ])
  const [headless, also] = [pack(['our-fourth']), pack(['our-fifth'])]
  for (const folder of [headless, also]) rmSync(path.join(folder, 'pack.yaml'))
  const without = await checkPacks([headless, also], { taken })
  assert.deepEqual(
    without.map(({ problems }) => problems.length),
    [1, 1],
    'packs without an id have none in common',
  )
})

test('nothing of a pack is left on the disk after its check', async (context) => {
  const before = process.env['TMPDIR']
  context.after(() => (before === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = before)))
  const folder = pack(['our-first'])
  process.env['TMPDIR'] = fresh()
  await check(folder)
  assert.deepEqual(readdirSync(process.env['TMPDIR']), [])
})
