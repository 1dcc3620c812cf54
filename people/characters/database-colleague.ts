import type { Character } from './character.ts'

export const databaseColleague: Character = {
  id: 'database-colleague',
  role: 'Database colleague',
  temper: 'Helpful and thorough, a little slow.',
  aim: 'To be asked a precise question.',
  speech: 'Says what was looked at, then what was seen.',
  patient: true,
  reads: 'engineers',
  reach: { via: 'chat', ms: 20_000 },
  lines: {
    opening: ['Hi, I look after the databases. Tell me if I should look at something for you.'],
    thanks: ['Thanks, that helps me.', 'Good to know, thank you.'],
    heard: ['OK. Tell me if I should look at anything.', "Noted. I'm around."],
    reminder: [
      "Did you see my question? I'd rather not touch anything before you answer.",
      "I'm still waiting for your answer on this one, but there is no hurry.",
    ],
    unsure: ["I'm not sure what to look at. I could look at", 'Can you narrow that down? I can check'],
    nothing: ["I can't see that from where I am.", 'Nothing that I can see from the database side, sorry.'],
  },
}
