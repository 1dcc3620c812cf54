import { globSync } from 'node:fs'
import path from 'node:path'

/** A suite that needs more than this machine: what it tests, and which environment variables say where. */
interface ElsewhereSuite {
  files: string[]
  /** Without one of these, everything in it is skipped. */
  needs: Readonly<Record<string, string>>
  /** These enable more of it. */
  takes: Readonly<Record<string, string>>
}

/** Acceptance tests that are skipped without these variables. */
export const elsewhere: Readonly<Record<string, ElsewhereSuite>> = {
  cluster: {
    files: ['9-kubectl', '9-kubernetes', '11-cluster'],
    needs: {
      KUBERNETES_KUBECONFIG: 'the kubeconfig of a cluster that has the images of deploy/images',
      KUBERNETES_ADDRESS: 'this host, as its pods reach it',
    },
    takes: {
      KUBERNETES_COMPLETE: "'complete' or 'complete-istio': all of the range in the cluster as well",
      KUBERNETES_OVERLAY: "'istio' (without it) or 'local'",
      KUBERNETES_STORAGE_CLASS: 'another StorageClass than the default',
      KUSTOMIZE: "a Kustomize of its own, where kubectl's is older than 4",
    },
  },
  compose: {
    files: ['10-compose'],
    needs: { COMPOSE: "'docker compose' or 'podman-compose'" },
    takes: {},
  },
  terraform: {
    files: ['8-terraform'],
    needs: { TOFU: "'tofu' or 'terraform'" },
    takes: {
      TOFU_SHOP_HOST: 'a bare Debian 12 host for the shop',
      TOFU_OBSERVABILITY_HOST: 'another one for the observability',
      TOFU_PRIVATE_KEY: 'the file of the key by which root is let in on both',
    },
  },
}

/** The files of a suite in a checkout. */
export const filesOf = (root: string, { files }: ElsewhereSuite): string[] =>
  globSync(`test/acceptance/{${files.join()},}.test.ts`, { cwd: root }).map((file) => path.join(file))

/** What has to be set before a suite can run, one per line, and the optional variables; null if it can run. */
export function missingFor(name: string, environment: Readonly<Record<string, string | undefined>>): string | null {
  const { needs, takes } = elsewhere[name] ?? { needs: {}, takes: {} }
  const isSet = (variable: string) => (environment[variable] ?? '') !== ''
  const missing = Object.entries(needs).filter(([variable]) => !isSet(variable))
  if (missing.length === 0) return null
  const told = (entries: [string, string][]) => entries.map(([variable, what]) => `  ${variable}: ${what}\n`).join('')
  const optional = Object.entries(takes).filter(([variable]) => !isSet(variable))
  return `the suite '${name}' needs in the environment\n${told(missing)}${optional.length > 0 ? `and takes\n${told(optional)}` : ''}`
}
