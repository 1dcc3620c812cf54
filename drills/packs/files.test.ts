import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { mostFileBytes, readPackFiles, type PackFiles } from './files.ts'

const work = mkdtempSync(path.join(tmpdir(), 'pack-files-'))
after(() => rmSync(work, { recursive: true, force: true }))

type Entry = { name: string; type?: 'file' | 'directory' | 'symlink'; content?: string }
async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack()
  for (const { name, type = 'file', content = '' } of entries)
    pack.entry({ name, type, ...(type === 'symlink' ? { linkname: 'pack.yaml' } : {}) }, type === 'file' ? content : undefined)
  pack.finalize()
  return buffer(pack)
}
let count = 0
function written(bytes: Buffer | string): Promise<PackFiles> {
  const file = path.join(work, `${count++}.tar.gz`)
  writeFileSync(file, bytes)
  return readPackFiles(file)
}
const archived = async (entries: readonly Entry[]): Promise<PackFiles> => written(gzipSync(await tarOf(entries)))
const files = (pack: PackFiles) => Object.fromEntries([...pack.files].map(([name, bytes]) => [name, bytes.toString()]))

const good: Entry[] = [
  { name: 'pack.yaml', content: 'id: ours' },
  { name: 'pack.sig', content: '{}' },
  { name: 'README.md', content: 'ours' },
  ...['scenario.yaml', 'story.md', 'debrief.md', 'people.yaml'].map((name) => ({ name: `scenarios/our-1/${name}`, content: name })),
]
const content = Object.fromEntries(good.map((entry) => [entry.name, entry.content]))

test('the files of a pack are read, from a folder or an archive, compressed or not', async () => {
  const folder = path.join(work, 'folder')
  for (const { name, content: text = '' } of good) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  for (const pack of [await readPackFiles(folder), await archived(good), await written(await tarOf(good))]) {
    assert.deepEqual(pack.problems, [])
    assert.deepEqual(files(pack), content)
  }
})

test('an archive with one folder, or with a leading dot, is read as if the folder had been packed', async () => {
  const prefixed = (prefix: string): Entry[] => [
    { name: prefix, type: 'directory' },
    ...good.map((entry) => ({ ...entry, name: `${prefix}${entry.name}` })),
  ]
  for (const prefix of ['ours/', './', './ours/', './././']) {
    const pack = await archived(prefixed(prefix))
    assert.deepEqual([pack.problems, files(pack)], [[], content], prefix)
  }
  // Beside another folder it is not the top.
  const both = await archived([...prefixed('ours/'), { name: 'others/pack.yaml', content: 'id: others' }])
  assert.equal(both.files.size, 0)
  assert.equal(both.problems.length, good.length + 1)
})

test('files of editors, desktops and version control are ignored', async () => {
  const litter = [
    '.git/config',
    '.DS_Store',
    'scenarios/our-1/.story.md.swp',
    '__MACOSX/pack.yaml',
    'Thumbs.db',
    'scenarios/desktop.ini',
    '__macosx/x',
  ]
  const pack = await archived([...litter.map((name) => ({ name, content: 'x' })), ...good])
  assert.deepEqual([pack.problems, files(pack)], [[], content])
})

const refused: [what: string, entries: Entry[], problem: RegExp][] = [
  ['a path that leads out', [{ name: 'scenarios/../../out.yaml' }], /^scenarios\/\.\.\/\.\.\/out\.yaml: leads out of the pack$/],
  ['an absolute path', [{ name: '/etc/passwd' }], /^\/etc\/passwd: leads out of the pack$/],
  ['a path that leads out in the way of Windows', [{ name: 'scenarios\\..\\..\\out.yaml' }], /: leads out of the pack$/],
  ['a path with backslashes', [{ name: 'scenarios\\our-1\\story.md' }], /: has '\\' in its name/],
  ['a folder that leads out', [{ name: '../out', type: 'directory' }], /^\.\.\/out: leads out of the pack$/],
  [
    'a link',
    [{ name: 'scenarios/our-1/story.md', type: 'symlink' }],
    /^scenarios\/our-1\/story\.md: is a symlink: a pack has files and folders only$/,
  ],
  ['code', [{ name: 'scenarios/our-1/fault.ts' }], /^scenarios\/our-1\/fault\.ts: does not belong in a pack/],
  ['a scenario in a folder within', [{ name: 'scenarios/a/b/story.md' }], /does not belong in a pack/],
  ['an id in capitals', [{ name: 'scenarios/Ours/story.md' }], /does not belong in a pack/],
  ['a name that only ends like one of a pack', [{ name: 'my-pack.yaml' }], /does not belong in a pack/],
  ['a name that only begins like one of a pack', [{ name: 'pack.yaml.bak' }], /does not belong in a pack/],
  ['a file twice', [{ name: 'README.md' }, { name: './README.md' }], /^README\.md: is there twice$/],
]
for (const [what, entries, problem] of refused)
  test(`${what} is refused, and the rest is read`, async () => {
    const pack = await archived([...entries, { name: 'pack.yaml', content: 'id: ours' }])
    assert.equal(pack.problems.length, 1, pack.problems.join('\n'))
    assert.match(pack.problems[0] ?? '', problem)
    assert.equal(pack.files.get('pack.yaml')?.toString(), 'id: ours')
  })

