import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { baselinePolicy } from '../../range/mesh/files.ts'
import { run } from '../../test/loaded-modules.ts'
import { servedCli } from '../../test/served-cli.ts'

// The command, over HTTP, against the real control plane with a simulated range.
const { folder, dir, served } = servedCli()

const mesh = (...args: string[]) => run('cli/main.ts', ['mesh', ...args, '--dir', dir])
const file = path.join(folder, 'policy.yaml')
const baseline = baselinePolicy(projectRoot)
const route = '    - route: [{ destination: { host: inventory } }]\n'
const matching = (match: string) => `    - match: [${match}]\n      route: [{ destination: { host: inventory } }]\n`
const lineOf = (yaml: string, text: string) => yaml.split('\n').findIndex((line) => line.includes(text)) + 1

test('mesh diff and mesh apply name line, field and reason of every mistake, and change nothing', async () => {
  const yaml = baseline.replace(
    route,
    `${matching("{ uri: { regex: '/(?!health).*' } }")}${matching("{ headers: { a: { regex: '?' } } }")}${matching("{ method: { prefix: '' } }")}${route}`,
  )
  writeFileSync(file, yaml)
  const expected = [
    [lineOf(yaml, '(?!health)'), /match\.0\.uri\.regex: '\/\(\?!health\)\.\*' is refused by RE2, .* It has no look-ahead/],
    [lineOf(yaml, "regex: '?'"), /match\.0\.headers\.a\.regex: '\?' is refused by RE2/],
    [lineOf(yaml, "prefix: ''"), /match\.0\.method\.prefix: is empty, which Envoy refuses/],
  ] as const
  for (const what of ['diff', 'apply']) {
    const { status, stdout, stderr } = await mesh(what, file)
    assert.equal(status, 1, what)
    assert.equal(stdout, '')
    const lines = stderr
      .trim()
      .replace(/^firedrill: /, '')
      .split('\n')
    assert.equal(lines.length, expected.length, stderr)
    expected.forEach(([line, reason], index) => {
      assert.match(lines[index] ?? '', new RegExp(`^${RegExp.escape(file)}: line ${line}, column `))
      assert.match(lines[index] ?? '', reason)
    })
  }
  const { revisions } = await served.read<{ revisions: unknown[] }>('trainee', '/api/mesh/history')
  assert.equal(revisions.length, 1)
})

test('mesh diff prints the changes, with the lines around them', async () => {
  writeFileSync(file, baseline.replace(route, `${matching('{ uri: { prefix: /stock } }')}${route}`))
  const { status, stdout } = await mesh('diff', file)
  assert.equal(status, 0)
  assert.match(stdout, /^ {2} {2}http:\n\+ {5}- match: \[\{ uri: \{ prefix: \/stock \} \}\]\n\+ {7}route: .*\n {2} {4}- route: /m)
})
