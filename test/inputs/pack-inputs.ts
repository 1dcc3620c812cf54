import type { Written } from './written.ts'

interface PackInput extends Written {
  /** Accepted, or every reported mistake. */
  expect: 'taken' | RegExp[]
}

const github = (path: string) => `https://github.com/${path}`
const taken = { outcome: 'taken', expect: 'taken' } as const

/** Archives as people make them, from reports of refused packages. */
export const packInputs: readonly PackInput[] = [
  { file: 'beside-apple-doubles.yaml', source: github('deep-security/smartcheck-helm/issues/20'), ...taken },
  { file: 'with-resource-forks-of-macos.yaml', source: github('mattermost/mattermost-plugin-cloud/pull/119'), ...taken },
  { file: 'in-a-top-folder.yaml', source: github('helm/helm/issues/1171'), ...taken },
  { file: 'dot-folder-first.yaml', source: github('Fannon/search-bookmarks-history-and-tabs/pull/217'), ...taken },
  { file: 'not-compressed.yaml', source: github('OCSInventory-NG/OCSInventory-ocsreports/issues/75'), ...taken },
  { file: 'line-ends-and-marks-of-windows.yaml', source: github('AppImageCommunity/pkg2appimage/issues/377'), ...taken },
  {
    file: 'zip-of-the-explorer.yaml',
    source: github('mozilla/addons/issues/154'),
    outcome: 'told that it is a zip archive, and how to make one',
    expect: [/^it is no \.tar\.gz but a zip archive: make one with 'firedrill pack make'$/],
  },
  {
    file: 'backslashes-of-windows.yaml',
    source: github('helm/helm/issues/7748'),
    outcome: 'told, each name',
    expect: [
      /^scenarios\\our-first\\scenario\.yaml: has '\\' in its name, as some tools on Windows write it/,
      /^scenarios\\our-first\\story\.md: has '\\' in its name/,
      /^it has no scenarios/,
    ],
  },
  {
    file: 'yaml-instead-of-an-archive.yaml',
    source: github('phcollignon/helm3/issues/16'),
    outcome: 'told to name the folder',
    expect: [/^it is no \.tar\.gz but a YAML file: name the folder that it is in$/],
  },
  {
    file: 'page-instead-of-an-archive.yaml',
    source: github('kavgan/nlp-in-practice/issues/1'),
    outcome: 'told that it is a web page',
    expect: [/^it is no \.tar\.gz but a web page: download the file itself$/],
  },
  {
    file: 'link-to-a-shared-file.yaml',
    source: github('kubernetes-sigs/krew/issues/359'),
    outcome: 'told that links are not taken',
    expect: [
      /^scenarios\/our-first\/story\.md: is a symlink: a pack has files and folders only$/,
      /^scenarios\/our-first\/story\.md:1:1: is missing/,
    ],
  },
]
