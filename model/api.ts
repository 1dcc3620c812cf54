import { z } from 'zod'
import { pin } from './pin.ts'
import { shopComponentName } from './components.ts'
import { coachMode, drillModes, statusUpdateKind } from './drill.ts'
import { faultRamp } from './fault.ts'
import { audience } from './people.ts'
import { teamRole } from './game-day.ts'
import { causeCategory, difficulties, viewKind } from './scenario.ts'

/** Who asks: an instructor may do all that a trainee may; `service` is for the range's own parts. */
export const roles = ['trainee', 'instructor', 'service'] as const
export type Role = (typeof roles)[number]

export const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

export const startDrill = z.object({
  /** Without one, it is a surprise: the scenario that the trainee has practised least, played blind. */
  scenario: z.string().max(100).optional(),
  /** A shift instead of a scenario. It is always blind, and its seed and variant cannot be chosen. */
  shift: z.string().max(100).optional(),
  /** Difficulty of a surprise. */
  difficulty: z.enum(difficulties).optional(),
  /** Seed that draws the scenario's variant and values; random if omitted. In a blind drill, trainees may set neither the seed nor the variant. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
  /** Name of a variant, instead of the one that the seed draws. */
  variant: z.string().max(100).optional(),
  /** Hide what is played from the trainees until the drill is over. Assessments and surprises are always blind. */
  blind: z.boolean().default(false),
  mode: z.enum(drillModes).default('learning'),
  trainee: z.string().trim().min(1).max(60).default('trainee'),
})
/** For a shift, the number of the incident, from 1; required when several are open. */
const incident = z.number().int().min(1).max(20).optional()
export const ofIncident = z.object({ incident }).nullish()
export const nameCause = z.object({
  incident,
  component: shopComponentName,
  category: causeCategory,
  sentence: z.string().trim().max(500).default(''),
})
export const recordView = z.object({ view: viewKind, component: shopComponentName.nullable(), detail: z.string().max(200) })
export const addNote = z.object({ text: z.string().trim().min(1).max(2_000) })
/** A note, and the state of what it is about when it was written. */
export const addPinnedNote = addNote.extend({ pin: pin.optional() })
export const askCoach = z.object({ text: z.string().trim().min(1).max(500) })
export const setCoachMode = z.object({ mode: coachMode })
export const snoozeCoach = z.object({
  /** How long the coach gives no unrequested hint, in milliseconds. */
  forMs: z.number().int().min(10_000).max(300_000).default(120_000),
})
export const noteToolCall = z.object({ tool: z.string().regex(/^[a-z_]{1,60}$/), ok: z.boolean() })
export const extendDrill = z.object({
  /** By how much, in milliseconds. */
  byMs: z.number().int().min(60_000).max(3_600_000).default(300_000),
})
export const runAction = z.object({ params: z.record(z.string(), z.unknown()).default({}) })
const columns = z.coerce.number().int().min(1).max(10_000).default(100)
const rows = z.coerce.number().int().min(1).max(10_000).default(30)
export const openShell = z.object({
  cols: columns,
  rows,
  /** In a drill, whether its output is kept for the debrief. */
  record: z.boolean().default(true),
})
/** The viewer who may type in the terminal as well; null takes the keyboard back. */
export const handOverKeyboard = z.object({ to: z.string().min(1).max(100).nullable() })
/** Where a terminal's window resumes: the number of bytes that it already has. */
export const watchShell = z.object({ from: z.coerce.number().int().min(0).default(0) })
export const runCommand = z.object({
  command: z.string().trim().min(1).max(8_000),
  /** Stop the command after this time. */
  timeoutSeconds: z.number().int().min(1).max(120).default(30),
})
/** A message from a page to a terminal, other than keystrokes, which are sent as bytes. */
export const shellMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resize'), cols: z.number(), rows: z.number() }),
  /** The number of bytes of output that the page has drawn. */
  z.object({ type: z.literal('drawn'), to: z.number() }),
])
export const injectFault = z.object({
  params: z.record(z.string(), z.unknown()).default({}),
  /** Maximum duration, in milliseconds. */
  forMs: z.number().int().min(1_000).max(3_600_000).default(300_000),
  /** Lets one parameter grow or shrink to its value. */
  ramp: faultRamp.optional(),
})
export const postStatus = z.object({
  status: statusUpdateKind,
  text: z.string().trim().min(1).max(2_000),
  /** Without one, it is for customers, on the status page. */
  audience: audience.optional(),
  /** Time until the next update, in milliseconds. */
  nextInMs: z.number().int().min(60_000).max(3_600_000).optional(),
})
export const askPerson = z.object({ text: z.string().trim().min(1).max(500) })
export const askQuiet = z.object({
  /** How long nobody interrupts, in milliseconds; 0 ends it. */
  forMs: z.number().int().min(0).max(600_000).default(300_000),
})
export const enterPerson = z.object({ text: z.string().trim().min(1).max(400).optional() })
export const mutePeople = z.object({ muted: z.boolean() })
const personName = z.string().trim().min(1).max(40)
export const planGameDay = z.object({
  title: z.string().trim().min(1).max(80),
  scenarios: z.array(z.string().max(100)).min(1).max(20),
  mode: z.enum(['learning', 'assessment']).default('learning'),
})
export const joinGameDay = z.object({ code: z.string().max(100), name: personName, role: teamRole })
export const takeRole = z.object({ role: teamRole })
export const setLoad = z.object({ users: z.number().int().min(0).max(5_000) })
export const setMix = z.object({
  hotShare: z.number().min(0).max(1),
  bots: z.number().int().min(0).max(500),
  rate: z.number().int().min(0).max(1_000).default(0),
})
export const loadShapeKinds = ['steady', 'ramp', 'spike', 'wave'] as const
export const loadShape = z.object({
  kind: z.enum(loadShapeKinds),
  /** The users before and after, and at the peak. */
  users: z.number().int().min(0).max(2_000),
  peak: z.number().int().min(0).max(2_000),
  /** Duration of the rise of a ramp, of a whole spike, or of one wave; in seconds. */
  seconds: z.number().int().min(5).max(3_600),
})
export type LoadShape = z.infer<typeof loadShape>
export const matcher = z.object({
  name: z.string().min(1).max(200),
  value: z.string().max(1_000),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
})
export const addSilence = z.object({
  matchers: z.array(matcher).min(1).max(20),
  durationMs: z.number().int().min(1_000).max(86_400_000),
  comment: z.string().trim().min(1).max(500),
  createdBy: z.string().trim().min(1).max(60).default('trainee'),
})
