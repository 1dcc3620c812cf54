import fc from 'fast-check'
import { incidentsOf } from '../../drills/shifts/incidents.ts'
import { actionsOf, type Scenario } from '../../model/scenario.ts'
import { simulated } from './simulated.ts'
import type { Trouble } from './mortal.ts'
import type { World } from './world.ts'

/** A command of a person, or an event. `pick` chooses among what exists at that moment. */
export type Command = { readonly name: keyof typeof commands; readonly pick: number }
export const command = (name: Command['name'], pick = 0): Command => ({ name, pick })
/** A drill of this scenario starts. */
export function start(scenario: string): Command {
  const pick = simulated.findIndex(({ id }) => id === scenario)
  if (pick < 0) throw new Error(`${scenario} is not simulated`)
  return command('start', pick)
}

const kinds: Trouble['what'][] = ['fails', 'is lost', 'is slow', 'kills before', 'kills after']
/** A call is delayed by at most this many seconds. */
export const latest = 40
const own = 'the trainee'

/** The possible commands, in words, with relative probabilities. */
const commands = {
  start: [6, (world: World, pick: number) => begin(world, pick)],
  finish: [2, (world) => world.engine?.finish()],
  abort: [2, (world) => world.engine?.abort('enough')],
  acknowledge: [3, (world) => world.engine?.pages.acknowledge()],
  guess: [1, (world) => void world.engine?.response.nameCause('redis', 'cache', 'a guess')],
  'bring the next forward': [1, (world) => world.engine?.clock.skip()],
  'name the cause': [2, (world) => nameCause(world)],
  fix: [4, (world) => fix(world)],
  'run an action': [2, (world) => act(world, 'restart', { component: 'catalog' })],
  'ask for a hint': [1, (world) => void world.engine?.coaching.askHint()],
  note: [2, (world) => note(world)],
  pause: [2, (world) => world.engine?.clock.pause()],
  continue: [3, (world) => world.engine?.clock.continue()],
  extend: [1, (world) => world.engine?.clock.extend(60_000)],
  ease: [2, (world) => world.engine?.faults.ease()],
  look: [2, (world, pick) => look(world, pick)],
  'run a command': [2, (world) => run(world)],
  'fire an alert': [4, (world, pick) => fire(world, pick)],
  'resolve an alert': [3, (world, pick) => resolve(world, pick)],
  'tell a page again': [1, (world, pick) => again(world, pick)],
  'some time passes': [20, (world, pick) => world.pass(1 + (pick % 20))],
  'much time passes': [2, (world, pick) => world.pass(60 + (pick % 300))],
  'the instructor breaks something': [1, (world, pick) => inject(world, pick)],
  'the instructor takes everything out': [1, (world) => world.injector?.revertAll()],
  'the instructor resets': [1, (world) => reset(world)],
  'the control plane is killed': [3, (world) => world.kill()],
  'a write is the last': [2, (world, pick) => void (world.writesLeft = 1 + (pick % 12))],
  'the control plane is started': [6, (world) => world.revive()],
  'the control plane is suspended': [1, (world) => void (world.suspended = world.engine !== null)],
  'the control plane goes on': [2, (world) => void (world.suspended = false)],
  'the clock is set': [1, (world, pick) => set(world, pick)],
  'the disk is full': [1, (world) => world.fillDisk(true)],
  'the disk has room again': [3, (world) => world.fillDisk(false)],
  'a call goes wrong': [4, (world, pick) => trouble(world, pick)],
} satisfies Record<string, [number, (world: World, pick: number) => unknown]>

const pick = fc.nat({ max: 100_000 })
const anyCommand: fc.Arbitrary<Command> = fc.record({
  name: fc.oneof(...Object.entries(commands).map(([name, [weight]]) => ({ weight, arbitrary: fc.constant(name as Command['name']) }))),
  pick,
})

