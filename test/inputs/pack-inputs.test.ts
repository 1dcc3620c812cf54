import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { crc32, gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkPack } from '../../drills/packs/pack.ts'
import { packInputs } from './pack-inputs.ts'
import { checkWritten } from './written.ts'

const work = mkdtempSync(path.join(os.tmpdir(), 'pack-inputs-'))
after(() => rmSync(work, { recursive: true }))

/** The content of an archive; the scenario is the current one. */
const recipe = z.strictObject({
  format: z.enum(['tar.gz', 'tar', 'zip', 'file']),
  entries: z.array(
    z.strictObject({
      name: z.string(),
      of: z.enum(['pack.yaml', 'scenario.yaml', 'story.md', 'debrief.md']).optional(),
      text: z.string().default(''),
      as: z.literal('crlf-bom').optional(),
      type: z.enum(['file', 'directory', 'symlink']).default('file'),
      link: z.string().optional(),
    }),
  ),
})
type Entry = z.output<typeof recipe>['entries'][number]

function contentOf({ of, text, as }: Entry): Buffer {
  const folder = path.join(import.meta.dirname, '..', '..', 'scenarios', 'slow-shelves')
  const plain =
    of === undefined
      ? text
      : of === 'pack.yaml'
        ? 'id: ours\nversion: 1.0.0\ntitle: Our own incidents\n'
        : readFileSync(path.join(folder, of), 'utf8').replace('id: slow-shelves', 'id: our-first')
  return Buffer.from(as === undefined ? plain : `\uFEFF${plain.replaceAll('\n', '\r\n')}`, of === undefined ? 'latin1' : 'utf8')
}

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const made = tar.pack()
  for (const entry of entries) {
    const { name, type, link } = entry
    const header = { name, type, ...(link === undefined ? {} : { linkname: link }) }
    if (type === 'file') made.entry(header, contentOf(entry))
    else made.entry(header)
  }
  made.finalize()
  return buffer(made)
}

/** A zip archive whose files are stored uncompressed (PKWARE's APPNOTE, 4.3). */
function zipOf(entries: readonly Entry[]): Buffer {
  const [locals, central]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const entry of entries) {
    const [name, content] = [Buffer.from(entry.name), contentOf(entry)]
    // Version, flags, method, time and date; then what both headers share.
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, content])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, rest, name]))
    locals.push(local)
    at += local.length
  }
  const end = Buffer.alloc(18)
  const directory = Buffer.concat(central)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

for (const { file, source, expect } of packInputs)
  test(`packs: ${file} (${source})`, async () => {
    const { format, entries } = recipe.parse(parse(readFileSync(path.join(import.meta.dirname, 'packs', file), 'utf8')))
    const [first] = entries
    assert.ok(first)
    const bytes = format === 'zip' ? zipOf(entries) : format === 'file' ? contentOf(first) : await tarOf(entries)
    const made = path.join(work, `${path.basename(file, '.yaml')}.tar.gz`)
    writeFileSync(made, format === 'tar.gz' ? gzipSync(bytes) : bytes)
    const { problems, scenarios, files } = await checkPack(made, { taken: new Set(['slow-shelves']) })
    if (expect === 'taken') {
      assert.deepEqual(problems, [])
      assert.deepEqual(
        scenarios.map(({ id }) => id),
        ['our-first'],
      )
      assert.ok([...files.keys()].every((name) => /^(pack\.yaml|README\.md|scenarios\/our-first\/[a-z]+\.(yaml|md))$/.test(name)))
    } else
      for (const [index, reason] of expect.entries()) {
        const told = problems.filter((problem) => reason.test(problem))
        assert.equal(told.length, 1, `${index}: ${reason} in\n${problems.join('\n')}`)
      }
  })

test('packs: each file is tested and listed, with its source', () => checkWritten('packs', packInputs))
