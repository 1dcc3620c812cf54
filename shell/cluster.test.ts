import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { parse } from 'yaml'
import { Gate } from './gate.ts'
import { kubeconfig } from './kubeconfig.ts'
import { motd } from './own-programs.ts'
import { places, targets } from './places.ts'

const port = () => 7400

test('kubectl reaches the API server by its name, with no secret and in the shop’s namespace', () => {
  const config = parse(kubeconfig('shop')) as {
    clusters: { cluster: object }[]
    users: { user: object }[]
    contexts: { context: { namespace: string } }[]
  }
  assert.deepEqual(config.clusters[0]?.cluster, { server: 'http://kubernetes' })
  assert.deepEqual(config.users[0]?.user, {})
  assert.equal(config.contexts[0]?.context.namespace, 'shop')
})

test('the name exists only if the shop is in a cluster', () => {
  const named = (cluster: boolean) => places({ port }, { cluster }).some(({ name }) => name === 'kubernetes')
  assert.deepEqual([named(true), named(false)], [true, false])
})

test('a terminal’s greeting lists what is where, in at most ten lines', () => {
  const has = ['kubectl', 'psql', 'redis-cli', 'rabbitmqadmin', 'promtool', 'amtool'].map((name) => ({ name, found: true }))
  const text = motd(has, { firedrill: true, cluster: true })
  assert.match(text, /kubectl get pods/)
  assert.doesNotMatch(text, /sudo/)
  assert.ok(text.trimEnd().split('\n').length <= 10)
  assert.match(motd([], { cluster: true }), /kubectl is missing/)
  assert.doesNotMatch(motd(has, { firedrill: true }), /kubectl/)
})

async function asked(kubernetes?: () => Promise<PassThrough>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-gate-'))
  const socket = path.join(folder, 'net')
  const gate = await Gate.open({
    socket,
    targets: targets(),
    portOf: port,
    control: {
      port: 1,
      token: '',
    },
    onReport() {},
    operate: (far) => far.destroy(),
    ...(kubernetes ? { kubernetes } : {}),
  })
  const answered = gate.follow()
  try {
    const client = net.connect(socket)
    client.write('kubernetes\nGET /version HTTP/1.1\r\n\r\n')
    let text = ''
    for await (const bytes of client.setEncoding('utf8')) text += String(bytes)
    return `${text} ${answered().join()}`
  } finally {
    gate.close()
    rmSync(folder, { recursive: true })
  }
}

test('a connection to the API server is made, and its answers are known', async () => {
  const far = new PassThrough()
  assert.match(await asked(async () => (setImmediate(() => far.end('the answer')), far)), /the answer kubernetes$/)
})

test('while it is down, kubectl gets an error in Kubernetes’s form', async () => {
  const away = await asked(() => Promise.reject(new Error("the shop's host is away")))
  assert.match(away, /^HTTP\/1\.1 503 [^]*"kind":"Status"[^]*the shop's host is away/)
  assert.match(await asked(), /the shop is in no cluster/)
})
