import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { signatureFile, signerOf, signPack } from './sign.ts'

const files = new Map([
  ['pack.yaml', Buffer.from('id: ours')],
  ['scenarios/a/story.md', Buffer.from('It began.')],
])
const pem = (key: KeyObject, type: 'pkcs8' | 'spki') => String(key.export({ type: type as 'pkcs8', format: 'pem' }))
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const signedBy = (key: KeyObject, of = files) => new Map([...of, [signatureFile, Buffer.from(signPack(of, pem(key, 'pkcs8')))]])
const signer = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex')
  .slice(0, 16)

test('a signature names its key, and is valid for the files in any order', () => {
  const signed = signedBy(privateKey)
  assert.deepEqual(signerOf(signed), { signer, problem: null })
  assert.deepEqual(signerOf(new Map([...signed].toReversed())), { signer, problem: null })
  assert.deepEqual(signerOf(signed, pem(publicKey, 'spki')), { signer, problem: null })
})

test('a pack without a signature has no signer, which matters only if a key is trusted', () => {
  assert.deepEqual(signerOf(files), { signer: null, problem: null })
  assert.deepEqual(signerOf(files, pem(publicKey, 'spki')), { signer: null, problem: 'it is not signed, and a signature was asked for' })
})

test('a signature by another key is told apart from the trusted one’s', () => {
  const found = signerOf(signedBy(other.privateKey), pem(publicKey, 'spki'))
  assert.match(found.problem ?? '', /^it is signed with the key [0-9a-f]{16}, and not with the one that you trust$/)
  assert.notEqual(found.signer, signer)
})

test('a file that was changed, added, removed or renamed after signing breaks the signature', () => {
  const signed = signedBy(privateKey)
  const changes: ((copy: Map<string, Buffer>) => void)[] = [
    (copy) => copy.set('pack.yaml', Buffer.from('id: theirs')),
    (copy) => copy.set('README.md', Buffer.from('')),
    (copy) => copy.delete('scenarios/a/story.md'),
    (copy) => {
      copy.set('scenarios/b/story.md', copy.get('scenarios/a/story.md') ?? Buffer.alloc(0))
      copy.delete('scenarios/a/story.md')
    },
  ]
  for (const change of changes) {
    const copy = new Map(signed)
    change(copy)
    assert.deepEqual(signerOf(copy), {
      signer,
      problem: 'pack.sig: does not belong to these files: they were changed after they had been signed',
    })
  }
})

test('an invalid signature, or one with another kind of key, is reported', () => {
  const withSignature = (text: string) => signerOf(new Map([...files, [signatureFile, Buffer.from(text)]]))
  const valid = JSON.parse(signPack(files, pem(privateKey, 'pkcs8'))) as Record<string, string>
  for (const text of ['', '{', 'null', JSON.stringify({ ...valid, algorithm: 'rsa' }), JSON.stringify({ ...valid, extra: 1 })])
    assert.equal(withSignature(text).problem, 'pack.sig: is no signature: sign the pack again', text)
  assert.equal(withSignature(JSON.stringify({ ...valid, key: 'AAAA' })).problem, 'pack.sig: has no usable key: sign the pack again')
  // A valid RSA signature over the same digest.
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  const digest = [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
  const byRsa = {
    algorithm: 'ed25519',
    key: rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign(null, Buffer.from(digest.join('')), rsa.privateKey).toString('base64'),
  }
  assert.match(withSignature(JSON.stringify(byRsa)).problem ?? '', /does not belong to these files/)
})

test('a key of another kind cannot sign', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  assert.throws(() => signPack(files, pem(rsa.privateKey, 'pkcs8')), {
    code: 'bad-request',
    message: /this key is of the kind rsa: make one with 'openssl genpkey/,
  })
})
