import { elapsed } from '../model/duration.ts'
import { handoverInWords } from '../model/handover.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { pinsOf, type PinnedNote } from './pins.ts'
import { alertQuality } from './alert-quality.ts'
import { budgetBurnt } from './scoring.ts'

/** A draft of a postmortem: the facts are filled in from the drill's events, the rest is for people. */
export function postmortem(
  state: DrillState,
  events: readonly DrillEvent[],
  scenario: Scenario,
  graphs: readonly { title: string; href: string }[] = [],
  /** Paths of the pictures of pins; null if they are not included. */
  pinFolder: string | null = null,
): string {
  const { harm, startedAt } = state
  const after = (at: number | null): string => (at === null ? 'not reached' : elapsed(at - startedAt))
  const quality = alertQuality(events, scenario)
  const hurt = harm.failed + harm.slow
  const all = hurt + harm.good
  const lines = events.flatMap((event) => {
    const told = eventInWords(event)
    return told === null ? [] : [`| ${elapsed(event.at - startedAt)} | ${told.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`]
  })
  return `# Postmortem: ${scenario.title}

${new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC · on call: ${state.trainee} · a drill

## Summary

${scenario.summary}

It was **${scenario.cause.component}** (${scenario.cause.category}).

## Impact

${all === 0 ? 'Nothing is known of the users.' : `${harm.failed} requests failed and ${harm.slow} were slow, of ${all} (${((100 * hurt) / all).toFixed(1)} %): ${(budgetBurnt(harm) ?? 0).toFixed(1)} times the error budget of that time.`}

| | after | par |
|---|---|---|
${milestoneNames.map((name) => `| ${name} | ${after(state.milestones[name])} | ${elapsed(scenario.milestones[name].par)} |`).join('\n')}

${graphs.map(({ title, href }) => `![${title}](${href})`).join('\n\n')}

## Timeline

| after | what |
|---|---|
${lines.join('\n')}

${pinned(pinsOf(events), startedAt, pinFolder)}## Detection

${quality.pages} pages, ${quality.actionablePages} of them actionable.

| alert | pages | first after | use |
|---|---|---|---|
${quality.alerts.map(({ name, pages, firstAfterMs, use }) => `| ${name} | ${pages} | ${elapsed(firstAfterMs)} | ${use} |`).join('\n')}

## Resolution

${scenario.solution.map(({ action, terminal, why }, index) => `${index + 1}. \`${action ?? terminal}\`: ${why}`).join('\n')}

## What went well

-

## What went badly

-

## Where we were lucky

-

## Action items

| what | who | until |
|---|---|---|
| | | |
`
}

/** What was pinned, as it was at the time. */
function pinned(pins: readonly PinnedNote[], startedAt: number, folder: string | null): string {
  if (pins.length === 0) return ''
  const parts = pins.map(({ at, text, pin, file }) =>
    [
      `### ${elapsed(at - startedAt)}: ${oneLine(text)}`,
      `${pin.kind}: ${oneLine(pin.title)}`,
      ...(file && folder ? [`![${oneLine(pin.title)}](${folder}/${file})`] : []),
      ...(pin.facts.length > 0 ? [pin.facts.map((fact) => `- ${oneLine(fact)}`).join('\n')] : []),
    ].join('\n\n'),
  )
  return `## What was seen\n\n${parts.join('\n\n')}\n\n`
}
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[[\]<>`*_]/g, String.raw`\$&`)

/** An event in words for a document; null for those that are of no interest to its readers. */
export function eventInWords(event: DrillEvent): string | null {
  switch (event.type) {
    case 'page-received':
      return `Page: ${event.alert.summary} (${event.alert.name})`
    case 'page-resolved':
      return `Resolved: ${event.alert.name}`
    case 'page-acknowledged':
      return 'Acknowledged'
    case 'page-escalated':
      return `Escalated after ${elapsed(event.afterMs)}`
    case 'action-run':
      return `${event.title}: ${event.summary}${event.ok ? '' : ' (failed)'}`
    case 'command-run':
      return event.kind === 'change'
        ? `Ran \`${event.command.replaceAll('`', "'")}\`${event.status === 0 ? '' : ` (exit status ${event.status})`}`
        : null
    case 'cause-named':
      return `Suspected ${event.component}, ${event.category}${event.correct ? ': right' : ': wrong'}${event.sentence ? ` – ${event.sentence}` : ''}`
    case 'milestone-reached':
      return `**${event.milestone}**: ${event.evidence}`
    case 'said':
      return `${event.by?.name ?? 'Somebody'}: ${event.text}`
    case 'status-posted':
      return `Status page, ${event.status}: ${event.text}`
    case 'handover-written':
      return `${event.by ? `${event.by.name}, handover note` : 'Handover note'}: ${handoverInWords(event)}`
    case 'note-added':
      return `Note: ${event.text}`
    default:
      return null
  }
}
