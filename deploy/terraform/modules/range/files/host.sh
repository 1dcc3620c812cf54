#!/bin/sh
# Installs one half of a range on a Debian host, as a systemd unit, and removes it again.
#
#   firedrill-host install observability CONSOLE_ADDRESS USERS [NAME...]
#   firedrill-host install shop
#   firedrill-host join               the shop's host: by an invitation on standard input
#   firedrill-host remove
set -eu

home=/opt/firedrill
state=/var/lib/firedrill-range
unit=/etc/systemd/system/firedrill.service
# What a login shell has of the environment (proxies, mirrors), the unit has as well.
[ -f /etc/environment ] && { set -a; . /etc/environment; set +a; }
export FIREDRILL_DIR=$state DEBIAN_FRONTEND=noninteractive HOME="${HOME:-/root}"

install_files() {
  systemctl stop firedrill.service 2>/dev/null || true
  # Of an earlier release stays what was downloaded.
  mkdir -p "$home" "$state"
  chmod 700 "$state"
  find "$home" -mindepth 1 -maxdepth 1 ! -name .cache ! -name node_modules -exec rm -rf {} +
  tar -C "$home" -xzf /tmp/firedrill.tgz
  rm -f /tmp/firedrill.tgz
  install -m 755 /tmp/firedrill-host.sh /usr/local/sbin/firedrill-host
  rm -f /tmp/firedrill-host.sh
  cat >/usr/local/bin/firedrill <<EOF
#!/bin/sh
export FIREDRILL_DIR=\${FIREDRILL_DIR:-$state}
exec $home/firedrill "\$@"
EOF
  chmod 755 /usr/local/bin/firedrill
  firedrill setup
  cat >"$unit" <<EOF
[Unit]
Description=Firedrill ($1)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=FIREDRILL_DIR=$state HOME=$HOME
EnvironmentFile=-/etc/environment
ExecStart=$home/firedrill up
ExecStop=$home/firedrill down
TimeoutStartSec=15min
TimeoutStopSec=2min

[Install]
WantedBy=multi-user.target
EOF
  systemctl daemon-reload
  systemctl enable --quiet firedrill.service
}

case ${1:-} in
  install)
    role=$2
    install_files "$role"
    if [ "$role" = observability ]; then
      console=$3
      users=$4
      shift 4
      [ $# -eq 0 ] || set -- --console-name "$@"
      firedrill host observe --console-listen "$console" --users "$users" "$@"
      # Keys of its own, until the shop's host is invited.
      [ -f "$state/hosts/link.json" ] || firedrill host invite --address 127.0.0.1 >/dev/null
      systemctl start firedrill.service
    elif [ -f "$state/hosts/link.json" ]; then
      systemctl start firedrill.service
    fi
    ;;
  join)
    systemctl stop firedrill.service 2>/dev/null || true
    firedrill host join
    systemctl start firedrill.service
    ;;
  remove)
    systemctl disable --quiet --now firedrill.service 2>/dev/null || true
    [ ! -x "$home/firedrill" ] || "$home/firedrill" down --purge || true
    rm -rf "$home" "$state" /var/lib/firedrill "$unit" /usr/local/bin/firedrill /usr/local/sbin/firedrill-host
    systemctl daemon-reload
    ;;
  *)
    sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'
    exit 2
    ;;
esac
