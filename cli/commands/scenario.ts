import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { runbooks } from '../../control/runbooks.ts'
import { projectRoot } from '../../control/paths.ts'
import { scenarioTable } from '../../drills/scenario-table.ts'
import { checkScenario, describeProblem, loadScenarios, type Vocabulary } from '../../drills/scenarios.ts'
import { formatDurationMs } from '../../model/duration.ts'
import { drawnScenario, variantFor } from '../../drills/variants.ts'
import { FiredrillError } from '../../model/errors.ts'
import { peopleSchema } from '../../model/people.ts'
import { anyOf, milestoneNames, scenarioSchema } from '../../model/scenario.ts'
import { ruleGroups } from '../../observability/rules/index.ts'
import { timings } from '../../observability/timing.ts'
import { folderIn, isError, tellProblems, writeTexts } from '../authoring.ts'
import { command, type CommonOptions } from '../options.ts'
import { peopleTemplate } from '../people-template.ts'
import { bold, dim, green, print, printJson, printTable } from '../output.ts'

const folder = path.join(projectRoot, 'scenarios')
const folderOf = folderIn(folder, 'scenario.yaml')

/** For authors: from a new scenario to one that `verify` can prove. */
export function scenarioCommand(): Command {
  return new Command('scenario')
    .addCommand(newCommand())
    .addCommand(lintCommand())
    .addCommand(previewCommand())
    .addCommand(tableCommand())
    .addCommand(schemaCommand())
}

const newCommand = () =>
  command('new', 'create a scenario from a template')
    .argument('<id>', 'lower-case words joined by hyphens; the name of its folder')
    .option('--with-people', 'with a people.yaml: people who want answers, and people who know something', false)
    .action((id: string, options: CommonOptions & { withPeople: boolean }) => {
      if (!scenarioSchema.shape.id.safeParse(id).success)
        throw new FiredrillError('bad-request', `'${id}' is not a valid id: write lower-case words joined by hyphens`)
      const target = path.join(folder, id)
      if (existsSync(target)) throw new FiredrillError('conflict', `${target} exists already`)
      mkdirSync(target)
      const texts = { ...template(id), ...(options.withPeople ? { 'people.yaml': peopleTemplate } : {}) }
      const files = writeTexts(target, texts)
      if (options.json) return printJson({ id, files })
      for (const file of files) print(path.relative(process.cwd(), file))
      print(dim(`fill them in, then 'firedrill scenario lint ${id}', and 'firedrill verify ${id}' on a running range`))
    })

const lintCommand = () =>
  command('lint', 'check scenarios without a range')
    .argument('[id...]', 'ids, folders or files (default: all)')
    .action((ids: string[], options: CommonOptions) => {
      const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      const folders = (ids.length > 0 ? ids : all.map(({ name }) => name)).map(folderOf)
      const known = scenarioVocabulary()
      const problems = folders.flatMap((each) => checkScenario(each, known).problems)
      tellProblems(problems, options, folders.length, 'scenario')
    })

const previewCommand = () =>
  command('preview', 'show a scenario as trainees and instructors see it')
    .argument('<id>')
    .option('--variant <name>', 'one of its variants (default: the first one)')
    .action((id: string, options: CommonOptions & { variant?: string }) => {
      const { scenario: written, problems } = checkScenario(folderOf(id), scenarioVocabulary())
      const mistake = problems.find(isError)
      if (mistake) throw new FiredrillError('bad-request', describeProblem(mistake))
      if (!written) throw new FiredrillError('not-found', `there is no scenario '${id}'`)
      const variants = written.variants?.map(({ name }) => name) ?? []
      const variant = variantFor(written, 0, options.variant ?? variants[0])
      const scenario = drawnScenario(written, { seed: 0, variant })
      if (options.json) return printJson(scenario)
      if (variant !== null) print(dim(`variant ${variant} of ${variants.join(', ')}`))
      print(
        `${bold(scenario.title)} ${dim(`${scenario.difficulty} · ${scenario.skills.join(', ')} · ${formatDurationMs(scenario.limit)}`)}`,
      )
      print(scenario.summary)
      print(`\n${scenario.story.trim()}\n`)
      printTable(
        scenario.timeline.map(({ at, for: limitMs, fault, params }) => ({
          at: `${formatDurationMs(at)}${limitMs === undefined ? '' : ` for ${formatDurationMs(limitMs)}`}`,
          fault,
          params: JSON.stringify(params),
        })),
      )
      print(
        `\npages: ${scenario.alerts.expected.map((each) => `${anyOf(each).join(' or ')} within ${formatDurationMs(each.within)}`).join(', ')}`,
      )
      print(`cause: ${scenario.cause.component}, ${scenario.cause.category}\n`)
      for (const name of milestoneNames) {
        const { par, hints } = scenario.milestones[name]
        print(`${bold(name)} ${dim(`par ${formatDurationMs(par)}`)}`)
        for (const [rung, text] of Object.entries(hints)) print(`  ${dim(rung.padEnd(6))} ${text}`)
      }
      print()
      for (const { action, params, terminal, why } of scenario.solution)
        print(action === undefined ? `${green('$')} ${terminal} ${dim(why)}` : `${green(action)} ${JSON.stringify(params)} ${dim(why)}`)
      for (const { character, beats, facts } of scenario.people?.people ?? []) {
        print(`\n${bold(character)}`)
        for (const { when, say } of beats) print(`  ${dim(`${when.since} + ${formatDurationMs(when.after)}`)} ${say[0]}`)
        for (const { topic, takes, say } of facts) print(`  ${dim(`asked about ${topic}, after ${formatDurationMs(takes)}`)} ${say[0]}`)
      }
    })

