/** Initial people for 'firedrill scenario new --with-people': they match the scenario created with it. */
export const peopleTemplate = `# yaml-language-server: $schema=../people.schema.json
# Whether status updates are part of the score: optional or scored.
communication: optional
# What users notice, as an update may say it. Never the cause.
hurt: Checkout is slow or fails for many customers
# An update with one of these words says what hurts.
journeys: [checkout, orders, buy]
people:
  # One of the roles in people/characters/. Beginners hear only the first patient person.
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

/** Initial people for 'firedrill shift new --with-people': they match the shift created with it. */
export const shiftPeopleTemplate = `# yaml-language-server: $schema=../../scenarios/people.schema.json
# Whether status updates are rated as if they counted: optional or scored. In a shift they give no points.
communication: optional
# What users notice in the first incident, as an update may say it. Never the cause.
hurt: Product pages load slowly
# An update with one of these words says what hurts.
journeys: [browse, browsing, products, shop, checkout, prices]
# The people of the incidents' scenarios do not speak in a shift: these do.
people:
  # Somebody who knows of the noise, so that trainees can tell it from an incident.
  - character: provider-engineer
    beats:
      - id: announced
        # Since start, page, a milestone, update, change, harmful or wrong-cause. Here, page is the first page of the shift, and milestones are reached when
        # every incident is over.
        when: { since: start, after: 40s }
        say:
          - We are working on our network this afternoon, as announced. Payments may be slow for half a minute. You need not do anything.
    # Told only to those who ask.
    facts:
      - id: over
        # Completes "What I can tell you about is …".
        topic: whether the work on the network is over
        # A question is about this if one of its sentences has all words of a phrase.
        asked: [work over, network done, is it done, payments slow]
        say:
          - It is done, and took less than a minute.
        takes: 20s
  - character: support-lead
    beats:
      - id: sentence
        when: { since: page, after: 5m, unless: [recovered] }
        say:
          - Two customers asked whether something is wrong with the shop. What may I tell them?
        # An answer, an update for this person's audience, or a handover note.
        wants: update
        within: 3m
  - character: next-shift
    beats:
      - id: taking-over
        when: { since: start, after: 22m }
        say:
          - I am taking over soon. Could you leave me a note about how it went?
        wants: handover
        within: 5m
`
