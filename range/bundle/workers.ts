import path from 'node:path'
import type { Plugin } from 'rolldown'

/** The pattern by which our sources start a thread. */
export const threadStart = /new Worker\(new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g

/** Placeholder in a bundle's code for its folder, until that is known: modules find files relative to the checkout. */
const ownFolder = 'FOLDER_OF_THIS_BUNDLE'
/** The code of a finished bundle, with its own folder where it was left open. */
export const withOwnFolder = (code: string): string => code.replaceAll(ownFolder, 'import.meta.dirname')

/**
 * Finds the threads that a program starts from files beside its own: each is bundled as well, as `NAME.js` beside the program, and is started from
 * there. From the sources, a thread would first read and compile some hundred files.
 */
export function workersOf(root: string): { plugin: Plugin; found: ReadonlyMap<string, string> } {
  const found = new Map<string, string>()
  const plugin: Plugin = {
    name: 'workers',
    transform: {
      filter: { id: { include: new RegExp(`^${RegExp.escape(root + path.sep)}`), exclude: /\/node_modules\// }, code: threadStart },
      handler: (code, id) =>
        code.replaceAll(threadStart, (_, name: string) => {
          found.set(name, path.join(path.dirname(id), `${name}.ts`))
          return `new Worker(${ownFolder} + ${JSON.stringify(`/${name}.js`)}`
        }),
    },
  }
  return { plugin, found }
}
