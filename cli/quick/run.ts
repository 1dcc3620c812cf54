import { pathToFileURL } from 'node:url'
import { cacheDir, projectRoot } from '../../control/paths.ts'
import { quickBundle } from './bundle.ts'

const bundle = quickBundle(projectRoot, cacheDir)
await (bundle === null ? import('../program.ts') : import(pathToFileURL(bundle).href))
