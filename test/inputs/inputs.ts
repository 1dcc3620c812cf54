/** One file that somebody could have sent, modelled on a public report. */
export interface Input {
  file: string
  /** Where it was reported. */
  source: string
  /** Accepted, or every reported mistake, with its line. */
  expect: 'taken' | RegExp[]
}

const istio = (issue: number) => `https://github.com/istio/istio/issues/${issue}`

export const policies: Input[] = [
  { file: 'fault-without-percentage.yaml', source: istio(36_303), expect: 'taken' },
  { file: 'integer-percent-from-kubectl.yaml', source: istio(6_335), expect: 'taken' },
  { file: 'hosts-of-an-operation.yaml', source: istio(24_665), expect: 'taken' },
  { file: 'one-weight-left-out.yaml', source: 'https://github.com/istio/api/issues/586', expect: 'taken' },
  { file: 'path-star-in-the-middle.yaml', source: istio(46_910), expect: [/^line 11, column 17: .*paths\.0: has a '\*'/] },
  { file: 'principal-star-at-both-ends.yaml', source: istio(50_504), expect: [/^line 10, column 26: .*principals\.0: has a '\*'/] },
  {
    file: 'fields-at-the-wrong-level.yaml',
    source: 'https://github.com/KanishJebaMathewM/Truxify/issues/11433',
    expect: [/^line 11, column 13: .*source\.paths is not carried out here: choose principals/],
  },
  {
    file: 'gateway-and-any-host.yaml',
    source: istio(7_662),
    expect: [
      /^line 2, column 7: .*'Gateway' is not carried out here/,
      /^line 14, column 7: .*there is no service '\*'/,
      /^line 16, column 7: .*choose mesh/,
    ],
  },
  {
    file: 'subset-without-a-rule.yaml',
    source: istio(6_335),
    expect: [/^line 11, column 21: .*no DestinationRule of inventory defines the subset 'v3'/],
  },
  { file: 'regex-question-mark.yaml', source: istio(49_607), expect: [/^line 11, column 22: .*'\?' is refused by RE2/] },
]

export const receivers: Input[] = [
  { file: 'shared-by-an-anchor.yml', source: 'https://github.com/alphagov/prometheus-aws-configuration-beta/pull/281', expect: 'taken' },
  {
    file: 'several-bad-receivers.yml',
    source: 'https://github.com/prometheus/alertmanager/issues/4991',
    expect: [/^7:7: pager\.pagerduty_configs\.0: /, /^10:7: ticket\.email_configs\.0/],
  },
  {
    file: 'whole-file.yml',
    source: 'https://github.com/prometheus/alertmanager/issues/1956',
    expect: [/^5:1: this belongs to a whole alertmanager\.yml/],
  },
  { file: 'indented-too-far.yml', source: 'https://github.com/vegasbrianc/prometheus/issues/187', expect: [/^3:\d+: /] },
  {
    file: 'region-beside-sigv4.yml',
    source: 'https://github.com/prometheus-community/helm-charts/issues/3408',
    expect: [/^4:7: pager\.sns_configs\.0\.region: Alertmanager \S+ does not know 'region' here/],
  },
  {
    file: 'no-smarthost.yml',
    source: 'https://github.com/prometheus-operator/prometheus-operator/issues/6003',
    expect: [/^3:7: ticket\.email_configs\.0: Alertmanager refuses it: no global SMTP smarthost set$/],
  },
  {
    file: 'address-without-a-scheme.yml',
    source: 'https://github.com/Thakurvaibhav/k8s/issues/23',
    expect: [/^4:7: pager\.slack_configs\.0\.api_url: .*unsupported scheme/],
  },
]

export const scenarios: Input[] = [
  { file: 'byte-order-mark.yaml', source: 'https://github.com/aaubry/YamlDotNet/issues/324', expect: 'taken' },
  { file: 'merge-key.yaml', source: 'https://github.com/eemeli/yaml/issues/408', expect: 'taken' },
  {
    file: 'utf-16-of-powershell.yaml',
    source: 'https://github.com/microsoft/winget-pkgs/pull/451',
    expect: [/^1:1: this is UTF-16, little-endian/],
  },
  {
    file: 'byte-order-mark-in-the-second-line.yaml',
    source: 'https://github.com/Eijebong/Archipelago-lobby/issues/134',
    expect: [/^2:1: a byte order mark \(U\+FEFF\) stands here/],
  },
  {
    file: 'yaml-1.1.yaml',
    source: 'https://github.com/kubernetes/kubectl/issues/1810',
    expect: [/^1:1: %YAML 1\.1 changes what words mean/],
  },
  {
    file: 'windows-1252.yaml',
    source: 'https://github.com/nordicnode/TorBox-Media-Server/pull/20',
    expect: [/^2:10: the byte 0xE4 is not UTF-8/],
  },
  {
    file: 'empty-duration.yaml',
    source: 'https://github.com/chaos-mesh/chaos-mesh/issues/2452',
    expect: [/^11:10: timeline\.0\.for: is empty: write it as 90s/],
  },
  {
    file: 'delay-without-a-unit.yaml',
    source: 'https://github.com/chaos-mesh/chaos-mesh/issues/3261',
    expect: [
      /^10:54: timeline\.0\.params\.delayMs: '250ms' is a text: write the number of milliseconds, 250$/,
      /^11:10: timeline\.0\.for: 30 has no unit/,
    ],
  },
  {
    file: 'milliseconds-or-seconds.yaml',
    source: 'https://github.com/litmuschaos/litmus/issues/1230',
    expect: [/^6:8: limit: 1200000 has no unit/],
  },
  {
    file: 'version-that-is-a-number.yaml',
    source: 'https://github.com/crystal-lang/install-crystal/issues/37',
    expect: [/^10:44: timeline\.0\.params\.version: 1\.10 is read as a number: put it in quotes, '1\.10'$/],
  },
]
