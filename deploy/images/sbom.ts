/**
 * Writes what an image is made of as a CycloneDX 1.5 bill of materials: `node sbom.ts NAME VERSION FILE [VENV...]`, in the image itself.
 * From what is installed, not from what was asked for: Debian's status file, npm's lock of `node_modules`, and the metadata of Python's packages.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

interface Part {
  type: 'library' | 'application'
  name: string
  version: string
  purl: string
}

const [name = '', version = '', file = '', ...environments] = process.argv.slice(2)
if (!name || !version || !file) throw new Error('usage: sbom.ts NAME VERSION FILE [VENV...]')

const part = (purl: string, called: string, at: string): Part => ({ type: 'library', name: called, version: at, purl })
const field = (text: string, key: string): string => new RegExp(`^${key}: (.+)$`, 'mi').exec(text)?.[1]?.trim() ?? ''

/** https://manpages.debian.org/dpkg-query: paragraphs of fields, an empty line between them. */
function debian(): Part[] {
  const status = '/var/lib/dpkg/status'
  if (!existsSync(status)) return []
  const release = field(readFileSync('/etc/os-release', 'utf8').replaceAll('=', ': ').replaceAll('"', ''), 'VERSION_ID')
  return readFileSync(status, 'utf8')
    .split('\n\n')
    .filter((text) => /^Status: install ok installed$/m.test(text))
    .map((text) => {
      const [called, at, arch] = [field(text, 'Package'), field(text, 'Version'), field(text, 'Architecture')]
      return part(`pkg:deb/debian/${called}@${encodeURIComponent(at)}?arch=${arch}&distro=debian-${release}`, called, at)
    })
}

/** https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles */
function npm(root: string): Part[] {
  const lock = path.join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(lock)) return []
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, { version?: string }> }
  return Object.entries(packages)
    .filter(([folder]) => existsSync(path.join(root, folder, 'package.json')))
    .map(([folder, { version: at = '' }]) => {
      const called = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return part(`pkg:npm/${called.replace('@', '%40')}@${at}`, called, at)
    })
}

/** https://packaging.python.org/en/latest/specifications/core-metadata */
const python = (environment: string): Part[] =>
  globSync('lib/python*/site-packages/*.dist-info/METADATA', { cwd: environment }).map((found) => {
    const text = readFileSync(path.join(environment, found), 'utf8')
    const [called, at] = [field(text, 'Name'), field(text, 'Version')]
    return part(`pkg:pypi/${called.toLowerCase().replace(/[-_.]+/g, '-')}@${at}`, called, at)
  })

const parts = [part(`pkg:generic/node@${process.version.slice(1)}`, 'node', process.version.slice(1)), ...debian(), ...npm('/app')]
const all = new Map([...parts, ...environments.flatMap(python)].map((one) => [one.purl, { ...one, 'bom-ref': one.purl }]))
const bill = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': name, name, version } },
  components: [...all.values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
}
mkdirSync(path.dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify(bill, null, 1)}\n`)
process.stdout.write(`${file}: ${all.size} parts\n`)
