import type { Character } from './character.ts'

export const supportLead: Character = {
  id: 'support-lead',
  role: 'Support lead',
  temper: 'Calm and friendly, even with a full queue.',
  aim: 'Something true to tell customers, and when to expect the next update.',
  speech: 'Short messages, concrete, with what customers say in their own words.',
  patient: true,
  reads: 'support',
  reach: { via: 'chat', ms: 5_000 },
  lines: {
    opening: ['Hi, support here. More and more customers are writing to us. Is there anything that I can tell people yet?'],
    thanks: ["Thank you, that helps. I'll pass it on to the team.", 'Perfect, that is something we can tell people. Thank you.'],
    heard: ['Got it, thanks for telling me.', "Noted. I'm here if you need anything from our side."],
    reminder: [
      "I don't need a solution yet, but could you give me one sentence for the people who are waiting?",
      'Just checking in: is there anything new that we can tell customers? "We are still on it" would do.',
    ],
    unsure: ["I'm not sure I can answer that one. What I can tell you about is", 'That is beyond what we see in support. I do know about'],
    nothing: ["I'm not sure I can help with that. All I see is what customers write.", 'That is more than we see in support, sorry.'],
  },
}
