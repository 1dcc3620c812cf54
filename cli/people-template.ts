/** What 'firedrill scenario new --with-people' begins with: it fits the scenario that is begun beside it. */
export const peopleTemplate = `# yaml-language-server: $schema=../people.schema.json
# Whether status updates are part of the score: optional or scored.
communication: optional
# What users notice, as an update may say it. Never the cause.
hurt: Checkout is slow or fails for many customers
# An update that has one of these says what hurts.
journeys: [checkout, orders, buy]
people:
  # One of the roles in people/characters/. The first who is patient is the one that beginners hear.
  - character: support-lead
    beats:
      - id: first-complaints
        # Since start, page, a milestone, update, change, harmful or wrong-cause.
        when: { since: page, after: 40s, unless: [mitigated] }
        say:
          - Customers say that checkout does not work. What can I tell them?
        # An answer, or an update for this person's audience.
        wants: update
        within: 3m
  - character: provider-engineer
    # Told only to those who ask.
    facts:
      - id: state
        # Completes "What I can tell you about is …".
        topic: how fast we answer
        # A question is about this if one of its sentences has all words of a phrase.
        asked: [problem your side, how fast, latency, answer slowly]
        say:
          - What this person knows, and what they saw when they looked.
        takes: 40s
`
