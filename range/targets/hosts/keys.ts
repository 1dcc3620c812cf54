import { webcrypto } from 'node:crypto'
import type { LinkKeys } from './link.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** The common name in a certificate. Hosts of users share theirs. */
type HostName = 'observability' | 'shop' | 'load'

const yearMs = 365 * 24 * 3_600_000

/**
 * A certificate authority for the hosts of one range, and a certificate for each role. The authority's key is not stored: it signs only these, so
 * that each end can verify the other.
 */
export async function makeLinkKeys(): Promise<Record<HostName, LinkKeys>> {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as never)
  const make = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const life = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 5 * yearMs), signingAlgorithm: algorithm }
  const authority = await make()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...life,
    name: 'O=firedrill, CN=Firedrill hosts',
    keys: authority as never,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  const issue = async (name: HostName): Promise<LinkKeys> => {
    const keys = await make()
    const certificate = await x509.X509CertificateGenerator.create({
      ...life,
      subject: `O=firedrill, CN=${name}`,
      issuer: root.subject,
      signingKey: authority.privateKey as never,
      publicKey: keys.publicKey as never,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          name === 'observability' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
        ]),
      ],
    })
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
    return { ca: root.toString('pem'), cert: certificate.toString('pem'), key }
  }
  return { observability: await issue('observability'), shop: await issue('shop'), load: await issue('load') }
}
