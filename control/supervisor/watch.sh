#!/bin/sh
# Watches what drills need and are not about: when one of it is gone and nobody else starts it, it has it started again. A shell
# that sleeps: less than a megabyte, and it needs no room on a disk.
#
#   watch.sh RUN_FOLDER NODE REVIVE NAME...

run=$1 node=$2 revive=$3
shift 3

# Whether a component's record names a process that is no longer there, and nobody asked it to stop. By its start time too: a
# pid may be another's since.
is_missed() {
  pid='' ticks='' stopping=''
  [ -r "$run/$1.json" ] || return 1
  while IFS=' ,' read -r key value _; do
    case $key in
      '"pid":') pid=$value ;;
      '"startTicks":') ticks=$value ;;
      '"stopping":') stopping=$value ;;
    esac
  done <"$run/$1.json"
  [ "$stopping" = false ] || return 1
  { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || return 0
  # Fields after the name in parentheses: the first is the state, the twentieth the start time (proc(5)).
  # shellcheck disable=SC2086
  set -- ${stat##*)}
  [ "$1" = Z ] && return 0
  shift 19
  [ "$1" != "$ticks" ]
}

looks=0 pause=1
while sleep "$pause"; do
  missed=''
  for name; do
    if is_missed "$name"; then missed=$name; fi
  done
  if [ -z "$missed" ]; then
    looks=0 pause=1
    continue
  fi
  # Those that watch each other have a moment to do it.
  looks=$((looks + 1))
  [ "$looks" -ge 2 ] || continue
  looks=0
  # What cannot be started is tried less and less often.
  if "$node" --disable-warning=ExperimentalWarning "$revive"; then pause=1; elif [ "$pause" -lt 16 ]; then pause=$((pause * 2)); fi
done
