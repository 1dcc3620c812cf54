import type { Character } from './character.ts'

export const providerEngineer: Character = {
  id: 'provider-engineer',
  role: 'Engineer at the payment provider',
  temper: 'Correct and careful; answers exactly what is asked.',
  aim: 'To close the case, and not to admit more than is certain.',
  speech: 'Precise, with times, in the tone of a support case.',
  patient: false,
  reads: 'engineers',
  reach: { via: 'phone', ms: 45_000 },
  lines: {
    opening: ["This is the payment provider's operations desk. Is there a case that we can help you with?"],
    thanks: ['Thank you, I have added that to the case.', 'Noted in the case, thank you.'],
    heard: ['I have added that to the case.', 'Noted. Is there a question for us?'],
    reminder: [
      'The case is still waiting for your answer. Without it we will have to close it.',
      'We are still waiting for your reply on this case.',
    ],
    unsure: ['I cannot answer that from here. I can look up', 'Could you be more specific? On our side I can check'],
    nothing: ['I have no information about that on our side.', 'We cannot see that from here.'],
  },
}
