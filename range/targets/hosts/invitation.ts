import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { checkedJson } from '../../../model/outside.ts'
import { profiles } from '../../context.ts'
import type { RangeState } from '../local/state.ts'
import { portOffsets } from '../../context.ts'
import { makeLinkKeys } from './keys.ts'

/** As PEM. */
const linkKeys = z.object({ ca: z.string(), cert: z.string(), key: z.string() })

const common = {
  version: z.literal(1),
  /** `host:port` to dial. */
  observability: z.string(),
  portBase: z.number().int(),
  profile: z.enum(profiles),
  keys: linkKeys,
}

/** What the shop's host has to know about the monitoring host. It contains secrets: whoever has it can act as the shop. */
export const invitation = z.strictObject({
  ...common,
  role: z.literal('shop').default('shop'),
  passwords: z.object({ postgres: z.string(), rabbitmq: z.string() }),
})
export type Invitation = z.infer<typeof invitation>

/** What a host of users has to know: whoever has it can act as some of them. */
const loadInvitation = z.strictObject({ ...common, role: z.literal('load') })
export type LoadInvitation = z.infer<typeof loadInvitation>

/** Keys of this host; on the monitoring host also those for hosts of users. */
const hostKeys = linkKeys.extend({ load: linkKeys.optional() })
type HostKeys = z.output<typeof hostKeys>

const keysFile = (dir: string): string => path.join(dir, 'hosts', 'link.json')

/** Whether a range's folder has the keys of a link to another host. */
export const hasLinkKeys = (dir: string): boolean => existsSync(keysFile(dir))

/** The keys of the link to the other host. Throws `wrong-state` where there are none, or they cannot be read. */
export function readLinkKeys(dir: string): HostKeys {
  const file = keysFile(dir)
  if (!existsSync(file)) throw new FiredrillError('wrong-state', `${file} is missing: see 'firedrill host --help'`)
  return checkedJson(hostKeys, readFileSync(file, 'utf8'), file, 'wrong-state')
}

function writeLinkKeys(dir: string, keys: HostKeys): void {
  const file = keysFile(dir)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  chmodSync(file, 0o600)
}

const said = (state: RangeState, address: string) => {
  const { placement, portBase, profile } = state.config()
  if (placement.role !== 'observability')
    throw new FiredrillError('wrong-state', "this range is no observability host: 'firedrill host observe' makes it one")
  return {
    version: 1,
    observability: /:\d+$/.test(address) ? address : `${address}:${portBase + portOffsets.link}`,
    portBase,
    profile,
  } as const
}

/** Creates new keys for all hosts, stores this one's, and returns the invitation for the shop's host. Earlier invitations become invalid. */
export async function invite(state: RangeState, address: string): Promise<Invitation> {
  const base = said(state, address)
  const { observability, shop, load } = await makeLinkKeys()
  writeLinkKeys(state.dir, { ...observability, load })
  return { ...base, role: 'shop', passwords: state.config().passwords, keys: shop }
}

/** The invitation for hosts of users: for any number of them, with the keys that were created with the shop's invitation. */
export function inviteLoad(state: RangeState, address: string): LoadInvitation {
  const base = said(state, address)
  const { load } = readLinkKeys(state.dir)
  if (!load) throw new FiredrillError('wrong-state', "the shop's host was invited by an earlier release: invite it again first")
  return { ...base, role: 'load', keys: load }
}

/** Makes this host the shop's, or one of users, by an invitation. */
export function accept(state: RangeState, text: string): Invitation | LoadInvitation {
  let given: Invitation | LoadInvitation
  try {
    given = z.union([loadInvitation, invitation]).parse(JSON.parse(text))
  } catch (error) {
    throw new FiredrillError('bad-request', `this is no invitation: ${describeError(error).slice(0, 300)}`, { cause: error })
  }
  state.configure({
    portBase: given.portBase,
    profile: given.profile,
    ...(given.role === 'shop' ? { passwords: given.passwords } : {}),
    placement: { role: given.role, observability: given.observability },
  })
  writeLinkKeys(state.dir, given.keys)
  return given
}
