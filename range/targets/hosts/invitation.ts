import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { profiles } from '../../context.ts'
import type { RangeState } from '../local/state.ts'
import { portOffsets } from '../../context.ts'
import { makeLinkKeys } from './keys.ts'
import type { LinkKeys } from './link.ts'

/** What the shop's host must know of the other one. It holds secrets: whoever has it can be the shop. */
export const invitation = z.strictObject({
  version: z.literal(1),
  /** `host:port` to dial. */
  observability: z.string(),
  portBase: z.number().int(),
  profile: z.enum(profiles),
  passwords: z.object({ postgres: z.string(), rabbitmq: z.string() }),
  keys: z.object({ ca: z.string(), cert: z.string(), key: z.string() }),
})
export type Invitation = z.infer<typeof invitation>

const keysFile = (dir: string): string => path.join(dir, 'hosts', 'link.json')

export const hasLinkKeys = (dir: string): boolean => existsSync(keysFile(dir))

export function readLinkKeys(dir: string): LinkKeys {
  const file = keysFile(dir)
  if (!existsSync(file)) throw new FiredrillError('wrong-state', `${file} is missing: see 'firedrill host --help'`)
  return JSON.parse(readFileSync(file, 'utf8')) as LinkKeys
}

function writeLinkKeys(dir: string, keys: LinkKeys): void {
  const file = keysFile(dir)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  chmodSync(file, 0o600)
}

/** Makes new keys for both hosts, keeps this one's, and returns what the shop's needs. An earlier invitation is worth nothing from then on. */
export async function invite(state: RangeState, address: string): Promise<Invitation> {
  const config = state.config()
  if (config.placement.role !== 'observability')
    throw new FiredrillError('wrong-state', "this range is no observability host: 'firedrill host observe' makes it one")
  const keys = await makeLinkKeys()
  writeLinkKeys(state.dir, keys.observability)
  return {
    version: 1,
    observability: /:\d+$/.test(address) ? address : `${address}:${config.portBase + portOffsets.link}`,
    portBase: config.portBase,
    profile: config.profile,
    passwords: config.passwords,
    keys: keys.shop,
  }
}

/** Makes this host the shop's, by an invitation. */
export function accept(state: RangeState, text: string): Invitation {
  let given: Invitation
  try {
    given = invitation.parse(JSON.parse(text))
  } catch (error) {
    throw new FiredrillError('bad-request', `this is no invitation: ${describeError(error).slice(0, 300)}`, { cause: error })
  }
  state.configure({
    portBase: given.portBase,
    profile: given.profile,
    passwords: given.passwords,
    placement: { role: 'shop', observability: given.observability },
  })
  writeLinkKeys(state.dir, given.keys)
  return given
}
