import type { DrillEvent } from '../../model/drill.ts'
import { urgencies, type Scenario, type Urgency } from '../../model/scenario.ts'
import { Incidents, isFelt, type IncidentDrill } from './incidents.ts'
import { hasWorked, isInSolution, type Acted } from './solution.ts'
import type { TriageFinding } from '../../model/debrief.ts'

/** An incident that has begun. */
interface Chosen {
  title: string
  urgency: Urgency
  why: string
  drill: IncidentDrill
}

/**
 * The order in which incidents were handled, by the harm it caused, and whether noise was left alone. Of two incidents with different urgency that
 * were open at the same time, the more urgent one comes first: otherwise it costs the share of its harm to users that fell into the time in which the
 * less urgent one was handled. Noise needs no change and has no cause.
 */
export function triageOf(chosen: readonly Chosen[], events: readonly DrillEvent[], played: Scenario): TriageFinding[] {
  const endedAt = events.at(-1)?.at ?? 0
  const pairs = chosen.flatMap((one) =>
    chosen.flatMap((other) => {
      const isMore = urgencies.indexOf(one.urgency) < urgencies.indexOf(other.urgency)
      return isMore && wereBothOpen(one, other) ? [inOrder(one, other, endedAt)] : []
    }),
  )
  return [...pairs, ...leftAlone(events, played)]
}

const mitigatedAt = ({ drill }: Chosen): number => drill.state.milestones.mitigated ?? Infinity
const pagedAt = ({ drill }: Chosen): number => drill.state.pagedAt ?? Infinity

/** Whether there was a choice: both had paged, and neither was mitigated. */
const wereBothOpen = (a: Chosen, b: Chosen): boolean => Math.max(pagedAt(a), pagedAt(b)) < Math.min(mitigatedAt(a), mitigatedAt(b))

function inOrder(urgent: Chosen, other: Chosen, endedAt: number): TriageFinding {
  const both = `'${urgent.title}' and '${other.title}' were open at the same time`
  const ok = mitigatedAt(urgent) <= mitigatedAt(other)
  if (ok && mitigatedAt(urgent) < Infinity) return { ok, share: 1, text: `${both}. You dealt with '${urgent.title}' first. ${urgent.why}` }
  const reason = `'${urgent.title}' was more urgent. ${urgent.why}`
  if (mitigatedAt(other) === Infinity) return { ok: false, share: 0, text: `${both}, and neither was mitigated. ${reason}` }
  const waited = { from: Math.max(pagedAt(urgent), pagedAt(other)), to: mitigatedAt(other) }
  const open = { from: pagedAt(urgent), to: Math.min(mitigatedAt(urgent), endedAt) }
  const [meanwhile, inAll] = [harmIn(urgent.drill, waited), harmIn(urgent.drill, open)]
  const cost = inAll > 0 ? meanwhile / inAll : (waited.to - waited.from) / Math.max(1, open.to - open.from)
  const share = mitigatedAt(urgent) === Infinity ? 0 : Math.max(0, 1 - cost)
  const told = meanwhile > 0 ? ` Meanwhile, ${meanwhile} of the users' requests were slow or failed, of ${inAll} in all.` : ''
  const kept = Math.round(share * 100) % 100 > 0 ? ` You keep ${percent(share)} of the points for this choice.` : ''
  return { ok: false, share, text: `${both}, and '${other.title}' was mitigated first.${told} ${reason}${kept}` }
}

/** Slow or failed requests of users in a time, if users notice the incident. */
function harmIn(drill: IncidentDrill, { from, to }: { from: number; to: number }): number {
  if (!isFelt(drill)) return 0
  const by = (at: number): number => {
    const last = drill.events.findLast((event) => event.type === 'harm-measured' && event.at <= at)
    return last?.type === 'harm-measured' ? last.harm.slow + last.harm.failed : 0
  }
  return Math.max(0, by(to) - by(from))
}

/**
 * For each noise that paged, whether nothing was changed because of it, and no cause named. A change while an incident is open is attributed to that
 * one, one that fixes a slow burn to that, and after an incident, noise that was over by then is not blamed any more.
 */
function leftAlone(events: readonly DrillEvent[], { incidents = [] }: Scenario): TriageFinding[] {
  const all = new Incidents(incidents)
  const changes = new Map<number, string[]>()
  const past = new Set<number>()
  for (const event of events) {
    const latest = all.open.length === 0 ? all.noise.at(-1) : undefined
    const change = latest && !past.has(latest.number) ? changeIn(event) : null
    if (latest && change && !all.burning.some(({ scenario }) => isInSolution(scenario, change)))
      changes.set(latest.number, [...(changes.get(latest.number) ?? []), nameOf(change)])
    all.take(event)
    if (all.open.length > 0) for (const { number, firing } of all.noise) if (firing.size === 0) past.add(number)
  }
  const isAssessment = events.some((event) => event.type === 'drill-started' && event.mode === 'assessment')
  return all.noise.map(({ number, hints, wrongCauses }) => {
    const made = changes.get(number) ?? []
    if (made.length > 0)
      return {
        ok: false,
        share: 0,
        text: `Incident ${number} was noise. Nothing was broken when you changed something: ${made.slice(0, 3).join(', ')}${made.length > 3 ? ', …' : ''}.`,
      }
    if (wrongCauses > 0) return { ok: false, share: 0, text: `Incident ${number} was noise, and you named a cause for it.` }
    const alone = `Incident ${number} was noise. You changed nothing because of it.`
    if (!isAssessment || hints === 0) return { ok: true, share: 1, text: alone }
    const share = Math.max(0, 1 - hints * noiseHintCost)
    return { ok: true, share, text: `${alone} The hints about it cost ${percent(1 - share)} of the points for this.` }
  })
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** In an assessment, the share of a finding that each hint about noise costs. */
const noiseHintCost = 0.2

/** The change of the shop that an event made; null if it made none, or failed. */
const changeIn = (event: DrillEvent): Acted | null =>
  (event.type === 'action-run' || event.type === 'command-run') && event.kind === 'change' && hasWorked(event) ? event : null

const nameOf = (change: Acted): string => (change.type === 'action-run' ? change.title : `\`${change.command}\``)
