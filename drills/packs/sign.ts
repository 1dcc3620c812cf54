import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { jsonOrNull } from '../../model/json.ts'

export const signatureFile = 'pack.sig'
/** Ed25519, over the digest of all other files; the key is public, in SPKI (DER). */
const signature = z.strictObject({ algorithm: z.literal('ed25519'), key: z.base64(), signature: z.base64() })

/** The signed text: the hash of each file, in the order of their names. */
function digest(files: ReadonlyMap<string, Buffer>): Buffer {
  const lines = [...files.keys()]
    .filter((name) => name !== signatureFile)
    .toSorted()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(files.get(name) ?? '')
          .digest('hex')}  ${name}\n`,
    )
  return Buffer.from(lines.join(''))
}

/** The signature file of a pack, by a private key in PEM. Throws `bad-request` for a key of another kind. */
export function signPack(files: ReadonlyMap<string, Buffer>, pem: string): string {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519')
    throw new FiredrillError(
      'bad-request',
      `this key is of the kind ${key.asymmetricKeyType}: make one with 'openssl genpkey -algorithm ed25519'`,
    )
  const shown = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
  return `${JSON.stringify({ algorithm: 'ed25519', key: shown, signature: sign(null, digest(files), key).toString('base64') }, null, 2)}\n`
}

/**
 * Who signed a pack: the hash of their key, or null without a signature. `problem` says why a signature is invalid, or not by the trusted key
 * (public, in PEM).
 */
export function signerOf(files: ReadonlyMap<string, Buffer>, trusted?: string): { signer: string | null; problem: string | null } {
  const wanted = trusted === undefined ? undefined : createPublicKey(trusted).export({ type: 'spki', format: 'der' })
  const bytes = files.get(signatureFile)
  if (!bytes) return { signer: null, problem: wanted ? 'it is not signed, and a signature was asked for' : null }
  const parsed = signature.safeParse(jsonOrNull(bytes.toString('utf8')))
  if (!parsed.success) return { signer: null, problem: `${signatureFile}: is no signature: sign the pack again` }
  const der = Buffer.from(parsed.data.key, 'base64')
  const signer = createHash('sha256').update(der).digest('hex').slice(0, 16)
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const holds = key.asymmetricKeyType === 'ed25519' && verify(null, digest(files), key, Buffer.from(parsed.data.signature, 'base64'))
    if (!holds) return { signer, problem: `${signatureFile}: does not belong to these files: they were changed after they had been signed` }
  } catch {
    return { signer: null, problem: `${signatureFile}: has no usable key: sign the pack again` }
  }
  if (wanted && !wanted.equals(der)) return { signer, problem: `it is signed with the key ${signer}, and not with the one that you trust` }
  return { signer, problem: null }
}
