import type { Character } from './character.ts'

export const headOfSales: Character = {
  id: 'head-of-sales',
  role: 'Head of sales',
  temper: 'Impatient, but fair when given facts.',
  aim: 'Numbers: what it costs, and how long it will last.',
  speech: 'Direct, in terms of money and customers.',
  patient: false,
  reads: 'management',
  reach: { via: 'phone', ms: 15_000 },
  lines: {
    opening: ['Sales here. I have a big customer on the other line. How long is this going to take?'],
    thanks: ['Fine. I can work with that.', "All right, I'll tell them that. Call me if it changes."],
    heard: ['OK. Keep me posted.', 'Noted.'],
    reminder: [
      "I'm still waiting for an answer. I can handle bad news, but I can't handle no news.",
      'I have to tell this customer something. What do you know so far?',
    ],
    unsure: ["I sell, I don't run servers. You can ask me about", 'No idea. What I do know about is'],
    nothing: ["I sell, I don't run servers. Ask somebody technical.", "I can't help you with that."],
  },
}
