/** An attempt in a terminal: what it must print, and what it must not. The exit status does not matter. */
interface Attempt {
  title: string
  command: string
  prints?: RegExp
  never?: RegExp
  /** Only if the first process belongs to another user: elsewhere it is the session's own shell. */
  asRoot?: true
}

/** `CHECKOUT`, `RANGE` and `HOSTPID` are set for each. All are run for real. */
export const attempts: Attempt[] = [
  // This machine.
  { title: 'read the checkout', command: 'ls "$CHECKOUT"; cat "$CHECKOUT"/README.md', never: /Firedrill|scenarios/ },
  { title: 'read a scenario', command: 'cat "$CHECKOUT"/scenarios/*/scenario.yaml', never: /timeline|fault:/ },
  {
    title: 'find scenarios anywhere',
    command:
      'find / -name scenario.yaml -o -name "range.json" -o -name "ledger*" 2>/dev/null | grep -v ^/run/firedrill/range/; grep -o token-of-the-.* /run/firedrill/range/range.json | grep -v trainee; echo none',
    prints: /^none$/m,
    never: /\//,
  },
  { title: "read the range's folder", command: 'ls -la "$RANGE"; cat "$RANGE"/range.json', never: /token-of/ },
  { title: 'read homes', command: 'ls /root /home; cat /root/.bash_history /root/.ssh/*', never: /BEGIN|authorized/ },
  { title: 'read shadow', command: 'cat /etc/shadow /etc/gshadow /etc/sudoers', never: /\$[156y]\$|ALL=/ },
  { title: 'know the accounts of this machine', command: 'getent passwd | wc -l', prints: /^[12]$/m },
  { title: 'read logs of this machine', command: 'ls /var/log; cat /var/log/dpkg.log', never: /^(dpkg|apt|syslog|journal)|status/m },
  { title: 'read the way back up', command: 'ls /proc/1/root/ /proc/1/cwd/..; ls ../../../../../..', never: /work|boot|srv/ },
  { title: 'look into another temporary folder', command: 'ls -a /tmp /var/tmp /dev/shm /run', never: /firedrill-|tsx|node/ },
  // Other processes, and their memory.
  { title: 'see processes of this machine', command: 'ps -e | wc -l', prints: /^\s*([1-9]|1\d)$/m },
  {
    title: "read another's environment",
    command: 'cat /proc/[0-9]*/environ | tr "\\0" "\\n"',
    never: /token-of-the-(instructor|range)|FIREDRILL_(CACHE|NONCE)/,
  },
  {
    title: "read the control plane's environment by its number",
    command: 'cat /proc/$HOSTPID/environ /proc/$HOSTPID/cmdline',
    never: /FIREDRILL_DIR|main\.ts/,
  },
  {
    title: 'read memory of the first process',
    asRoot: true,
    command: 'head -c 100 /proc/1/mem; cat /proc/1/maps; echo done',
    prints: /denied|Permission|done/,
    never: /heap/,
  },
  { title: 'open descriptors of the first process', asRoot: true, command: 'ls -l /proc/1/fd', never: /->/ },
  {
    title: 'trace the first process',
    asRoot: true,
    command: 'strace -p 1 -c & sleep 0.5; kill %1 2>/dev/null; echo done',
    never: /attached/,
  },
  { title: 'signal the control plane', command: 'kill -9 $HOSTPID; echo $?', prints: /No such process/ },
  { title: 'signal the control plane as root', command: 'sudo kill -9 $HOSTPID; echo $?', prints: /no process of the shop/ },
  { title: 'become root', command: 'sudo bash -c id; sudo -u root id; sudo -s id; echo done', prints: /done/, never: /uid=0/ },
  { title: 'read a file as root', command: 'sudo cat /etc/shadow; sudo lsof /etc/shadow; sudo ss -tF /etc/shadow', never: /root:/ },
  {
    title: 'run a program through a tracer',
    command: 'sudo strace -o /tmp/x id; sudo strace id; echo done',
    prints: /done/,
    never: /uid=/,
  },
  {
    title: 'see processes of this machine as root',
    command: 'sudo ps aux; sudo ps -p 1; sudo ps auxe',
    never: /init|main\.ts|node --test/,
  },
  { title: 'signal everything', command: '(kill -9 -1) 2>/dev/null; echo still', prints: /./ },
  { title: 'read kernel memory', command: 'head -c 10 /proc/kcore /dev/mem /dev/kmem /proc/kmsg | wc -c', prints: /^0$/m },
  { title: "read the kernel's log", command: 'dmesg; echo done', never: /Linux version/ },
  { title: 'inherit a descriptor', command: 'ls /proc/self/fd | tr "\\n" " "', prints: /^0 1 2 3 $/ },
  { title: 'find a token in the arguments of the jail', command: 'cat /proc/*/cmdline | tr "\\0" " "', never: /token-of/ },
  // Becoming another user.
  { title: 'be root by sudo', command: 'sudo -n id; su -c id; pkexec id', never: /uid=0/ },
  {
    title: 'be root by a setuid program',
    command: 'find / -xdev -perm -4000 -type f 2>/dev/null | head -20 | while read file; do "$file" </dev/null; done; id -u',
    never: /^0$/m,
  },
  { title: 'make a setuid program', command: 'cp /bin/bash ~/sh && chmod 4755 ~/sh && ~/sh -p -c "id -u"', never: /^0$/m },
  {
    title: 'set another user',
    command: 'setpriv --reuid=0 id -u; python3 -c "import os; os.setuid(0); print(os.getuid())"',
    never: /^0$/m,
  },
  {
    title: 'have any capability',
    command: 'grep Cap /proc/self/status',
    prints: /CapEff:\s0+$/m,
    never: /Cap(Inh|Prm|Eff|Amb):\s0*[1-9a-f]/,
  },
  { title: 'gain privileges', command: 'grep -E "NoNewPrivs|Seccomp:" /proc/self/status', prints: /NoNewPrivs:\s1[^]*Seccomp:\s2/ },
  // Namespaces and mounts.
  { title: 'make a user namespace', command: 'unshare -Ur id -u; unshare -r true && echo made', never: /^0$|made/m },
  {
    title: 'make a user namespace by clone',
    command: "perl -e 'my $p = syscall(56, 0x10000011, 0, 0, 0, 0); print $p > 0 ? qq(made\\n) : $p < 0 ? qq(refused\\n) : exit'",
    prints: /refused/,
    never: /made/,
  },
  {
    title: 'mount something',
    command: 'mount -t tmpfs none /tmp; mount --bind / /tmp; mount -t proc proc /tmp; findmnt -n /tmp | wc -l',
    prints: /^1$/m,
  },
  { title: 'unmount what hides something', command: 'umount /tmp /proc /usr; ls /usr | wc -l', prints: /^[1-9]/m },
  { title: 'enter the namespaces of another', command: 'nsenter -t 1 -a id; nsenter -t 1 -n -m id', never: /uid=/ },
  { title: 'change the root', command: 'chroot / id; python3 -c "import os; os.chroot(chr(47))"', never: /uid=/ },
  { title: 'remount for writing', command: 'mount -o remount,rw /usr; touch /usr/x && echo written', never: /written/ },
  {
    title: 'write where programs are',
    command:
      'for at in / /usr/bin /etc /lib /run/firedrill /var/log/shop /sbin; do touch $at/x 2>/dev/null && echo written; done; echo done',
    prints: /^done$/m,
    never: /written/,
  },
  {
    title: 'write settings of the kernel',
    command:
      'for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward; do echo 1 >$file && echo written; done; hostname pwned && echo written',
    never: /written/,
  },
  { title: 'use control groups', command: 'ls /sys/fs/cgroup; mkdir /sys/fs/cgroup/x && echo made', never: /made|firedrill/ },
  {
    title: 'make a device',
    command: 'mknod ~/disk b 254 0 && echo made; ls /dev/vda /dev/sda /dev/fuse /dev/kvm',
    never: /made|^\/dev\/(vda|sda|fuse|kvm)$/m,
  },
  {
    title: 'load into the kernel',
    command: 'insmod ~/x.ko; perl -e \'print syscall(321, 0, 0, 0) < 0 ? "refused\\n" : "made\\n"\'',
    prints: /refused/,
    never: /made/,
  },
  {
    title: 'use io_uring',
    command: "perl -e 'my $p = pack(q(x200)); print syscall(425, 8, $p) < 0 ? qq(refused\\n) : qq(made\\n)'",
    prints: /refused/,
    never: /made/,
  },
  {
    title: 'type into the terminal from within',
    command: 'python3 -c \'import fcntl, os, termios; m, s = os.openpty(); fcntl.ioctl(s, termios.TIOCSTI, b"x"); print("typed")\'',
    never: /^typed/m,
  },
  { title: 'keep keys in the kernel', command: "perl -e 'print syscall(250, 0, 1) < 0 ? qq(refused\\n) : qq(made\\n)'", prints: /refused/ },
  {
    title: 'open a file by its handle',
    command: "perl -e 'my $h = pack(q(x64)); print syscall(304, 3, $h, 0) < 0 ? qq(refused\\n) : qq(made\\n)'",
    prints: /refused/,
  },
  // The network.
  {
    title: 'have an interface beside the loopback',
    command: 'ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "',
    prints: /^lo$/m,
    never: /eth|ens|docker|wlan/,
  },
  {
    title: 'reach another host',
    command: 'curl -sS -m 3 http://1.1.1.1/ http://192.0.2.1/; (exec 3<>/dev/tcp/8.8.8.8/53) && echo connected',
    never: /connected|</,
  },
  { title: 'resolve a name of the world', command: 'getent hosts example.com && echo resolved', never: /resolved/ },
  {
    title: "reach what else listens on this machine's loopback",
    command: 'curl -sS -m 3 http://127.0.0.1:$SECRETPORT/; curl -sS -m 3 http://localhost:$SECRETPORT/',
    never: /secret service/,
  },
  {
    title: 'reach it by the name of the shop',
    command: 'for name in orders postgres control; do curl -sS -m 3 http://$name:$SECRETPORT/; done',
    never: /secret service/,
  },
  {
    title: 'ask the gate for something that it has not',
    command:
      "perl -MIO::Socket::UNIX -e 'for my $t (@ARGV) { my $s = IO::Socket::UNIX->new(Peer => q(/run/firedrill/net)) or die; print $s qq($t\\nGET / HTTP/1.0\\r\\n\\r\\n); shutdown $s, 1; print <$s> }' $SECRETPORT 127.0.0.1:$SECRETPORT telemetryStore locust '../orders' ''",
    never: /secret service|HTTP/,
  },
  {
    title: 'send the gate a name without an end',
    command:
      "head -c 10000000 /dev/zero | perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => q(/run/firedrill/net)) or die; $SIG{PIPE} = sub { print qq(refused\\n); exit }; while (read STDIN, my $b, 65536) { print $s $b }'",
    prints: /refused/,
  },
  {
    title: "listen where the machine's users would find it",
    command: 'python3 -c \'import socket; s = socket.socket(); s.bind(("0.0.0.0", 18080)); s.listen(); print("listens to itself")\'',
    prints: /listens to itself/,
  },
  {
    title: 'send raw packets',
    command:
      'python3 -c \'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); socket.socket(socket.AF_PACKET, socket.SOCK_RAW); print("raw")\'',
    never: /^raw/m,
  },
  {
    title: "use sockets of this machine's services",
    command: 'ls /run/docker.sock /var/run/docker.sock /run/systemd /run/dbus /run/containerd; docker ps',
    never: /^\/run.*(sock|systemd|dbus|containerd)$/m,
  },
  { title: 'find abstract sockets', command: 'tail -n +2 /proc/net/unix | wc -l', prints: /^\d+$/m, never: /^\d{3,}$/m },
  // Logs.
  { title: 'read a log', command: 'cat /var/log/shop/orders.log', prints: /an order/ },
  { title: 'write a log', command: 'echo x >>/var/log/shop/orders.log && echo written', never: /written/ },
  {
    title: 'put a link into the logs',
    command: 'ln -s /etc/shadow /var/log/shop/x.log && echo linked; rm /var/log/shop/orders.log && echo removed',
    never: /linked|removed/,
  },
  // Resource exhaustion.
  { title: 'fill the home', command: 'head -c 500M /dev/zero >~/x; stat -c %s ~/x', prints: /No space|^6\d{7}$/m, never: /^5\d{8}$/m },
  {
    title: 'fill /tmp and shared memory',
    command:
      'rm -f ~/x; head -c 100M /dev/zero >/tmp/x; head -c 100M /dev/zero >/dev/shm/x; stat -c %s /tmp/x /dev/shm/x; rm -f /tmp/x /dev/shm/x',
    never: /^1\d{8}$/m,
  },
  {
    title: 'make ten thousand files',
    command: 'mkdir -p ~/many && cd ~/many && seq 1 10000 | xargs touch; ls | wc -l; cd; rm -rf ~/many; echo removed',
    prints: /removed/,
  },
  {
    title: 'open many files',
    command:
      'python3 -c \'\nfiles = []\ntry:\n  for _ in range(5000): files.append(open("/etc/hosts"))\nexcept OSError: print("refused")\'',
    prints: /refused/,
  },
  {
    title: 'start too many processes',
    command:
      'python3 -c \'\nimport os, time\ncount = 0\ntry:\n  while count < 2000:\n    if os.fork() == 0: time.sleep(5); os._exit(0)\n    count += 1\nexcept OSError: pass\nprint("started", count < 200)\'',
    prints: /started True/,
  },
  { title: 'lock memory', command: 'ulimit -l; ulimit -c; ulimit -q', prints: /^64\n0\n65536$/m },
  { title: 'outlive the command', command: '(setsid nohup sleep 1000 >/dev/null 2>&1 &); echo done', prints: /done/ },
]
