import assert from 'node:assert/strict'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { ok, run, type Outcome } from './test-range.ts'

/**
 * With `TOFU` (OpenTofu or Terraform) the modules are checked; with `TOFU_SHOP_HOST`, `TOFU_OBSERVABILITY_HOST` and `TOFU_PRIVATE_KEY` (two bare
 * Debian 12 hosts, and the key for root's SSH) they are applied as well.
 */
const { TOFU: tofu, TOFU_SHOP_HOST: shop, TOFU_OBSERVABILITY_HOST: observability, TOFU_PRIVATE_KEY: key } = process.env
const terraform = path.join(projectRoot, 'deploy', 'terraform')
const work = mkdtempSync(path.join(tmpdir(), 'firedrill-terraform-'))
after(() => rmSync(work, { recursive: true, force: true }))

const inFolder = (program: string, args: string[], cwd: string): Promise<Outcome> => run(program, args, { cwd, timeoutMs: 1_200_000 })

test('every module and example describes its inputs and outputs', () => {
  for (const file of globSync('{modules,examples}/*/*.tf', { cwd: terraform })) {
    const text = readFileSync(path.join(terraform, file), 'utf8')
    for (const [, name, body] of text.matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm))
      assert.match(body ?? '', /description/, `${file}: ${name}`)
  }
  const readme = readFileSync(path.join(terraform, 'modules', 'range', 'README.md'), 'utf8')
  for (const file of ['variables.tf', 'outputs.tf']) {
    const text = readFileSync(path.join(terraform, 'modules', 'range', file), 'utf8')
    for (const [, name] of text.matchAll(/^(?:variable|output) "(\w+)"/gm))
      assert.ok(readme.includes(`\`${name}\``), `the README does not tell of ${name}`)
  }
})

test('the shell script of the hosts is valid', async () => {
  ok(await inFolder('sh', ['-n', path.join(terraform, 'modules', 'range', 'files', 'host.sh')], terraform))
})

describe('by OpenTofu', { skip: tofu ? false : 'TOFU is not set' }, () => {
  const binary = tofu ?? 'tofu'
  test('the format is the usual one', async () => void ok(await inFolder(binary, ['fmt', '-check', '-recursive'], terraform)))

  test('the module is valid, and its tests pass', async () => {
    const dir = path.join(work, 'deploy', 'terraform', 'modules', 'range')
    cpSync(terraform, path.join(work, 'deploy', 'terraform'), { recursive: true })
    for (const name of ['firedrill', 'package.json']) cpSync(path.join(projectRoot, name), path.join(work, name))
    ok(await inFolder(binary, ['init', '-input=false'], dir))
    ok(await inFolder(binary, ['validate'], dir))
    assert.match(ok(await inFolder(binary, ['test'], dir)), /0 failed/)
  })
})

describe('on two hosts', { skip: tofu && shop && observability && key ? false : 'no hosts are given' }, () => {
  const binary = tofu ?? 'tofu'
  const dir = path.join(work, 'deploy', 'terraform', 'examples', 'ssh')
  const values = ['shop_host', shop, 'observability_host', observability, 'private_key_path', key]
  const vars = (release = '1'): string[] => [
    ...[0, 2, 4].map((index) => `-var=${values[index]}=${values[index + 1]}`),
    `-var=release=${release}`,
    '-var=users=15',
  ]
  const ssh = (host: string | undefined, command: string) =>
    inFolder(
      'ssh',
      [
        '-i',
        key ?? '',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
        `root@${host}`,
        command,
      ],
      work,
    )
  const source = [
    '.ci',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'firedrill',
    'bench',
    'cli',
    'coach',
    'console',
    'control',
    'docs',
    'drills',
    'load',
    'model',
    'observability',
    'range',
    'scenarios',
    'shop',
    'test',
  ]

  test('apply: from bare hosts to a steady range', async () => {
    for (const name of source)
      cpSync(path.join(projectRoot, name), path.join(work, name), {
        recursive: true,
        filter: (from) => !/node_modules|console\/dist/.test(from),
      })
    ok(await inFolder(binary, ['init', '-input=false'], dir))
    const text = ok(await inFolder(binary, ['apply', '-auto-approve', '-input=false', '-no-color', ...vars()], dir))
    assert.match(text, /the range is steady/)
  })

  test('a second apply changes nothing', async () => {
    assert.match(
      ok(await inFolder(binary, ['apply', '-auto-approve', '-input=false', '-no-color', ...vars()], dir)),
      /0 added, 0 changed, 0 destroyed/,
    )
  })

  test('no secret is in the state', async () => {
    const state = readFileSync(path.join(dir, 'terraform.tfstate'), 'utf8')
    const { stdout: text } = await ssh(observability, 'cat /var/lib/firedrill-range/range.json')
    const { tokens, passwords } = JSON.parse(text) as { tokens: Record<string, string>; passwords: Record<string, string> }
    for (const secret of [...Object.values(tokens), ...Object.values(passwords), readFileSync(key ?? '', 'utf8').slice(80, 140)])
      assert.ok(!state.includes(secret))
  })

  test('only SSH is open on the shop’s host', async () => {
    const { stdout, stderr } = await ssh(shop, "ss -Hltn | awk '{print $4}' | grep -v '^127\\.\\|^\\[::1\\]'")
    assert.deepEqual(
      [
        ...new Set(
          `${stdout}${stderr}`
            .trim()
            .split('\n')
            .map((line) => line.split(':').at(-1)),
        ),
      ],
      ['22'],
    )
  })

  test('a scenario proves itself', async () => void ok(await ssh(observability, 'firedrill verify slow-shelves')))

  test('a new release upgrades both', async () => {
    ok(await inFolder(binary, ['apply', '-auto-approve', '-input=false', '-no-color', ...vars('2')], dir))
    ok(await ssh(observability, 'firedrill host wait --seconds 60'))
  })

  test('destroy leaves nothing', async () => {
    ok(await inFolder(binary, ['destroy', '-auto-approve', '-input=false', '-no-color', ...vars('2')], dir))
    for (const host of [shop, observability]) {
      const { stdout, stderr } = await ssh(
        host,
        'ls -d /opt/firedrill /var/lib/firedrill* /etc/systemd/system/firedrill* /usr/local/bin/firedrill* /usr/local/sbin/firedrill* 2>/dev/null; grep -ls FIREDRILL_RANGE= /proc/[0-9]*/environ 2>/dev/null; systemctl list-unit-files --no-legend "firedrill*"',
      )
      assert.equal(`${stdout}${stderr}`.trim(), '')
    }
  })
})
