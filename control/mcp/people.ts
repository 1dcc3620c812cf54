import { z } from 'zod'
import { statusUpdateKind } from '../../model/drill.ts'
import { audience, characterId } from '../../model/people.ts'
import { defineTool, nothing, running, type Tool } from './tool.ts'

/** Tools by which an agent talks to the scenario's people. */
export const people: readonly Tool[] = [
  defineTool({
    name: 'list_people',
    title: 'List people',
    description: `Whom you can talk to in this drill, what each person is waiting for and for how much longer, and what was said so far. A person needs some
time to answer; read this again for the answer.`,
    input: nothing,
    readOnly: true,
    async run(api) {
      const id = await running(api)
      const [answer, { events }] = await Promise.all([api.get('/api/drills/:id/people', { id }), api.get('/api/drills/:id', { id })])
      const said = events.flatMap((event): object[] => {
        const at = new Date(event.at).toISOString()
        if (event.type === 'person-said') return [{ at, from: event.person, text: event.text, wants: event.wants }]
        if (event.type === 'person-asked') return [{ at, to: event.person, text: event.text }]
        return []
      })
      return { ...answer, said }
    },
  }),
  defineTool({
    name: 'message_person',
    title: 'Write to a person',
    description:
      'Asks one of list_people something, or tells them what they are waiting for. People tell what they know only when they are asked for it.',
    input: z.object({ person: characterId, text: z.string().min(1).max(500) }),
    readOnly: false,
    verbatim: ['text'],
    run: async (api, { person, text }) =>
      api.post('/api/drills/:id/people/:person/messages', { id: await running(api), person, body: { text } }),
  }),
  defineTool({
    name: 'post_status_update',
    title: 'Post a status update',
    description: `Tells an audience how the incident stands; customers read it on the status page. A good update says which journey is hurt, since when, what is
being done, and when the next update comes (nextInMs); it blames nobody and promises nothing that is not known.`,
    input: z.object({
      status: statusUpdateKind,
      text: z.string().min(1).max(2_000),
      audience: audience.default('customers'),
      nextInMs: z.number().int().min(60_000).max(3_600_000).optional(),
    }),
    readOnly: false,
    verbatim: ['text'],
    run: async (api, input) => api.post('/api/drills/:id/status-updates', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'ask_quiet',
    title: 'Ask for no interruptions',
    description: 'Nobody speaks unasked for this long. People accept this three times in a drill; the end of each time says who waited.',
    input: z.object({ forMs: z.number().int().min(0).max(600_000).default(300_000) }),
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/quiet', { id: await running(api), body: input }),
  }),
]
