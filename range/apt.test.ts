import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { aptGet, quietPrograms } from './apt.ts'

/** Replacements for the programs that packages' scripts call. */
const real = mkdtempSync(path.join(tmpdir(), 'apt-'))
after(() => rmSync(real, { recursive: true }))
for (const name of ['invoke-rc.d', 'deb-systemd-invoke', 'deb-systemd-helper', 'service', 'systemctl', 'update-rc.d']) {
  writeFileSync(path.join(real, name), `#!/bin/sh\necho "${name} $*"\n`)
  chmodSync(path.join(real, name), 0o755)
}

/** Runs a package's script as dpkg does, with the path that apt was given. */
function script(lines: string) {
  const option = aptGet([], 'install').find((word) => word.startsWith('DPkg::Path='))
  const PATH = option?.slice('DPkg::Path='.length).replace('/usr/sbin', `${real}:/usr/sbin`)
  const { status, stdout } = spawnSync('/bin/sh', ['-ec', lines], { env: { PATH, REAL_BIN: real }, encoding: 'utf8' })
  return { status, did: stdout.trim() }
}

test('a package neither starts nor enables its service, and its script succeeds', () => {
  // As debhelper writes them (dh_installsystemd, dh_installinit).
  const postinst = `
    deb-systemd-helper unmask redis-server.service >/dev/null || true
    if deb-systemd-helper --quiet was-enabled redis-server.service; then
      deb-systemd-helper enable redis-server.service || true
    else
      deb-systemd-helper update-state redis-server.service || true
    fi
    systemctl --system daemon-reload >/dev/null || true
    deb-systemd-invoke restart redis-server.service
    update-rc.d redis-server defaults
    invoke-rc.d redis-server start || exit 1
    service redis-server start
    systemctl enable --now redis-server`
  assert.deepEqual(script(postinst), { status: 0, did: 'deb-systemd-helper update-state redis-server.service' })
})

test('systemd may reload its units, and gets no other command', () => {
  assert.equal(script('systemctl daemon-reload; systemctl start x').did, 'systemctl daemon-reload')
})

test('the replacements come before the system’s programs on PATH, which are still found', () => {
  assert.equal(script('command -v invoke-rc.d').did, path.join(quietPrograms, 'invoke-rc.d'))
  assert.equal(script('command -v sh').status, 0)
})
