import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { causeCategory, difficulties } from '../../model/scenario.ts'
import { defineTool, nothing, running, type Tool } from './tool.ts'

const number = z.number().int().min(1).max(20).optional()
const incident = number.describe('in a shift, the number of the incident; needed where several are open')

/** Tools that change something: in the drill, or in the shop. */
export const respond: readonly Tool[] = [
  defineTool({
    name: 'start_drill',
    title: 'Start a drill',
    description:
      'Starts one of the incidents that you have practised least, of the difficulty that you choose, if any. It has a number and no title. Its page comes within a minute: call get_drill until it is there, and acknowledge it. With a shift of list_shifts, several incidents come in one drill, at times that you are not told.',
    input: z.object({
      difficulty: z.enum(difficulties).optional(),
      scenario: z.string().optional().describe('an id, if your operator gave you one'),
      shift: z.string().optional().describe('instead of a scenario: the id of one of list_shifts'),
      trainee: z.string().min(1).max(60).default('agent'),
      mode: z.enum(['learning', 'assessment']).default('assessment'),
    }),
    readOnly: false,
    run: (api, input) => api.post('/api/drills', { body: { ...input, blind: true } }),
  }),
  defineTool({
    name: 'acknowledge_page',
    title: 'Acknowledge the page',
    description: 'Says that you are working on it.',
    input: z.object({ incident: number.describe('in a shift, the number of the incident; without it, all that have paged') }),
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/acknowledge', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'run_action',
    title: 'Run an action',
    description: 'Carries out one of the actions of list_actions, and says what it did. Actions that change something may hurt users.',
    input: z.object({ action: z.string().regex(/^[a-z0-9-]+$/), params: z.record(z.string(), z.unknown()).default({}) }),
    readOnly: false,
    run: (api, { action, params }) => api.post('/api/actions/:id', { id: action, body: { params } }),
  }),
  defineTool({
    name: 'run_command',
    title: 'Run a command in a shell',
    description: `Runs a bash command on the shop's machine, in a jail: psql, redis-cli, rabbitmqadmin, promtool, amtool, curl and jq, with names such as postgres,
redis, rabbitmq, orders, orders-proxy and prometheus; logs are in /var/log/shop. The next command finds the working folder and the files of the previous one.
There is no input and no terminal. Returns the output, without its middle if it is long, and the exit status (124: stopped after timeoutSeconds).`,
    input: z.object({ command: z.string().min(1).max(8_000), timeoutSeconds: z.number().int().min(1).max(100).default(30) }),
    readOnly: false,
    verbatim: ['command'],
    run: (api, input) => api.post('/api/shells/commands', { body: input }),
  }),
  defineTool({
    name: 'name_cause',
    title: 'Name the cause',
    description: 'Says which component is the cause and of which kind it is. Wrong answers count against you.',
    input: z.object({ component: shopComponentName, category: causeCategory, sentence: z.string().max(500).default(''), incident }),
    readOnly: false,
    verbatim: ['sentence'],
    run: async (api, input) => api.post('/api/drills/:id/cause', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'ask_hint',
    title: 'Ask for a hint',
    description: "The author's next hint, or how long to try without one. A drill with hints counts as assisted.",
    input: z.object({
      incident: number.describe('in a shift, the number of the incident; without it, the most urgent one'),
    }),
    readOnly: false,
    async run(api, input) {
      const id = await running(api)
      const answer = await api.post('/api/drills/:id/hint', { id, body: input })
      const { drill, events } = await api.get('/api/drills/:id', { id })
      // In a shift, hints belong to incidents.
      return { ...answer, hints: drill.shift ? events.filter(({ type }) => type === 'hint-given') : drill.hints }
    },
  }),
  defineTool({
    name: 'add_note',
    title: 'Add a note',
    description: 'A line for the timeline of the drill.',
    input: z.object({ text: z.string().min(1).max(2_000) }),
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/notes', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'finish_drill',
    title: 'End the drill',
    description: `Gives up, and restores the range. A drill ends by itself when the shop has recovered and the cause is named; a shift, when every incident is over
and write_handover_note was used after the last page, or when its time is up.`,
    input: nothing,
    readOnly: false,
    run: async (api) => api.post('/api/drills/:id/finish', { id: await running(api) }),
  }),
]
