import type { AnswerOf } from '../../model/client.ts'
import type { ToldDrill } from '../../model/drill.ts'
import { elapsed, formatDurationMs } from '../../model/duration.ts'
import { bold, dim, print } from '../output.ts'

type DrillAnswer = AnswerOf<'GET /api/drills/:id'>
type ToldIncident = DrillAnswer['incidents'][number]

/** The state of a drill at a moment, in milliseconds since the epoch. */
export function printDrill({ drill, title, incidents }: DrillAnswer, now: number): void {
  print(`${bold(title)} ${dim(formatDurationMs(now - drill.startedAt))}`)
  const ofIncidents = new Set(incidents.flatMap(({ pages }) => pages.flatMap(({ name, firing }) => (firing ? [name] : []))))
  for (const { name, summary } of drill.firing) if (!ofIncidents.has(name)) print(`  page: ${name}: ${summary}`)
  if (!drill.shift) return printMilestones(drill.milestones, drill.startedAt)
  for (const incident of incidents) printIncident(incident, now)
  if (incidents.length === 0) print(dim('  no incident so far'))
}

function printIncident(
  { number, title, startedAt, pagedAt, pages, milestones, hints, wrongCauses, over }: ToldIncident,
  now: number,
): void {
  const since = pagedAt === null ? 'not paged yet' : `paged ${elapsed(now - pagedAt)} ago`
  print(`${bold(`incident ${number}`)}${title === null ? '' : ` ${title}`} ${dim(over ? 'over' : since)}`)
  for (const { name, summary, firing } of pages) print(`  page: ${name}: ${summary}${firing ? '' : dim(' (resolved)')}`)
  printMilestones(milestones, pagedAt ?? startedAt)
  if (hints + wrongCauses > 0) print(dim(`  hints: ${hints}, wrong causes: ${wrongCauses}`))
}

function printMilestones(milestones: ToldDrill['milestones'], since: number): void {
  for (const [name, at] of Object.entries(milestones))
    print(`  ${at === null ? '○' : '●'} ${name} ${at === null ? '' : dim(formatDurationMs(at - since))}`)
}
