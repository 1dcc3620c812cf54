import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bundleThere } from '../range/bundle/bundle.ts'
import { quickProgram } from '../range/bundle/places.ts'
import type { HostRole, RangeConfig, RangeContext } from '../range/context.ts'
import { hasConsole, programsOn } from '../range/topology.ts'
import { own } from './jail.ts'

/** `firedrill` in the jail: what a trainee may do, in one bundle, without the checkout that it was made from. */
export const onCallProgram = 'cli/on-call/main.ts'
/** Our programs that are bundled for a host's role: its own, and where drills are played those for terminals and the command line. */
export const bundledOn = (role: HostRole): string[] => [...programsOn(role), ...(hasConsole(role) ? [onCallProgram, quickProgram] : [])]
/** Where it finds its range, in the jail's own folder. */
export const firedrillFolder = 'range'

const node = '/opt/firedrill/node'

interface FiredrillInJail {
  beside: { at: string; from: string }[]
  programs: Record<string, string>
  /** To be copied, because the cache may be readable only by its user. */
  copies: Record<string, string>
}

/** What the jail needs for it; null if its bundle has not been built. */
export function firedrillIn(root: string, cache: string | null): FiredrillInJail | null {
  const bundle = cache === null ? null : bundleThere(root, cache, onCallProgram)
  if (bundle === null) return null
  return {
    beside: [{ at: node, from: process.execPath }],
    copies: Object.fromEntries(
      readdirSync(path.dirname(bundle))
        .filter((name) => name.endsWith('.js'))
        .map((name) => [`program/${name}`, path.join(path.dirname(bundle), name)]),
    ),
    programs: {
      firedrill: `#!/bin/sh\nexec ${node} --disable-warning=ExperimentalWarning --max-old-space-size=96 ${own}/program/${path.basename(bundle)} "$@"\n`,
    },
  }
}

/** The range as its trainees may know it: without other users' tokens and the shop's passwords. */
export const rangeSeen = ({ config }: Pick<RangeContext, 'config'>, token: string): RangeConfig => ({
  ...config,
  placement: { role: 'all' },
  clickhouseUrl: null,
  tokens: { trainee: token, instructor: '', service: '' },
  passwords: { postgres: '', rabbitmq: '' },
})
