import { Command, Option } from 'commander'
import { statusUpdateKinds } from '../../model/drill.ts'
import { elapsed, parseDurationMs } from '../../model/duration.ts'
import { FiredrillError } from '../../model/errors.ts'
import { audiences, characterIds, type Wanted } from '../../model/people.ts'
import { apiClient } from '../../control/client.ts'
import type { AnswerOf, ApiClient } from '../../model/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { bold, dim, print, printJson, printTable } from '../output.ts'
import type { StatusUpdateKind } from '../../model/drill.ts'
import type { Audience } from '../../model/people.ts'

type Listed = AnswerOf<'GET /api/drills/:id/people'>

async function runningId(client: ApiClient): Promise<string> {
  const { running } = await client.get('/api/drills')
  if (running === null) throw new FiredrillError('wrong-state', `no drill is running: 'firedrill drill start SCENARIO' starts one`)
  return running
}

/** A command that sends a request to the running drill, and prints the result. */
function onRunning<Options extends CommonOptions>(
  options: Options,
  role: 'trainee' | 'instructor',
  run: (client: ApiClient, drill: string) => Promise<string>,
): Promise<void> {
  const client = apiClient(openState(options), role)
  return runningId(client)
    .then((id) => run(client, id))
    .then((said) => (options.json ? printJson({ ok: true, message: said }) : print(said)))
}

const whatIsWanted: Record<Wanted, string> = { answer: 'an answer', update: 'a status update', handover: 'a handover note' }
const waits = ({ wants }: Listed['people'][number]): string => {
  if (!wants) return ''
  const what = whatIsWanted[wants.what]
  if (wants.leftMs === null) return what
  return wants.leftMs >= 0 ? `${what} within ${elapsed(wants.leftMs)}` : `${what}, overdue for ${elapsed(-wants.leftMs)}`
}

const person = () => ['<person>', `one of ${characterIds.join(', ')}`] as const

/** Commands for trainees: the people who wait in a drill, and those who know something. */
export const onCallPeopleCommand = (): Command =>
  new Command('people').addCommand(listCommand()).addCommand(askCommand()).addCommand(updateCommand()).addCommand(quietCommand())

/** The same, with an instructor's rights. */
export const peopleCommand = (): Command => onCallPeopleCommand().addCommand(sendCommand()).addCommand(muteCommand())

const listCommand = () =>
  command('list', 'list who can be asked, who is waiting for what, and what was said').action(async (options: CommonOptions) => {
    const client = apiClient(openState(options), 'trainee')
    const id = await runningId(client)
    const [listed, { drill: state, events }] = await Promise.all([
      client.get('/api/drills/:id/people', { id }),
      client.get('/api/drills/:id', { id }),
    ])
    if (options.json) return printJson({ ...listed, events: events.filter(({ type }) => /^(?:person|quiet)-/.test(type)) })
    printTable(listed.people.map((each) => ({ person: each.person, role: each.role, 'waits for': waits(each) })))
    const after = (at: number) => dim(elapsed(at - state.startedAt))
    for (const event of events) {
      if (event.type === 'person-said') print(`${after(event.at)} ${bold(event.person)} ${event.text}`)
      if (event.type === 'person-asked') print(`${after(event.at)} to ${bold(event.person)} ${event.text}`)
    }
  })

const askCommand = () =>
  command('ask', 'write to somebody: ask a question, or tell them what they are waiting for')
    .argument(...person())
    .argument('<words...>', 'what you write')
    .action((to: string, words: string[], options: CommonOptions) =>
      onRunning(options, 'trainee', async (client, id) => {
        await client.post('/api/drills/:id/people/:person/messages', { id, person: to, body: { text: words.join(' ') } })
        return `sent: 'firedrill people list' shows the answer when it is there`
      }),
    )

const updateCommand = () =>
  command('update', 'post a status update')
    .argument('<words...>', 'what users notice, since when, what is being done, and when the next update comes')
    .addOption(new Option('--status <status>', 'how the incident stands').choices([...statusUpdateKinds]).default('investigating'))
    .addOption(new Option('--for <audience>', 'who reads it').choices([...audiences]).default('customers'))
    .option('--next <duration>', 'when the next update comes, such as 10m')
    .action((words: string[], options: CommonOptions & { status: StatusUpdateKind; for: Audience; next?: string }) =>
      onRunning(options, 'trainee', async (client, id) => {
        const nextInMs = options.next === undefined ? undefined : parseDurationMs(options.next)
        await client.post('/api/drills/:id/status-updates', {
          id,
          body: { status: options.status, text: words.join(' '), audience: options.for, nextInMs },
        })
        return nextInMs === undefined ? 'posted' : `posted; the next one is promised in ${elapsed(nextInMs)}`
      }),
    )

const quietCommand = () =>
  command('quiet', 'ask for no interruptions')
    .argument('[duration]', 'for how long, at most 10m; 0s ends it', '5m')
    .action((duration: string, options: CommonOptions) =>
      onRunning(options, 'trainee', async (client, id) => {
        const forMs = parseDurationMs(duration)
        const { quietsLeft } = await client.post('/api/drills/:id/quiet', { id, body: { forMs } })
        return forMs === 0 ? 'interruptions are on again' : `nobody interrupts for ${elapsed(forMs)}; you can ask ${quietsLeft} more times`
      }),
    )

const sendCommand = () =>
  command('send', 'make somebody speak (for instructors)')
    .argument(...person())
    .argument('[words...]', 'in your words; without any, they use their own')
    .action((who: string, words: string[], options: CommonOptions) =>
      onRunning(options, 'instructor', async (client, id) => {
        await client.post('/api/drills/:id/people/:person/enter', {
          id,
          person: who,
          body: words.length > 0 ? { text: words.join(' ') } : {},
        })
        return `${who} will speak as soon as nobody else does`
      }),
    )

const muteCommand = () =>
  command('mute', 'let nobody speak unasked (for instructors)')
    .option('--off', 'let them speak again', false)
    .action((options: CommonOptions & { off: boolean }) =>
      onRunning(options, 'instructor', async (client, id) => {
        await client.put('/api/drills/:id/people/muted', { id, body: { muted: !options.off } })
        return options.off ? 'people speak again' : 'people are muted; they still answer questions'
      }),
    )
