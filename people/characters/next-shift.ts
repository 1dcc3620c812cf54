import type { Character } from './character.ts'

export const nextShift: Character = {
  id: 'next-shift',
  role: 'Engineer of the next shift',
  temper: 'Fresh, and careful with what others have begun.',
  aim: 'To know how things stand before anything is touched.',
  speech: 'Asks for one thing at a time, and writes it down.',
  patient: true,
  reads: 'engineers',
  reach: { via: 'chat', ms: 20_000 },
  lines: {
    opening: ['Hi, I have the next shift. Leave me a handover note when you can, please.'],
    thanks: ['Thank you, I have read it. I know where to begin.', 'Thanks, that helps. I will take it from there.'],
    heard: ['OK. Put it into the handover note as well, please.', 'Noted.'],
    reminder: ['I am at my desk now. Is there a handover note yet?', 'I would still like that handover note, even a short one.'],
    unsure: ['I have only just arrived, so I do not know that. I can tell you about', 'Not that I know. What I can tell you about is'],
    nothing: ['I have only just arrived. You know more than I do.', 'I cannot say, my shift has not begun yet.'],
  },
}
