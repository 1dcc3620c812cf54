import { handoverFields, handoverNote } from '../../model/handover.ts'
import { defineTool, nothing, running, type Tool } from './tool.ts'

/** Tools by which an agent takes over an incident, and hands it over. */
export const handovers: readonly Tool[] = [
  defineTool({
    name: 'list_handover_notes',
    title: 'List handover notes',
    description: `What was written in this drill for people who join later, the newest first: what is broken, who is affected, since when, what was tried, what is being
done, and what comes next. Read it first when you join a drill that others have begun.`,
    input: nothing,
    readOnly: true,
    run: async (api) => api.get('/api/drills/:id/handovers', { id: await running(api) }),
  }),
  defineTool({
    name: 'write_handover_note',
    title: 'Write a handover note',
    description: `For people who join later. Say only what you know: what users notice, the cause or that it is not known yet, since when (a time), each change that was
made, what is being done now, and what you would do next. The debrief compares it with what was true.`,
    input: handoverNote,
    readOnly: false,
    verbatim: handoverFields,
    run: async (api, note) => api.post('/api/drills/:id/handovers', { id: await running(api), body: note }),
  }),
]
