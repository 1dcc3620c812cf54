import { randomBytes, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { X509Certificate } from '@peculiar/x509'
import type { ServiceName } from '../../model/components.ts'
import type { IdentityFault, MeshIdentity } from '../../model/mesh.ts'
import { putForShop } from '../shop-file.ts'
import { meshDir } from './proxy-folder.ts'
import { typed } from './envoy/json.ts'
import type { RangeContext } from '../context.ts'
import { writeWhole } from '../whole-file.ts'
import { meshNamespace } from '../../model/mesh.ts'
import { trustDomain } from './resources.ts'

let loading: Promise<typeof import('@peculiar/x509')> | null = null
/** Loaded when it is first needed: most of the range's processes never need it. */
const library = () =>
  (loading ??= (async () => {
    await import('reflect-metadata')
    const x509 = await import('@peculiar/x509')
    x509.cryptoProvider.set(webcrypto as never)
    return x509
  })())

/** An identity in the mesh, in SPIFFE's form (https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md). */
export const spiffeId = (service: string): string => `spiffe://${trustDomain}/ns/${meshNamespace}/sa/${service}`

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const hourMs = 3_600_000
/** A certificate is valid for a day, and renewed after half of it. */
const identityLifeMs = 24 * hourMs
const authorityLifeMs = 3_650 * 24 * hourMs
/** Allowance for clock differences. */
const leewayMs = 60_000

interface Authority {
  certificate: X509Certificate
  key: webcrypto.CryptoKey
}

const authorities = new Map<string, Promise<Authority>>()

/** The mesh's own certificate authority, created once for each range; six proxies may ask at once. */
function authority(context: RangeContext): Promise<Authority> {
  const known = authorities.get(context.dir) ?? readOrMakeAuthority(path.join(context.dir, 'mesh'))
  authorities.set(context.dir, known)
  return known
}

async function readOrMakeAuthority(dir: string): Promise<Authority> {
  const x509 = await library()
  const files = { certificate: path.join(dir, 'ca.pem'), key: path.join(dir, 'ca-key.pem') }
  if (!existsSync(files.key)) {
    const made = await makeAuthority('Firedrill mesh')
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    // The key is written last: without it, both are created again.
    writeWhole(files.certificate, made.certificate.toString('pem'))
    writeWhole(files.key, await keyPem(made.key))
  }
  return {
    certificate: new x509.X509Certificate(readFileSync(files.certificate, 'utf8')),
    key: await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(readFileSync(files.key, 'utf8')), algorithm, true, [
      'sign',
    ]),
  }
}

async function makeAuthority(name: string): Promise<Authority> {
  const x509 = await library()
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `O=${trustDomain}, CN=${name}`,
    keys: keys as never,
    serialNumber: serial(),
    notBefore: new Date(Date.now() - leewayMs),
    notAfter: new Date(Date.now() + authorityLifeMs),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  return { certificate, key: keys.privateKey }
}

/** Issues a certificate to a service's proxy and replaces it together with its key; a running proxy reloads it by itself. */
export async function issueIdentity(context: RangeContext, service: ServiceName, fault?: IdentityFault): Promise<MeshIdentity> {
  const x509 = await library()
  const own = await authority(context)
  const signer = fault === 'foreign-ca' ? await makeAuthority('Firedrill mesh') : own
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `O=${trustDomain}`,
    issuer: signer.certificate.subject,
    notBefore: new Date(fault === 'expired' ? now - identityLifeMs - leewayMs : now - leewayMs),
    notAfter: new Date(fault === 'expired' ? now - leewayMs : now + identityLifeMs),
    signingKey: signer.key as never,
    publicKey: keys.publicKey as never,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId(fault === 'wrong-id' ? `${service}-old` : service) }], true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    ],
  })
  const dir = meshDir(context, service)
  mkdirSync(dir, { recursive: true })
  const secret = (name: string, content: object) =>
    JSON.stringify({ resources: [typed('envoy.extensions.transport_sockets.tls.v3.Secret', { name, ...content })] })
  const inline = (text: string) => ({ inline_string: text })
  const put = (name: string, text: string) => putForShop(dir, name, text)
  put('sds-roots.json', secret('roots', { validation_context: { trusted_ca: inline(own.certificate.toString('pem')) } }))
  put(
    'sds-identity.json',
    secret('identity', {
      tls_certificate: { certificate_chain: inline(certificate.toString('pem')), private_key: inline(await keyPem(keys.privateKey)) },
    }),
  )
  put('identity.pem', certificate.toString('pem'))
  return describe(context, service, certificate)
}

/** The certificate that was last issued to a service's proxy; null before the first. */
export async function identityOf(context: RangeContext, service: ServiceName): Promise<MeshIdentity | null> {
  const x509 = await library()
  const file = path.join(meshDir(context, service), 'identity.pem')
  return existsSync(file) ? describe(context, service, new x509.X509Certificate(readFileSync(file, 'utf8'))) : null
}

/** Whether a certificate is due for renewal: half of its life is over. */
export const isDue = ({ notAfter }: MeshIdentity): boolean => Date.parse(notAfter) - Date.now() < identityLifeMs / 2

async function describe(context: RangeContext, service: ServiceName, certificate: X509Certificate): Promise<MeshIdentity> {
  const x509 = await library()
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  const name = names.find(({ type }) => type === 'url')?.value ?? ''
  const { certificate: root } = await authority(context)
  const signed = await certificate.verify({ publicKey: root.publicKey, signatureOnly: true })
  const inDate = certificate.notBefore.getTime() <= Date.now() && certificate.notAfter.getTime() > Date.now()
  return {
    service,
    spiffeId: name,
    verified: signed && inDate && name === spiffeId(service),
    issuer: certificate.issuer,
    serial: certificate.serialNumber,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}

const serial = (): string => `01${randomBytes(15).toString('hex')}`

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  (await library()).PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
