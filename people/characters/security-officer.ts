import type { Character } from './character.ts'

export const securityOfficer: Character = {
  id: 'security-officer',
  role: 'Security officer',
  temper: 'Serious and suspicious by profession.',
  aim: 'To know whether this is an attack, and that nothing is changed without a trace.',
  speech: 'Asks for facts, and says what follows from them.',
  patient: false,
  reads: 'management',
  reach: { via: 'chat', ms: 15_000 },
  lines: {
    opening: ['Security here. Is there any sign that this is an attack? I need to know before I alert anybody.'],
    thanks: ['Thank you. That is enough for the record.', 'Good. I will record it like that.'],
    heard: ['Noted for the record.', 'Understood. Tell me if anything looks deliberate.'],
    reminder: [
      'I still need your answer for the record: what do you know?',
      'I am waiting for your assessment. "Unknown so far" is an acceptable answer.',
    ],
    unsure: ["I can't say anything about that. I can tell you about", 'That is not something we log. We do know about'],
    nothing: ['We have nothing on that.', "I can't say anything about that."],
  },
}