test('a file may have exactly the maximum size', async () => {
  const pack = await archived([
    { name: 'README.md', content: 'x'.repeat(mostFileBytes) },
    { name: 'scenarios/a/story.md', content: 'x'.repeat(mostFileBytes + 1) },
  ])
  assert.deepEqual(pack.problems, [`scenarios/a/story.md: has ${mostFileBytes + 1} bytes: at most ${mostFileBytes}`])
  assert.deepEqual([...pack.files.keys()], ['README.md'])
})

test('all files together are limited in size and number', async () => {
  const of = (many: number, bytes: number) =>
    Array.from({ length: many }, (_, index) => ({ name: `scenarios/s${index}/story.md`, content: 'x'.repeat(bytes) }))
  const heavy = await archived(of(65, mostFileBytes))
  assert.deepEqual(heavy.problems, ['scenarios/s64/story.md: is too much: all files together have at most 16777216 bytes'])
  const many = await archived(of(2_001, 1))
  assert.deepEqual(many.problems, ['scenarios/s2000/story.md: is too many: at most 2000 files'])
  assert.equal(many.files.size, 2_000)
})

const others: [what: string, bytes: Buffer | string, problem: RegExp][] = [
  ['a zip archive', Buffer.from('PK\x03\x04rest', 'latin1'), /no \.tar\.gz but a zip archive: make one with 'firedrill pack make'$/],
  ['a text that begins like a zip archive', 'PK is what he said', /no archive that can be unpacked/],
  ['a 7z archive', Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), /but a 7z archive/],
  ['xz', Buffer.from('\xfd7zXZ\x00', 'latin1'), /but compressed with xz/],
  ['bzip2', 'BZh91AY', /but compressed with bzip2/],
  ['zstd', Buffer.from('\x28\xb5\x2f\xfd', 'latin1'), /but compressed with zstd/],
  ['a web page', '\n<!DOCTYPE html><p>Sign in', /but a web page: download the file itself$/],
  ['a YAML file', '# ours\n\nid: ours\n', /but a YAML file: name the folder that it is in$/],
  ['a YAML file with a byte order mark', '\uFEFFid: ours\n', /but a YAML file/],
  ['an archive that ends too soon', gzipSync('x'.repeat(10_000)).subarray(0, 20), /no archive that can be unpacked/],
]
for (const [what, bytes, problem] of others)
  test(`${what} is reported by its actual format`, async () => {
    const { files: found, problems } = await written(bytes)
    assert.equal(found.size, 0)
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', problem)
  })

test('a damaged archive is reported, with what could be read', async () => {
  const whole = await tarOf([
    { name: 'pack.yaml', content: 'id: ours' },
    { name: 'README.md', content: 'x'.repeat(2_000) },
  ])
  const { problems, files: found } = await written(gzipSync(whole.subarray(0, 2_000)))
  assert.match(problems.join(), /^the archive is damaged \(.*\): make it again/)
  assert.equal(found.get('pack.yaml')?.toString(), 'id: ours')
})

test('an archive that is too large is not read, and a missing one is an error', async () => {
  const { problems, files: found } = await written(Buffer.alloc(16 * 1024 * 1024 + 1))
  assert.deepEqual([problems, found.size], [['the archive has 16777217 bytes: a pack has at most 16777216'], 0])
  await assert.rejects(readPackFiles(path.join(work, 'nowhere')), {
    code: 'not-found',
    message: /there is no pack at .*nowhere: give a folder/,
  })
})

test('a folder with a link is reported, and the link is not followed', async () => {
  const folder = mkdtempSync(path.join(work, 'linked-'))
  symlinkSync('/etc/hostname', path.join(folder, 'README.md'))
  mkdirSync(path.join(folder, '.git'))
  writeFileSync(path.join(folder, '.git', 'config'), 'x')
  const { problems, files: found } = await readPackFiles(folder)
  assert.deepEqual([problems, found.size], [['README.md: is a symbolic link: put the file itself there'], 0])
})