/** The control plane is killed, and restarted before or after its drill is lost. */
const diesAndIsBack: fc.Arbitrary<Command[]> = fc
  .record({
    of: fc.constantFrom<Command['name'][]>('a write is the last', 'a call goes wrong', 'the control plane is killed'),
    pick,
    after: fc.nat({ max: 12 }),
  })
  .map(({ of, pick, after }) => [
    { name: of, pick },
    { name: 'some time passes', pick: after },
    { name: 'the control plane is started', pick: 0 },
  ])

/** A drill as it should go: by chance alone, hardly one would be fixed. */
const asItShould: readonly Command['name'][] = [
  'start',
  ...Array.from({ length: 5 }, () => 'some time passes' as const),
  'fire an alert',
  'some time passes',
  'acknowledge',
  'look',
  'name the cause',
  'some time passes',
  'fix',
  'resolve an alert',
  ...Array.from({ length: 8 }, () => 'some time passes' as const),
]
/** Such a drill with some steps left out, and random commands in between. */
const drillGoes: fc.Arbitrary<Command[]> = fc
  .tuple(
    ...asItShould.map((name) =>
      fc.tuple(
        fc.oneof({ weight: 19, arbitrary: fc.record({ name: fc.constant(name), pick }) }, { weight: 1, arbitrary: fc.constant(null) }),
        fc.oneof(
          { weight: 28, arbitrary: fc.constant([]) },
          { weight: 2, arbitrary: anyCommand.map((each) => [each]) },
          { weight: 1, arbitrary: diesAndIsBack },
        ),
      ),
    ),
  )
  .map((parts) => parts.flatMap(([each, between]) => (each ? [each, ...between] : between)))

export const anyHistory: fc.Arbitrary<Command[]> = fc
  .array(
    fc.oneof(
      { weight: 48, arbitrary: anyCommand.map((each) => [each]) },
      { weight: 1, arbitrary: diesAndIsBack },
      { weight: 1, arbitrary: drillGoes },
    ),
    {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    },
  )
  .map((parts) => parts.flat())

/** Executes it; refusals are expected. What takes time continues in the background. */
export async function carryOut(world: World, { name, pick }: Command): Promise<void> {
  const [, does] = commands[name] as [number, (world: World, pick: number) => unknown]
  // A suspended control plane accepts no command, and none is lost: its caller waits, or gives up.
  if (world.suspended && !/time passes|control plane|alert|clock|disk|call|write/.test(name)) return
  let work: unknown
  try {
    work = does(world, pick)
  } catch (error) {
    work = Promise.reject(error as Error)
  }
  if (!(work instanceof Promise)) return
  if (/time passes/.test(name)) await work
  else world.does(work)
}

/** The first variant, so that a history stays the same when a scenario gets others. */
function begin(world: World, pick: number) {
  const scenario = simulated[pick % simulated.length]
  if (!scenario) return undefined
  const variant = scenario.variants?.[0]?.name
  return world.engine?.start(scenario.id, { mode: pick % 2 === 0 ? 'learning' : 'assessment', trainee: own, seed: pick, variant })
}

const scenarioOf = (world: World) => simulated.find(({ id }) => id === world.engine?.running()?.scenario)

function nameCause(world: World): void {
  const scenario = scenarioOf(world)
  const name = ({ cause }: Scenario, incident?: number) =>
    world.engine?.response.nameCause(cause.component, cause.category, 'I know it', undefined, incident)
  if (!scenario?.incidents) return void (scenario && name(scenario))
  const drill = world.drills().at(-1)
  for (const { number, incident } of incidentsOf(scenario.incidents, drill === undefined ? [] : world.events(drill)).open)
    if (number !== null) name(incident.scenario, number)
}

/** The author's solution. */
async function fix(world: World): Promise<void> {
  const scenario = scenarioOf(world)
  for (const { action, params } of scenario ? actionsOf(scenario) : []) await act(world, action, params)
}

const runningIn = ({ engine }: World): string | null => engine?.running()?.id ?? null

function act(world: World, action: string, params: unknown): unknown {
  const name = world.witness.name()
  const by = { name, role: own }
  const acts = () => void (world.actedAt = world.clock.now)
  return world.witness.did(world, name, runningIn(world), () => {
    acts()
    return world.engine?.response.runAction(action, params, { role: own, by }).finally(acts)
  })
}

