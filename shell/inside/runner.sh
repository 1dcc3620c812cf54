# Runs commands one after the other in the jail, for who has no terminal. Each is three lines on standard input: a word that nobody else knows, its limit in
# seconds, and the command, quoted for bash. After its output comes a line with that word, how it ended, and the folder that the next begins in.
exec 2>&1
while IFS= read -r word && IFS= read -r seconds && IFS= read -r command; do
  eval "command=$command"
  timeout --kill-after=2 "$seconds" bash --noprofile --norc -c 'trap "pwd >/tmp/.folder" EXIT; eval "$1"' command "$command" </dev/null 2>&1
  status=$?
  cd "$(cat /tmp/.folder 2>/dev/null)" 2>/dev/null || cd ~
  printf '\n%s %s %s\n' "$word" "$status" "$PWD"
done
