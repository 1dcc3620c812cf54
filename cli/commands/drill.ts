import { Argument, Command, Option } from 'commander'
import { affectedKinds } from '../../model/affected.ts'
import type { Role } from '../../model/api.ts'
import { drillModes, type DrillState } from '../../model/drill.ts'
import { shopComponentNames } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { causeCategory, difficulties, type Scenario } from '../../model/scenario.ts'
import { ticketTemplateIds } from '../../model/tickets.ts'
import { elapsed, formatDurationMs } from '../../model/duration.ts'
import { apiClient } from '../../control/client.ts'
import type { ApiClient } from '../../model/client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { dim, print, printJson } from '../output.ts'
import type { HandoverOptions } from './handover.ts'
import type { TicketOptions } from './tickets.ts'
import type { ShopComponentName } from '../../model/components.ts'
import type { CauseCategory } from '../../model/scenario.ts'
import type { AffectedKind } from '../../model/affected.ts'

/** How long to wait for a range that was just started, or whose last drill just ended. */
const steadyDeadlineMs = 60_000

interface StartOptions extends CommonOptions {
  mode: DrillState['mode']
  trainee: string
  blind?: boolean
  surprise?: boolean
  level?: Scenario['difficulty']
  seed?: number
  variant?: string
  shift?: string
  as: Role
}

const trainee = (options: CommonOptions): ApiClient => apiClient(openState(options), 'trainee')

async function runningId(client: ApiClient): Promise<string> {
  const { running } = await client.get('/api/drills')
  if (running === null)
    throw new FiredrillError('wrong-state', `no drill is running: 'firedrill drill start SCENARIO' or '--surprise' starts one`)
  return running
}

/** For a shift, the incident. */
interface MeantOptions extends CommonOptions {
  incident?: number
}

const onRunning = (
  name: string,
  summary: string,
  run: (client: ApiClient, id: string, options: MeantOptions) => Promise<string>,
  role: Role = 'trainee',
) =>
  command(name, summary).action(async (options: MeantOptions) => {
    const client = apiClient(openState(options), role)
    const said = await run(client, await runningId(client), options)
    if (options.json) printJson({ ok: true, message: said })
    else print(said)
  })

const ofIncident = (without: string) =>
  new Option('--incident <number>', `in a shift, which incident is meant; without it, ${without}`).argParser(integer)

export function drillCommand(): Command {
  return new Command('drill')
    .addCommand(startCommand())
    .addCommand(statusCommand())
    .addCommand(ackCommand())
    .addCommand(diagnoseCommand())
    .addCommand(hintCommand())
    .addCommand(ticketsCommand())
    .addCommand(handoverCommand())
    .addCommand(affectedCommand())
    .addCommand(skipCommand())
    .addCommand(finishCommand())
    .addCommand(abortCommand())
}

const startCommand = () =>
  command('start', 'start a drill')
    .argument('[scenario]', `id of the scenario ('firedrill scenarios' lists them)`)
    .option('--surprise', 'instead of a scenario: one that you have practised least, played blind')
    .option('--shift <id>', `instead of a scenario: several incidents in one blind drill ('firedrill shift list' lists them)`)
    .addOption(new Option('--level <level>', 'for a surprise: its difficulty').choices([...difficulties]))
    .option('--blind', 'hide what is played until it is over, except for pages (assessments always do)')
    .addOption(new Option('--mode <mode>', 'hints are free when learning').choices([...drillModes]).default('learning'))
    .option('--seed <number>', 'replay the drill that had this seed; its debrief names it', integer)
    .option('--variant <name>', 'one variant of a scenario, instead of the one that the seed draws')
    .option('--trainee <name>', 'who takes part', 'trainee')
    .addOption(
      new Option('--as <role>', 'whose rights to use: the instructor may choose the seed of a shift or of a blind drill')
        .choices(['trainee', 'instructor'])
        .default('trainee'),
    )
    .action(async (scenario: string | undefined, options: StartOptions) => {
      mustBeOne(scenario, options)
      const { mode, trainee: name, blind, level: difficulty, seed, variant, shift } = options
      const asked = { scenario, shift, mode, trainee: name, blind, difficulty, seed, variant }
      // The other commands start without loading it.
      const { startWhenSteady } = await import('../../model/start-when-steady.ts')
      const drill = await startWhenSteady(apiClient(openState(options), options.as), asked, steadyDeadlineMs, {
        onWait: ({ message }) =>
          void (options.json || print(dim(`${message}; it begins as soon as it can, within ${steadyDeadlineMs / 1_000} s`))),
      })
      if (options.json) printJson(drill)
      else print(`drill ${drill.number} has begun: the pager will tell you more ('firedrill drill status', or the console)`)
    })

/** Throws for contradictory options. */
function mustBeOne(scenario: string | undefined, { surprise, shift, level, variant }: StartOptions): void {
  const ways = [scenario !== undefined, surprise === true, shift !== undefined].filter(Boolean).length
  if (ways !== 1)
    throw new FiredrillError(
      'bad-request',
      `give the id of a scenario, --surprise or --shift ('firedrill scenarios' lists the ids, and 'firedrill shift list' those of shifts)`,
    )
  if (level !== undefined && surprise !== true)
    throw new FiredrillError(
      'bad-request',
      `--level is for a surprise: leave it out, or give --surprise instead of the ${shift === undefined ? 'scenario' : 'shift'}`,
    )
  if (variant !== undefined && shift !== undefined)
    throw new FiredrillError('bad-request', '--variant is for a scenario: leave it out, because a shift sets the variants of its incidents')
}