const looked = ['catalog', 'inventory', 'orders'] as const
function look(world: World, pick: number): void {
  const component = looked[pick % looked.length] ?? 'inventory'
  const drill = runningIn(world)
  world.witness.did(world, `trace ${component} in ${drill}`, drill, () => world.engine?.response.view('trace', component, 'a trace'))
}

/** In a terminal, which refuses input during a pause. */
function run(world: World): void {
  if (world.engine?.running()?.phase === 'paused') return
  const command = `sudo kill ${world.witness.name()}`
  world.witness.did(world, command, runningIn(world), () =>
    world.engine?.response.noteCommand({ command, folder: '~', status: 0, kind: 'change', shell: 'a shell' }),
  )
}

/** Also in a finished drill. */
function note(world: World): void {
  const text = `note of ${world.witness.name()}`
  world.witness.did(world, text, world.drills().at(-1) ?? null, () => world.engine?.messages.note({ text }))
}

const names = ['BrowseErrorBudgetBurn', 'CheckoutErrorBudgetBurn', 'QueueGrows']
function fire(world: World, pick: number): void {
  const name = names[pick % names.length] ?? ''
  if (world.alerts.some((alert) => alert.name === name)) return
  const alert = { fingerprint: name, name, severity: 'page', summary: '', startsAt: new Date(world.clock.now).toISOString() }
  world.alerts.push({ ...alert, active: true })
  world.changedAt.set(name, world.seconds)
  // Notifications get lost, especially when nobody listens.
  if (pick % 5 < 3 && !world.suspended) world.engine?.pages.receive(alert, 'firing')
}
function resolve(world: World, pick: number): void {
  const [alert] = world.alerts.splice(pick % Math.max(1, world.alerts.length), 1)
  if (!alert) return
  world.changedAt.set(alert.fingerprint, world.seconds)
  if (pick % 5 < 3 && !world.suspended) world.engine?.pages.receive(alert, 'resolved')
}
function again(world: World, pick: number): void {
  const alert = world.alerts[pick % Math.max(1, world.alerts.length)]
  if (alert && !world.suspended) world.engine?.pages.receive(alert, 'firing')
}

/** After a successful restore the range is restored, unless somebody has changed something meanwhile. */
async function reset(world: World): Promise<void> {
  const { engine, injector, orders } = world
  if (!engine || !injector) return
  const isAlone = () => !injector.isInjecting && engine.response.underWay().length === 0 && world.orders === orders
  const wasAlone = isAlone()
  const from = world.clock.now
  await engine.restore()
  if (world.engine !== engine || engine.running() || !wasAlone || !isAlone() || world.actedAt >= from) return
  const left = [...injector.open().map(({ fault }) => fault), ...(await world.difference())]
  if (left.length > 0) world.wrong.push(new Error(`a reset was answered, and left ${left.join('; ')}`))
}

/** Instructors inject faults outside drills only. */
function inject(world: World, pick: number) {
  if (!world.engine || world.engine.running() || !world.injector) return undefined
  world.engine.mustBeRestored()
  world.engine.mustTakeChanges()
  world.orders++
  const forMs = 1_000 * (1 + (pick % 60))
  return world.injector.inject('bad-release', { service: 'inventory', version: '1.5.0' }, { forMs, drill: null })
}

function set(world: World, pick: number): void {
  world.clock.now += ((pick % 7) - 3) * 1_200_000
  world.clockWasSet = true
  world.troubledAt = world.seconds
}

function trouble(world: World, pick: number): void {
  // It may have come and gone within a second.
  world.troubledAt = world.seconds
  const what = kinds[pick % kinds.length] ?? 'fails'
  world.trouble.push({ what, skip: (pick >> 3) % 25, calls: 1 + ((pick >> 8) % 4), lateMs: 1_000 * (1 + ((pick >> 10) % latest)) })
}
