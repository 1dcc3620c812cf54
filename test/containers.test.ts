import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { defaultPortBase, hostRoles, portOffsets } from '../range/context.ts'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const containerfile = read('deploy/images/range.Containerfile')

interface Service {
  image: string
  build?: { context: string; dockerfile: string; target: string }
  profiles?: string[]
  ports?: string[]
  volumes: string[]
  read_only?: boolean
  cap_drop?: string[]
}
// Safe: a file of this checkout, whose structure the test checks.
const { services } = parse(read('deploy/compose/compose.yaml'), { merge: true }) as { services: Record<string, Service> }

test('every container of the range has an image that is built here, and no more rights than it needs', () => {
  const ours = Object.entries(services).filter(([, { build }]) => build)
  assert.deepEqual(ours.map(([name]) => name).toSorted(), ['control', 'load', 'shop'])
  for (const [name, { build, read_only, cap_drop, image }] of ours) {
    assert.ok(build)
    assert.ok(existsSync(path.join(root, build.dockerfile)), `${name}: ${build.dockerfile}`)
    assert.equal(path.resolve(root, 'deploy', 'compose', build.context), root)
    assert.match(containerfile, new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'), name)
    assert.match(image, /^firedrill\/[a-z-]+:\d+\.\d+\.\d+$/)
    assert.deepEqual([read_only, cap_drop], [true, ['ALL']], name)
  }
})

test('third-party containers are optional, with pinned versions', () => {
  for (const [name, { image, profiles }] of Object.entries(services).filter(([, { build }]) => !build)) {
    assert.deepEqual(profiles, ['grafana'], name)
    assert.match(image, /^docker\.io\/[a-z-]+\/[a-z-]+:\d+\.\d+/)
  }
})

test('only the console is published, and only to this machine', () => {
  const port = defaultPortBase + portOffsets.control
  assert.deepEqual(
    Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((each) => `${name} ${each}`)),
    // And Grafana's port, which nothing uses without its profile.
    [`control 127.0.0.1:${port}:${port}`, 'control 127.0.0.1:${FIREDRILL_GRAFANA_PORT:-7480}:3000'],
  )
  assert.ok(containerfile.includes(`http://127.0.0.1:${defaultPortBase + portOffsets.agent}/ready`), 'health is asked of the agent')
})

test('images contain every folder that their programs import', () => {
  const sent = read('.dockerignore').split('\n')
  for (const file of ['range.Containerfile', 'shop.Containerfile']) {
    const copied = [...read(`deploy/images/${file}`).matchAll(/^COPY ([a-z][a-z/]*) \S+$/gm)].map(([, folder = '']) => folder)
    const folders = new Set(copied.map((folder) => folder.split('/')[0] ?? ''))
    for (const folder of folders) assert.ok(sent.includes(`!${folder}`) || folder === 'deploy', `${folder} is sent to who builds ${file}`)
    for (const source of copied.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))) {
      if (source.endsWith('.test.ts')) continue
      for (const [, place = ''] of read(source).matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.\.?\/[^']+)'/gm)) {
        const [top = ''] = path.relative(root, path.resolve(root, path.dirname(source), place)).split('/')
        assert.ok(folders.has(top), `${file} has no ${top}, which ${source} imports`)
      }
    }
  }
})

test('images install what a host with their role needs', () => {
  const roles = Array.from(containerfile.matchAll(/firedrill setup --role (\w+)/g), ([, role = '']) => role)
  assert.deepEqual(roles.toSorted(), ['load', 'observability', 'shop'])
  for (const role of roles) assert.ok((hostRoles as readonly string[]).includes(role), role)
  for (const file of ['deploy/images/entrypoint', 'deploy/images/firedrill']) execFileSync('sh', ['-n', path.join(root, file)])
})

test('a bill of materials lists what is installed, once, by its package URL', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-sbom-'))
  try {
    const file = path.join(folder, 'sbom', 'bill.json')
    execFileSync(process.execPath, [path.join(root, 'deploy', 'images', 'sbom.ts'), 'firedrill/test', '0.1.0', file])
    const { bomFormat, components } = JSON.parse(readFileSync(file, 'utf8')) as { bomFormat: string; components: { purl: string }[] }
    assert.equal(bomFormat, 'CycloneDX')
    const urls = components.map(({ purl }) => purl)
    assert.ok(urls.includes(`pkg:generic/node@${process.versions.node}`))
    assert.equal(new Set(urls).size, urls.length)
    for (const url of urls) assert.match(url, /^pkg:(generic|deb\/debian|npm|pypi)\/[^@]+@\S+$/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