const statusCommand = () =>
  command('status', 'show how the running drill is going').action(async (options: CommonOptions) => {
    const client = trainee(options)
    const answer = await client.get('/api/drills/:id', { id: await runningId(client) })
    if (options.json) return printJson(answer)
    const { printDrill } = await import('./drill-status.ts')
    printDrill(answer, Date.now())
  })

const ackCommand = () =>
  onRunning(
    'ack',
    'acknowledge the page',
    async (client, id, { incident }) => (await client.post('/api/drills/:id/acknowledge', { id, body: { incident } }), 'acknowledged'),
  ).addOption(ofIncident('all that have paged'))

const diagnoseCommand = () =>
  command('diagnose', 'name the cause')
    .addOption(new Option('--component <name>', 'what is at fault').choices([...shopComponentNames]).makeOptionMandatory())
    .addOption(new Option('--category <name>', 'what kind of cause').choices([...causeCategory.options]).makeOptionMandatory())
    .option('--because <sentence>', 'in your own words', '')
    .addOption(ofIncident('the only one that is open'))
    .action(async (options: MeantOptions & { component: ShopComponentName; category: CauseCategory; because: string }) => {
      const client = trainee(options)
      const { correct } = await client.post('/api/drills/:id/cause', {
        id: await runningId(client),
        body: {
          component: options.component,
          category: options.category,
          sentence: options.because,
          incident: options.incident,
        },
      })
      if (options.json) printJson({ correct })
      else print(correct ? 'that is the cause' : 'that is not the cause')
    })

const hintCommand = () =>
  onRunning('hint', 'ask for a hint', async (client, id, { incident }) => {
    const { given, waitMs } = await client.post('/api/drills/:id/hint', { id, body: { incident } })
    if (!given)
      return waitMs > 0 ? `try the last hint first: the next comes in ${formatDurationMs(waitMs)}` : 'there are no more hints for this step'
    const { events } = await client.get('/api/drills/:id', { id })
    const hint = events.findLast((event) => event.type === 'hint-given')
    return hint ? `${hint.incident === undefined ? '' : `incident ${hint.incident}: `}${hint.text}` : ''
  }).addOption(ofIncident('the most urgent one'))

const ticketsCommand = () =>
  command('tickets', 'list what customers wrote, or answer, link and close tickets')
    .argument('[numbers...]', 'numbers of the tickets that are handled; without any, all are listed')
    .addOption(new Option('--answer <template>', 'answer with a template, in each customer’s language').choices([...ticketTemplateIds]))
    .option('--link', 'note that they are about this incident')
    .option('--close', 'close them')
    .action(async (numbers: string[], options: TicketOptions) => {
      const { listTickets, handleTickets, ticketNumbers } = await import('./tickets.ts')
      const handles = options.answer !== undefined || options.link === true || options.close === true
      if (numbers.length > 0 !== handles)
        throw new FiredrillError(
          'bad-request',
          'to handle tickets, give their numbers and --answer, --link or --close; give none of these to list them',
        )
      const wanted = ticketNumbers(numbers)
      const client = trainee(options)
      const id = await runningId(client)
      return handles ? handleTickets(client, id, wanted, options) : listTickets(client, id, options)
    })

const handoverCommand = () =>
  command('handover', 'show the newest handover note, or write one for people who join later')
    .option('--broken <text>', 'what users notice, and the cause, or that it is not known yet')
    .option('--hurt <text>', 'which users, and how many')
    .option('--since <text>', 'since when, such as 14:02')
    .option('--tried <text>', 'what was changed, and what came of it')
    .option('--doing <text>', 'what is being done now')
    .option('--next <text>', 'what you would do next')
    .action(async (options: HandoverOptions) => {
      const { handOver } = await import('./handover.ts')
      const client = trainee(options)
      return handOver(client, await runningId(client), options)
    })

const affectedCommand = () =>
  command('affected', 'hand in the list of affected orders, if data has to be corrected')
    .addArgument(new Argument('<kind>', 'what is wrong with the orders').choices([...affectedKinds]))
    .argument('[orders...]', 'their numbers')
    .option('--file <path>', 'a file with the order numbers; - reads standard input')
    .action(async (kind: AffectedKind, orders: string[], options: CommonOptions & { file?: string }) => {
      const { handIn } = await import('./affected.ts')
      const client = trainee(options)
      return handIn(client, await runningId(client), kind, orders, options)
    })

const skipCommand = () =>
  onRunning(
    'skip',
    'bring forward what is planned next (for instructors)',
    async (client, id) => {
      const { skippedMs } = await client.post('/api/drills/:id/skip', { id })
      return `what was planned next, in ${elapsed(skippedMs)}, begins now`
    },
    'instructor',
  )

const finishCommand = () =>
  onRunning(
    'finish',
    'end the drill and go to the debrief',
    async (client, id) => (await client.post('/api/drills/:id/finish', { id }), 'finished: the console has the debrief'),
  )

const abortCommand = () =>
  onRunning(
    'abort',
    'stop the drill and restore the range',
    async (client, id) => (await client.post('/api/drills/:id/abort', { id }), 'aborted; the range is restored'),
  )
