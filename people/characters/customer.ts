import type { Character } from './character.ts'

export const customer: Character = {
  id: 'customer',
  role: 'Customer',
  temper: 'Worried about one order, not about the shop.',
  aim: 'To know what is happening with the order.',
  speech: 'Everyday words, no technical terms.',
  patient: true,
  reads: 'customers',
  reach: { via: 'chat', ms: 10_000 },
  lines: {
    opening: ["Hello? I tried to order something and I'm not sure what happened. Can you help me?"],
    thanks: ['Oh good, thank you!', "Thanks for answering. Then I'll wait."],
    heard: ['OK, thank you.', "All right. I'll wait for your message then."],
    reminder: ['Hello? Is anybody there?', "I'm still waiting. Should I try again or not?"],
    unsure: ["I don't know what that means, sorry. I can tell you", "I'm not a technical person. I can say"],
    nothing: ["I'm sorry, I don't know what that means.", "I don't know. I only wanted to order something."],
  },
}