const tableCommand = () =>
  command('table', 'print docs/scenarios.md, the list of all scenarios').action(() => {
    process.stdout.write(scenarioTable([...loadScenarios(folder).values()]))
  })

const schemaCommand = () =>
  command('schema', 'print the JSON Schema of scenario.yaml, for editors')
    .option('--people', 'that of people.yaml instead', false)
    .action(({ people }: { people: boolean }) => printJson(people ? peopleJsonSchema() : scenarioJsonSchema()))

/** The content of `scenarios/scenario.schema.json`. */
export const scenarioJsonSchema = () => ({ ...z.toJSONSchema(scenarioSchema, { io: 'input' }), title: 'A scenario of Firedrill' })

/** The content of `scenarios/people.schema.json`. */
export const peopleJsonSchema = () => ({ ...z.toJSONSchema(peopleSchema, { io: 'input' }), title: 'The people of a scenario of Firedrill' })

export function scenarioVocabulary(): Vocabulary {
  const alerts = ruleGroups(timings.drill).flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule] : [])))
  const tickets = alerts.filter(({ labels }) => labels.severity === 'ticket')
  const named = (rules: typeof alerts) => new Set(rules.map(({ alert }) => alert))
  return { alerts: named(alerts), tickets: named(tickets), runbooks: new Set(runbooks().keys()) }
}

/** The files of a new scenario, to be filled in. */
export const template = (id: string): Record<string, string> => ({
  'scenario.yaml': `# yaml-language-server: $schema=../scenario.schema.json
id: ${id}
title: ${id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())}
# What users notice. Never the cause.
summary: Something is wrong, and nobody knows what.
difficulty: beginner
skills: [reading a trace]
limit: 20m
# 'firedrill fault list' names the faults and their parameters.
timeline:
  - at: 3s
    fault: slow-bank
    params: { latencyMs: 3000 }
alerts:
  expected:
    - { name: CheckoutLatencyBudgetBurn, within: 40s }
  # Other pages that the same cause may trigger.
  allowed: [CheckoutErrorBudgetBurn]
cause:
  component: payments
  category: third-party
# Any one of these views proves that the trainee has found the place.
located:
  - { view: trace, component: payments }
  - { view: dashboard, component: payments }
milestones:
  acknowledged:
    par: 90s
    hints:
      orient: You have been paged. First, let everyone know that you are on it.
      point: The page is at the top of the incident room, next to a button.
      tell: Press "Acknowledge" on the page in the incident room.
  located:
    par: 4m
    hints:
      orient: Where to look.
      point: What to look at there.
      tell: Exactly what to open.
  diagnosed:
    par: 6m
    hints:
      orient: Which question leads to the cause?
      point: What to compare with what.
      tell: Name payments, category third-party.
  mitigated:
    par: 8m
    hints:
      orient: What would help users now?
      point: What kind of operation does that.
      tell: Exactly which action to run, with which parameters.
  recovered:
    par: 10m
    hints:
      orient: You are done when the graphs say so, not when the action has run.
      point: What to watch.
      tell: What to do if it does not come back.
# What 'firedrill verify' applies, and the debrief shows. 'firedrill action list' names the actions.
solution:
  - action: change-setting
    params: { service: orders, key: LOG_LEVEL, value: info }
    why: Why this fixes it.
# What it is about; told in the debrief. docs/writing-scenarios.md lists the classes.
classes: [third-party]
runbooks: [checkout]
`,
  'story.md': `It is Tuesday morning. You are on call for **Corner Shop**.

What has happened before, in two or three sentences. Nothing here names the cause.

Your pager will tell you more.
`,
  'debrief.md': `## What happened

## How to spot it

## What good looks like

## Takeaways
`,
})
