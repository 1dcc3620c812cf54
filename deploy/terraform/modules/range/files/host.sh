#!/bin/sh
# Installs one part of a range on a Debian host, as a systemd unit, and removes it again.
#
#   firedrill-host install observability CONSOLE_ADDRESS USERS LOAD_HOSTS [NAME...]
#   firedrill-host install shop
#   firedrill-host install load       a host of users
#   firedrill-host join               any but the one that watches: by an invitation on standard input
#   firedrill-host remove
set -eu

home=/opt/firedrill
state=/var/lib/firedrill-range
unit=/etc/systemd/system/firedrill.service
watch=/etc/systemd/system/firedrill-watch.service
# What a login shell has of the environment (proxies, mirrors), the unit has as well.
[ -f /etc/environment ] && { set -a; . /etc/environment; set +a; }
export FIREDRILL_DIR=$state DEBIAN_FRONTEND=noninteractive HOME="${HOME:-/root}"

# The range runs its own PostgreSQL, Prometheus and so on. Those that the packages would start by themselves are not started, nor at the next
# boot; what was on this host before is left alone.
units="postgresql redis-server rabbitmq-server epmd.socket prometheus prometheus-alertmanager prometheus-postgres-exporter prometheus-redis-exporter prometheus-node-exporter"
setup_quietly() {
  new=
  for name in $units; do systemctl cat "$name" >/dev/null 2>&1 || new="$new $name"; done
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then made=; else made=$policy && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; fi
  trap '[ -z "$made" ] || rm -f "$made"' EXIT
  firedrill setup --role "$1"
  [ -z "$made" ] || rm -f "$made"
  for name in $new; do systemctl disable --quiet --now "$name" 2>/dev/null || true; done
}

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
  setup_quietly "$1"
  # Against what else runs on this host; inside, the range gives weights to its own parts.
  case $1 in observability) weight=800 ;; *) weight=400 ;; esac
  cat >"$unit" <<EOF
[Unit]
Description=Firedrill ($1)
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
CPUWeight=$weight
Environment=FIREDRILL_DIR=$state HOME=$HOME
EnvironmentFile=-/etc/environment
# Its output has the login links: they are not for the journal.
ExecStart=/bin/sh -c 'exec $home/firedrill up --json >/dev/null'
ExecStop=$home/firedrill down
TimeoutStartSec=15min
TimeoutStopSec=2min

[Install]
WantedBy=multi-user.target
EOF
  cat >"$watch" <<EOF
[Unit]
Description=Firedrill ($1), the agent's watch
PartOf=firedrill.service
After=firedrill.service

[Service]
CPUWeight=$weight
Environment=FIREDRILL_DIR=$state HOME=$HOME
EnvironmentFile=-/etc/environment
ExecStart=$home/firedrill host watch
Restart=always
RestartSec=2
# What it starts belongs to the range, and goes with that.
KillMode=process

[Install]
WantedBy=firedrill.service
EOF
  systemctl daemon-reload
  systemctl enable --quiet firedrill.service firedrill-watch.service
}

case ${1:-} in
  install)
    role=$2
    install_files "$role"
    if [ "$role" = observability ]; then
      console=$3
      users=$4
      load_hosts=$5
      shift 5
      [ $# -eq 0 ] || set -- --console-name "$@"
      firedrill host observe --console-listen "$console" --users "$users" --load-hosts "$load_hosts" "$@"
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
    systemctl disable --quiet --now firedrill-watch.service firedrill.service 2>/dev/null || true
    [ ! -x "$home/firedrill" ] || "$home/firedrill" down --purge || true
    rm -rf "$home" "$state" /var/lib/firedrill "$unit" "$watch" /usr/local/bin/firedrill /usr/local/sbin/firedrill-host
    systemctl daemon-reload
    ;;
  *)
    sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'
    exit 2
    ;;
esac
