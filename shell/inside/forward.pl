#!/usr/bin/perl
# In the jail: listens on the loopback for each name of the shop, and carries each connection to the socket of the range's side, which knows where it goes.
# The jail has no network but its loopback, so this is the only way out, and the other side decides what is at its end.
#
#   forward.pl SOCKET MAP UID COMMAND...     a line of MAP: ADDRESS PORT TARGET
#
# Runs COMMAND in its place once all are listened to, and stays beside it as UID ('-': as it is) in a process group of its own. Only modules of perl-base.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();

my ($socket, $map, $uid, @command) = @ARGV;
my $most = 65_536;      # bytes that wait in one direction of a connection, before its other end is read no more
my $connections = 256;  # at once
$SIG{PIPE} = 'IGNORE';

my %listening;
open my $lines, '<', $map or die "$map: $!\n";
while (<$lines>) {
  my ($address, $port, $target) = split;
  my $listener = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "$address:$port: $!\n";
  $listener->blocking(0);
  $listening{fileno $listener} = [$listener, $target];
}
close $lines;

my $child = fork() // die "fork: $!\n";
if ($child != 0) {
  # What was started is the session; this perl has been its first moment.
  close $_->[0] for values %listening;
  exec { $command[0] } @command or die "$command[0]: $!\n";
}
if ($uid ne '-') {
  $) = "$uid $uid";
  POSIX::setgid($uid);
  POSIX::setuid($uid);
  die "still another user\n" if $< != $uid || $> != $uid || $( + 0 != $uid;
}
POSIX::setpgid(0, 0);
$SIG{$_} = 'IGNORE' for qw(INT QUIT HUP TSTP TTOU TTIN);
$0 = 'shop-network';
open STDIN, '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';

# Of each end: its socket, the other end, what waits to be written to it, and whether the other has said that it is done.
my (%ends, %reading, %writing);
my $readers = IO::Select->new(map { $_->[0] } values %listening);
my $writers = IO::Select->new;

sub drop {
  for my $end (@_) {
    my $id = fileno $end->{socket};
    next unless defined $id && $ends{$id};
    $readers->remove($end->{socket});
    $writers->remove($end->{socket});
    delete $ends{$id};
    close $end->{socket};
  }
}

sub admit {
  my ($listener, $target) = @_;
  my $near = $listener->accept or return;
  return close $near if keys(%ends) >= 2 * $connections;
  my $far = IO::Socket::UNIX->new(Peer => $socket) or return close $near;
  $_->blocking(0) for $near, $far;
  my $a = { socket => $near, wait => '' };
  my $b = { socket => $far, wait => "$target\n" };
  ($a->{other}, $b->{other}) = ($b, $a);
  $ends{fileno $near} = $a;
  $ends{fileno $far} = $b;
  $readers->add($near, $far);
  $writers->add($far);
}

sub carry {
  my ($end) = @_;
  my $other = $end->{other};
  my $got = sysread $end->{socket}, my $bytes, 32_768;
  return if !defined $got && $!{EAGAIN};
  if (!$got) {
    # Done in this direction; the other may go on.
    $readers->remove($end->{socket});
    $other->{done} = 1;
    return $other->{wait} eq '' ? finish($other) : undef;
  }
  $other->{wait} .= $bytes;
  $writers->add($other->{socket});
  $readers->remove($end->{socket}) if length $other->{wait} > $most;
}

sub finish {
  my ($end) = @_;
  shutdown $end->{socket}, 1;
  $end->{finished} = 1;
  drop($end, $end->{other}) if $end->{other}{finished};
}

sub flush {
  my ($end) = @_;
  my $sent = syswrite $end->{socket}, $end->{wait};
  if (!defined $sent) { return $!{EAGAIN} ? undef : drop($end, $end->{other}) }
  substr($end->{wait}, 0, $sent) = '';
  $readers->add($end->{other}{socket}) if length $end->{wait} <= $most && !$end->{done} && fileno $end->{other}{socket};
  return if $end->{wait} ne '';
  $writers->remove($end->{socket});
  finish($end) if $end->{done};
}

while (1) {
  my ($readable, $writable) = IO::Select->select($readers, $writers, undef);
  for my $ready (@{ $readable // [] }) {
    my $id = fileno $ready;
    next unless defined $id;
    if ($listening{$id}) { admit(@{ $listening{$id} }) }
    elsif ($ends{$id}) { carry($ends{$id}) }
  }
  for my $ready (@{ $writable // [] }) {
    my $id = fileno $ready;
    flush($ends{$id}) if defined $id && $ends{$id};
  }
}
