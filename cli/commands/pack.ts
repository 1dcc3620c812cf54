import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { projectRoot } from '../../control/paths.ts'
import { archiveOf, checkPack, type CheckedPack } from '../../drills/packs/pack.ts'
import { signatureFile, signPack } from '../../drills/packs/sign.ts'
import { loadScenarios } from '../../drills/scenarios.ts'
import { FiredrillError } from '../../model/errors.ts'
import { command, type CommonOptions } from '../options.ts'
import { green, print, printJson, red } from '../output.ts'
import { scenarioVocabulary } from './scenario.ts'

/** For scenarios outside the repository, as one file to share. */
export function packCommand(): Command {
  return new Command('pack')
    .addCommand(
      command('check', 'check a pack as a whole, without a range')
        .argument('<source>', 'a folder or a .tar.gz')
        .option('--trust <file>', 'refuse it unless this public key (PEM) signed it')
        .action(async (source: string, options: CommonOptions & { trust?: string }) => {
          const checked = await check(source, options.trust)
          if (options.json) printJson({ ok: checked.problems.length === 0, ...summary(checked), problems: checked.problems })
          else if (checked.problems.length === 0) print(green(inWords(checked)))
          else for (const problem of checked.problems) print(`${red('error')} ${problem}`)
          if (checked.problems.length > 0) process.exitCode = 1
        }),
    )
    .addCommand(
      command('make', 'pack a folder into one file')
        .argument('<folder>')
        .requiredOption('--out <file>', 'the archive, such as ours-1.0.0.tar.gz')
        .action(async (folder: string, options: CommonOptions & { out: string }) => {
          const checked = await sound(folder)
          writeFileSync(options.out, await archiveOf(checked.files))
          if (options.json) printJson({ file: options.out, ...summary(checked) })
          else print(`${options.out}: ${inWords(checked)}`)
        }),
    )
    .addCommand(
      command('sign', 'sign a folder, before it is packed')
        .argument('<folder>')
        .requiredOption('--key <file>', "a private Ed25519 key (PEM), by 'openssl genpkey -algorithm ed25519'")
        .action(async (folder: string, options: CommonOptions & { key: string }) => {
          const { files } = await sound(folder, true)
          writeFileSync(path.join(folder, signatureFile), signPack(files, readFileSync(options.key, 'utf8')))
          const checked = await sound(folder)
          if (options.json) printJson(summary(checked))
          else print(inWords(checked))
        }),
    )
}

const check = (source: string, trust?: string): Promise<CheckedPack> =>
  checkPack(source, {
    taken: new Set(loadScenarios(path.join(projectRoot, 'scenarios')).keys()),
    vocabulary: scenarioVocabulary(),
    trusted: trust === undefined ? undefined : readFileSync(trust, 'utf8'),
  })

/** Checks that a pack has no mistake; an outdated signature is accepted. */
async function sound(folder: string, resigned = false): Promise<CheckedPack> {
  const checked = await check(folder)
  const problems = checked.problems.filter((problem) => !(resigned && problem.startsWith(signatureFile)))
  if (problems.length > 0) throw new FiredrillError('bad-request', `the pack is refused:\n  ${problems.join('\n  ')}`)
  return checked
}

const summary = ({ head, scenarios, signer }: CheckedPack) => ({ ...head, scenarios: scenarios.map(({ id }) => id), signer })
const inWords = ({ head, scenarios, signer }: CheckedPack): string =>
  `${head?.id} ${head?.version}, ${scenarios.length} scenarios, ${signer === null ? 'not signed' : `signed with the key ${signer}`}`
