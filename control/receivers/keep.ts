import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { documentsOf } from '../../model/yaml/read.ts'
import { ownReceivers, renderAlertmanager, type OwnReceivers } from '../../observability/alertmanager/config.ts'
import { timings } from '../../observability/timing.ts'
import { writeWhole } from '../../range/whole-file.ts'
import { refusalsOf } from './check.ts'
import { pathInFile, readReceivers, refuse, type ReadReceivers } from './read.ts'

const receiversFile = (dir: string): string => path.join(dir, 'receivers.yml')

/** A change of the receivers that can be reverted. */
export interface KeptReceivers {
  /** Restores the previous receivers. */
  undo(): void
}

/**
 * Stores a team's own receivers with the range, once Alertmanager's own check has accepted the whole configuration with them. They contain secrets,
 * so nobody else may read them. Throws `bad-request` with every mistake at its line; the previous receivers then stay active.
 */
export function keepReceivers(dir: string, file: string): KeptReceivers {
  let source: Buffer
  try {
    source = readFileSync(file)
  } catch (error) {
    throw new FiredrillError('bad-request', `${file} cannot be read`, { cause: error })
  }
  const read = readReceivers(source, file)
  requireTaken(read, file)
  return change(receiversFile(dir), stringify(read.own, { lineWidth: 0, aliasDuplicateObjects: false }))
}

/** Removes them: only the console receives alerts then. */
export const dropReceivers = (dir: string): KeptReceivers => change(receiversFile(dir), null)

function change(file: string, text: string | null): KeptReceivers {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null
  const write = (content: string | null) => (content === null ? rmSync(file, { force: true }) : writeWhole(file, content))
  write(text)
  return { undo: () => write(before) }
}

/** The receivers stored with a range; undefined without any. */
export function keptReceivers(dir: string): OwnReceivers {
  const file = receiversFile(dir)
  if (!existsSync(file)) return {}
  return ownReceivers.parse(documentsOf(readFileSync(file, 'utf8'))[0]?.toJS() ?? {})
}

/**
 * Disables stored receivers that Alertmanager would no longer accept, such as after an upgrade: the range must start without them. Returns what is
 * wrong with them, or null.
 */
export function layAsideRefused(dir: string): string | null {
  const file = receiversFile(dir)
  if (!existsSync(file)) return null
  try {
    requireTaken(readReceivers(readFileSync(file), file), file)
    return null
  } catch (error) {
    if (!(error instanceof FiredrillError) || error.code !== 'bad-request') throw error
    renameSync(file, `${file}.refused`)
    return `the stored receivers are refused, and were set aside as ${file}.refused: give --receivers again\n${describeError(error)}`
  }
}

function requireTaken({ own, document }: ReadReceivers, file: string): void {
  const whole = (given: OwnReceivers) =>
    renderAlertmanager({ timing: timings.drill, pagerUrl: 'http://127.0.0.1/pager', pagerToken: 'token', own: given })
  const refused = refusalsOf(own, whole, (given) => pathInFile(given, ['pager', 'ticket']))
  if (refused.length === 0) return
  const mistakes = refused.map(({ path: at, reason }) => {
    const place = at.length === 3 && at[0] !== 'global' ? document.placeOf(at) : document.placeOfKey(at)
    return { ...place, at: at.join('.'), message: reason }
  })
  refuse(file, mistakes)
}
