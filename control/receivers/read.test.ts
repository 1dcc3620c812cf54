import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pathInFile, readReceivers, refuse } from './read.ts'

const read = (text: string, file = '/etc/team/own.yml') => readReceivers(text, file).own
const refused = (text: string): string[] => {
  try {
    read(text, 'own.yml')
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

test('numbers keep their notation, and template keys are left out', () => {
  const own = read(
    'x-common: &common { send_resolved: true }\npager:\n  pagerduty_configs:\n    - { <<: *common, routing_key: 0012, severity: 1e3 }\n',
  )
  assert.deepEqual(own, { pager: { pagerduty_configs: [{ send_resolved: true, routing_key: '0012', severity: '1e3' }] } })
})

describe('files that are named', () => {
  test('are relative to the file that names them', () => {
    const own = read(`templates: [ours.tmpl, /srv/theirs.tmpl, 'sub/*.tmpl']
global: { smtp_auth_password_file: secret }
ticket:
  webhook_configs:
    - url_file: ../url
      http_config: { authorization: { credentials_file: /run/token }, tls_config: { ca_file: '' } }
      not_a_file_config: secret
`)
    assert.deepEqual(own.templates, ['/etc/team/ours.tmpl', '/srv/theirs.tmpl', '/etc/team/sub/*.tmpl'])
    assert.deepEqual(own.global, { smtp_auth_password_file: '/etc/team/secret' })
    assert.deepEqual(own.ticket?.['webhook_configs'], [
      {
        url_file: '/etc/url',
        http_config: { authorization: { credentials_file: '/run/token' }, tls_config: { ca_file: '' } },
        not_a_file_config: 'secret',
      },
    ])
  })

  test('a list of texts under such a key is unchanged', () => {
    assert.deepEqual(read('pager: { webhook_configs: [{ some_file: [a, b] }] }').pager?.['webhook_configs'], [{ some_file: ['a', 'b'] }])
  })
})

const mistakes: [what: string, text: string, expected: RegExp[]][] = [
  ['a list', '- a\n', [/^own\.yml:1:1: write 'pager:' or 'ticket:', with receivers under it$/]],
  ['a text', 'slack\n', [/^own\.yml:1:1: write 'pager:' or 'ticket:'/]],
  ['nobody to tell', 'templates: [a]\n', [/^own\.yml:1:1: nobody would be notified: write/]],
  ['an unknown key, and nobody to tell', 'pagers: {}\n', [/^own\.yml:1:1: pagers: there is no 'pagers' here: did you mean 'pager'\?/]],
  [
    'a route alone',
    'route: {}\npager: { slack_configs: [{ a: b }] }\n',
    [/^own\.yml:1:1: this belongs to a whole alertmanager\.yml.*contents of the receiver that is paged.*remove route$/],
  ],
  [
    'receivers with names, ten of which are told',
    `receivers:\n${Array.from({ length: 12 }, (_, index) => `  - name: r${index}\n`).join('')}  - 5\n`,
    [/^own\.yml:1:1: .*contents of the receiver \(r0, r1, r2, r3, r4, r5, r6, r7, r8, r9\) that is paged.*remove receivers$/],
  ],
  ['receivers that are no list', 'pager: {}\nreceivers: { name: x }\n', [/^own\.yml:2:1: .*contents of the receiver that is paged/]],
]
for (const [what, text, expected] of mistakes)
  test(`${what} is refused at its line`, () => {
    const told = refused(text)
    assert.equal(told.length, expected.length, told.join('\n'))
    expected.forEach((message, index) => assert.match(told[index] ?? '', message))
  })

test('mistakes are reported in file order, twenty at most', () => {
  const of = (line: number, column: number, at?: string) => ({ line, column, message: `m${line}`, ...(at === undefined ? {} : { at }) })
  assert.throws(() => refuse('f', [of(3, 1), of(1, 9, 'a.b'), of(1, 2)]), {
    code: 'bad-request',
    message: 'f:1:2: m1\nf:1:9: a.b: m1\nf:3:1: m3',
  })
  assert.throws(
    () =>
      refuse(
        'f',
        Array.from({ length: 30 }, (_, index) => of(index + 1, 1)),
      ),
    (error: Error) => error.message.split('\n').length === 20,
  )
})

test('a path of Alertmanager’s configuration is found in the team’s file, unless it is the range’s own', () => {
  const names = ['pager', 'ticket']
  const table: [path: PropertyKey[], expected: PropertyKey[] | null][] = [
    [
      ['global', 'slack_api_url'],
      ['global', 'slack_api_url'],
    ],
    [
      ['templates', 0],
      ['templates', 0],
    ],
    [
      ['receivers', 0, 'slack_configs', 2, 'channel'],
      ['pager', 'slack_configs', 2, 'channel'],
    ],
    [
      ['receivers', 1, 'email_configs', 0],
      ['ticket', 'email_configs', 0],
    ],
    [
      ['receivers', 1, 'email_configs'],
      ['ticket', 'email_configs'],
    ],
    // The console's own webhook comes first.
    [['receivers', 0, 'webhook_configs', 0, 'url'], null],
    [
      ['receivers', 0, 'webhook_configs', 1, 'url'],
      ['pager', 'webhook_configs', 0, 'url'],
    ],
    [
      ['receivers', 0, 'webhook_configs'],
      ['pager', 'webhook_configs'],
    ],
    [['receivers', 2, 'slack_configs', 0], null],
    [['receivers', 0], null],
    [['route', 'receiver'], null],
  ]
  for (const [path, expected] of table) assert.deepEqual(pathInFile(path, names), expected, path.map(String).join('.'))
})
