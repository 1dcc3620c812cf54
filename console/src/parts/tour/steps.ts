/** One step of a tour: its text, and its target. */
interface Step {
  /** The pages that it applies to. */
  where: RegExp
  /** Its target, as selectors; the first that exists. */
  target: string
  title: string
  text: string
}

const home = /^\/$/
const room = /^\/drills\/[^/]+$/
const desk = /^\/instructor$/
const region = (name: string): string => `section[aria-label="${name}"]`

/** A first drill of some three minutes, with guidance. */
export const traineeSteps: readonly Step[] = [
  {
    where: home,
    target: '.hero .primary',
    title: 'Start your first drill',
    text: 'The shop will break on purpose, and your pager will ring within a minute. Nothing can go wrong: everything is put back afterwards.',
  },
  {
    where: room,
    target: region('What users feel'),
    title: 'Users first',
    text: 'This is the share of requests that are slow or fail right now. It is the number to bring down.',
  },
  {
    where: room,
    target: region('Pager'),
    title: 'The page',
    text: 'When the page comes, acknowledge it, so that nobody else is paged. Its runbook opens beside the graphs.',
  },
  {
    where: room,
    target: region('Golden signals'),
    title: 'What you can see',
    text: 'Vertical lines are deploys, pages and actions. Each dot is one request: open a slow one to see its trace. The pin keeps a graph in your notes as it is now.',
  },
  {
    where: room,
    target: region('Actions'),
    title: 'What you can do',
    text: 'Find an action by a word of its name, here or with Ctrl K from any page. Actions that can be undone offer an undo.',
  },
  {
    where: room,
    target: region('Name the cause'),
    title: 'What you think',
    text: 'Name the component and the kind of cause as soon as you think you know. A wrong guess costs a few points and does no harm.',
  },
  {
    where: room,
    target: region('Coach'),
    title: 'When you are stuck',
    text: 'Ask. The coach knows how far you are, and its hints are free in learning mode. When users are served well again, the debrief shows what happened.',
  },
]

export const instructorSteps: readonly Step[] = [
  {
    where: home,
    target: '.sidebar a[href="/instructor"]',
    title: 'Your desk',
    text: 'You see everything that trainees see, and this page as well: break something, change the load, lead a game day. Open it.',
  },
  {
    where: desk,
    target: region('Break something'),
    title: 'Break something',
    text: 'Choose a fault by what users should notice. It is reverted automatically when its time is up, even if this server is down.',
  },
  {
    where: desk,
    target: region('Open faults'),
    title: 'Revert it',
    text: 'Active faults are listed here. Revert one, or reset the range to put everything back as it was.',
  },
  {
    where: desk,
    target: region('Load'),
    title: 'Users',
    text: 'Add users, or change who they are, to see what a fault does under load.',
  },
  {
    where: desk,
    target: region('Game day'),
    title: 'Play with a team',
    text: 'Plan a game day, and give its link to the team. You start each drill, and can pause it, write to the team and give more time.',
  },
]
