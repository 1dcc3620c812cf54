import type { Character } from './character.ts'

export const chiefExecutive: Character = {
  id: 'chief-executive',
  role: 'Chief executive',
  temper: 'Polite and brief. Worries about trust more than about one hour of sales.',
  aim: 'To know how bad it is, who is on it, and when to expect the next update.',
  speech: 'One or two full sentences, never jargon.',
  patient: false,
  reads: 'management',
  reach: { via: 'phone', ms: 30_000 },
  lines: {
    opening: ['Good morning. I hear that the shop has a problem. In one sentence: how bad is it, and who is on it?'],
    thanks: ['Thank you. That is clear.', 'Thank you. I will not keep you any longer.'],
    heard: ['Thank you for letting me know.', 'Understood.'],
    reminder: [
      'I asked earlier how bad it is. A short answer is enough.',
      'Could somebody tell me where we stand? I would rather hear "we don\'t know yet" than nothing.',
    ],
    unsure: ['That is a question for the engineers. I can tell you about', 'I do not know. What I can tell you about is'],
    nothing: ['That is a question for the engineers, I am afraid.', 'I cannot help you there.'],
  },
}
