import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isMap, isPair, isScalar, isSeq, parseDocument, LineCounter, type Node } from 'yaml'
import { FiredrillError } from '../../model/errors.ts'
import { isRecord } from '../../model/json.ts'
import { findProgram } from '../../range/binaries.ts'
import type { OwnReceivers } from '../../observability/alertmanager/config.ts'

/** A mistake that Alertmanager finds in a team's receivers: where, as a path in the team's file (`pager.slack_configs.0.channel`), and why. */
interface Refusal {
  path: PropertyKey[]
  reason: string
}

type Render = (own: OwnReceivers) => string

/** One check takes some hundredths of a second. */
const checkMs = 10_000
/** Enough to find the field in a file of usual length. */
const mostChecks = 60

/** Runs Alertmanager's own check on the whole configuration with these receivers. Empty if it is valid. */
export function refusalsOf(own: OwnReceivers, render: Render, inFile: (path: PropertyKey[]) => PropertyKey[] | null): Refusal[] {
  const amtool = findProgram(['amtool'], [])
  if (!amtool)
    throw new FiredrillError(
      'missing-binary',
      "amtool, which checks receivers, is missing: it comes with Alertmanager (Debian's package prometheus-alertmanager)",
    )
  let checks = 0
  const ask = (text: string): string | null => (checks++ < mostChecks ? check(amtool, text) : null)
  const text = render(own)
  const reason = ask(text)
  if (reason === null) return []
  const lines = [...reason.matchAll(/^ {2}line (\d+): (.*)$/gm)]
  if (lines.length > 0) {
    return lines.map(([, line, why = '']) => {
      const found = pathAt(text, Number(line))
      return { path: (found && inFile(found)) ?? [], reason: inWords(why, amtool) }
    })
  }
  const refusals: Refusal[] = []
  let base: OwnReceivers = { ...(own.global ? { global: own.global } : {}), ...(own.templates ? { templates: own.templates } : {}) }
  for (const part of parts(own)) {
    const alone = withEntry(base, own, part)
    const why = ask(render(alone))
    if (why === null) continue
    const path = narrowed(alone, part, why, (changed) => ask(render(changed)))
    refusals.push({ path, reason: inWords(why, amtool) })
    // A mistake that affects all is reported once.
    if (part[0] === 'global') base = without(base, path)
  }
  return refusals.length > 0 ? refusals : [{ path: [], reason: inWords(reason, amtool) }]
}

/** Alertmanager's verdict on a configuration; null if it is valid. */
function check(amtool: string, text: string): string | null {
  // It contains secrets.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'receivers-'))
  try {
    const file = path.join(folder, 'alertmanager.yml')
    writeFileSync(file, text, { mode: 0o600 })
    execFileSync(amtool, ['check-config', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: checkMs })
    return null
  } catch (error) {
    const { stdout, stderr, status } = outcomeIn(error)
    if (status === null)
      throw new FiredrillError('component-failed', `${amtool} gave no answer within ${checkMs / 1_000} s`, { cause: error })
    return (/FAILED: ([^]*)/.exec(stdout)?.[1] ?? (stderr || stdout)).trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The output of a failed program, and its exit code, which is null if it did not exit by itself. */
function outcomeIn(error: unknown): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = isRecord(error) ? error : {}
  return { stdout: String(stdout ?? ''), stderr: String(stderr ?? ''), status: typeof status === 'number' ? status : null }
}

function inWords(reason: string, amtool: string): string {
  const unknown = /field (\S+) not found/.exec(reason)?.[1]
  if (unknown !== undefined)
    return `Alertmanager ${versionOf(amtool)} does not know '${unknown}' here: check the spelling, and which version has it`
  const hint = reason.startsWith('unsupported scheme') ? ': write the address with http:// or https://' : ''
  return `Alertmanager refuses it: ${reason.split('\n').join(' ').trim()}${hint}`
}

const versionOf = (amtool: string): string =>
  /version (\S+)/.exec(execFileSync(amtool, ['--version'], { encoding: 'utf8', timeout: checkMs }))?.[1] ?? ''

/** The parts that can be checked separately: `global`, templates, and each receiver. */
function parts(own: OwnReceivers): PropertyKey[][] {
  const entries = (['pager', 'ticket'] as const).flatMap((name) =>
    Object.entries(own[name] ?? {}).flatMap(([kind, list]) => list.map((_, index) => [name, kind, index])),
  )
  return [['global'], ...entries]
}

/** `global` and one entry. */
function withEntry(base: OwnReceivers, own: OwnReceivers, [name, kind, index]: PropertyKey[]): OwnReceivers {
  const entry = name === 'pager' || name === 'ticket' ? own[name]?.[String(kind)]?.[Number(index)] : undefined
  return entry ? { ...base, [String(name)]: { [String(kind)]: [entry] } } : base
}

function without(base: OwnReceivers, [, key]: PropertyKey[]): OwnReceivers {
  const { global, ...others } = base
  if (key === undefined || !global) return others
  const { [String(key)]: _, ...kept } = global
  return { ...others, global: kept }
}

/** The field whose removal makes the error go away; the whole part if there is none, or if something is missing. */
function narrowed(alone: OwnReceivers, part: PropertyKey[], reason: string, ask: (own: OwnReceivers) => string | null): PropertyKey[] {
  if (/^(no|missing) /.test(reason)) return part
  const [name, kind] = part
  const fields = part[0] === 'global' ? alone.global : alone[name as 'pager']?.[String(kind)]?.[0]
  const keys = Object.keys(fields ?? {})
  const named = keys.find((key) => new RegExp(`\\b${RegExp.escape(key)}\\b`).test(reason))
  if (named !== undefined) return [...part, named]
  for (const key of keys) {
    const { [key]: _, ...others } = fields ?? {}
    const changed = part[0] === 'global' ? { ...alone, global: others } : { ...alone, [String(name)]: { [String(kind)]: [others] } }
    if (ask(changed) !== reason) return [...part, key]
  }
  return part
}

/** The path of a line in a text that we have written, with one key per line. */
function pathAt(text: string, line: number): PropertyKey[] | null {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  let found: PropertyKey[] | null = null
  const walk = (node: Node | null, path: PropertyKey[]): void => {
    if (isSeq(node)) node.items.forEach((item, index) => walk(item as Node, [...path, index]))
    if (!isMap(node)) return
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue
      const own = [...path, String(pair.key.value)]
      const at = lines.linePos(pair.key.range?.[0] ?? 0).line
      if (at === line) found = own
      walk(pair.value as Node | null, own)
    }
  }
  walk(document.contents, [])
  return found
}
