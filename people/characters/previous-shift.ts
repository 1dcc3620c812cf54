import type { Character } from './character.ts'

export const previousShift: Character = {
  id: 'previous-shift',
  role: 'Engineer of the previous shift',
  temper: 'Tired and helpful, wants to go home.',
  aim: 'To hand over cleanly.',
  speech: 'Remembers things in the order in which they happened.',
  patient: true,
  reads: 'engineers',
  reach: { via: 'phone', ms: 40_000 },
  lines: {
    opening: ["Hi, I had the shift before you. I'm on my way home, but call me if something is unclear."],
    thanks: ['Great, then I can sleep. Thanks.', 'Thanks. Good luck with the rest.'],
    heard: ['OK, thanks for telling me.', 'All right. Ask if you need to know what happened on my shift.'],
    reminder: ["You were going to tell me something? I'm about to go to bed.", "I'm up for a few more minutes. You wanted to answer me?"],
    unsure: ["Hm, I don't remember anything about that. What I do remember is", "I'm not sure. I can tell you about"],
    nothing: ['Nothing like that happened on my shift, as far as I remember.', "Sorry, I can't think of anything."],
  },
}
