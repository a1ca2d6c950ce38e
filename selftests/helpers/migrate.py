#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Move a station between hypervisors, under traffic, and look at all that is known of it.

Each hypervisor has a segment s1, whose head is in namespace T, and a tap of a guest, whose eth0 is
in namespace G. What "runs" at a guest is this program: it sends and receives with the station's
address there, and nowhere else.

  migrate.py matrix FAM T1,T2,T3 G1,G2	{rarp, garp, na, nothing} x {planned, unplanned}: the station
					goes from 1 to 2, or from 2 to 1; all the while probes every
					millisecond between it and the head of 3, both ways
  migrate.py many FAM N T1,T2,T3 G1,G2,G3	N times from one to another, and back; after each,
					the tables are held against what must be in them

Prints a line for each move of the matrix, or a sum; exit 1 with a line for every difference.
"""

import os
import socket
import struct
import sys
import threading
import time

import nl
import serve

ETH_PROBE = 0x88b5
SO_RCVBUFFORCE = 33
WAIT = 30 * int(os.environ.get("TENOVL_SLOW", "1"))
PROBES = 20
SAYS = ("rarp", "garp", "na", "nothing")
EVERYBODY = b"\xff" * 6
IP4 = socket.inet_aton("10.1.0.99")
IP6 = socket.inet_pton(socket.AF_INET6, "fd01::63")


class Failed(Exception):
	"""What must not be."""


def mac(text):
	"""As bytes."""
	return bytes.fromhex(text.replace(":", ""))


def announcement(kind, smac):
	"""The frame by which a station tells where it is."""
	if kind == "na":
		body = struct.pack(">IHBB", 0x60000000, 32, 58, 255) + IP6
		body += socket.inet_pton(socket.AF_INET6, "ff02::1")
		body += struct.pack(">BBHI", 136, 0, 0, 0x20000000) + IP6 + b"\x02\x01" + smac
		return b"\x33\x33\0\0\0\x01" + smac + b"\x86\xdd" + body
	op, proto, sip = (3, b"\x80\x35", bytes(4)) if kind == "rarp" else (1, b"\x08\x06", IP4)
	body = struct.pack(">HHBBH", 1, 0x800, 6, 4, op) + smac + sip
	body += (smac + bytes(4)) if kind == "rarp" else bytes(6) + IP4
	return EVERYBODY + smac + proto + body


class Line:
	"""A packet socket at a netdevice: probes out, and the numbers of those that came in."""

	def __init__(self, dev):
		self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_PROBE))
		self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 27)
		self.sock.bind((dev, ETH_PROBE))
		self.sock.setblocking(False)
		self.got = []

	def send(self, dmac, smac, number):
		"""One probe."""
		self.sock.send(dmac + smac + struct.pack(">HI", ETH_PROBE, number) + bytes(40))

	def read(self, dmac):
		"""Take in what came for an address, but not what left here."""
		while True:
			try:
				data, where = self.sock.recvfrom(2048)
			except BlockingIOError:
				return self.got
			if where[2] != 4 and data[:6] == dmac:
				self.got.append(struct.unpack_from(">I", data, 14)[0])

	def clear(self):
		"""Forget what came, also what nobody read yet."""
		self.read(b"")
		self.got = []


class Hypervisor:
	"""Its segment's tables, the head and the guest's tap."""

	def __init__(self, spec, number, fam, tenant, guest):
		self.number = number
		self.addr = ("10.9.0.%d" if fam == "4" else "fd09::%d") % number
		self.head_mac = bytes([2, 0, 0, 0, 1, number])
		serve.enter(tenant)
		self.genl = nl.Genl(spec)
		self.dev = self.genl.device("s1")
		self.head = Line("s1")
		self.guest = None
		if guest:
			serve.enter(guest)
			self.guest = Line("eth0")

	def do(self, op, values):
		"""A request that is not refused."""
		answer = self.genl.call(op, {**self.dev, **values})
		if answer.error:
			raise Failed("%s at %d: %s" % (op, self.number, answer))

	def table(self):
		"""Where each address is, and what else is told of it."""
		return {e["mac"]: e for r in self.genl.dump("fdb-get", self.dev).replies for e in r["fdb"]}

	def where(self, table, station):
		"""The peer, or the port."""
		entry = table.get(station.hex(":"), {})
		return entry.get("peer") or entry.get("port-name")

	def tells(self):
		"""Of the device."""
		return self.genl.call("dev-get", self.dev).replies[0]["dev"]


def until(what, told):
	"""Wait for a condition, as long as it takes on a busy machine."""
	end = time.monotonic() + WAIT
	pause = 0.0005
	while not told():
		if time.monotonic() > end:
			raise Failed("still not: " + what)
		time.sleep(pause)
		pause = min(pause * 2, 0.05)


def knows(at, station, place):
	"""Wait until a hypervisor has the station there."""
	until("%d has it at %s" % (at.number, place),
	      lambda: at.where(at.table(), station) == place)


def place_at(at, place):
	"""What a hypervisor says of a station at another one, or at itself."""
	return "tap0" if at is place else place.addr


def prepare(station, to, others, **settings):
	"""What a controller says before a move."""
	move = {"mac": station.hex(":"), "timeout": 600000, "max-wait": 60000, **settings}
	to.do("move-prepare", {"move": [move]})
	for one in others:
		one.do("move-prepare", {"move": [{**move, "to": to.addr, "clone": True}]})


class Probe(threading.Thread):
	"""A conversation of the station with the head of a third one: every millisecond a probe
	each way, the station's own only where it runs. On one processor, so that none of them
	overtakes another on the way.
	"""

	def __init__(self, station, third):
		super().__init__(daemon=True)
		self.station, self.third = station, third
		self.lock = threading.Lock()
		self.runs_at = None
		self.sent = 0
		self.answers = 0
		self.over = False
		self.wrong = None

	def run(self):
		"""Until it is over."""
		os.sched_setaffinity(0, {0})
		try:
			while not self.over:
				time.sleep(0.001)
				with self.lock:
					self.step()
		except OSError as e:
			self.wrong = e

	def step(self):
		"""The next of them."""
		self.third.head.send(self.station, self.third.head_mac, self.sent)
		self.sent += 1
		if self.runs_at:
			self.runs_at.guest.send(self.third.head_mac, self.station, self.answers)
			self.answers += 1

	def runs(self, place):
		"""The station runs there from now on, or nowhere. Return: the next probe."""
		with self.lock:
			self.runs_at = place
			return self.sent

	def more(self, n=PROBES):
		"""Wait until there are so many more. Return: the next one."""
		goal = self.sent + n
		until("%d probes are sent" % n, lambda: self.wrong or self.sent >= goal)
		return self.sent

	def end(self):
		"""No more."""
		self.over = True
		self.join()
		if self.wrong:
			raise Failed("a probe could not be sent: %s" % self.wrong)


def lives_at(station, here, all_of_them):
	"""It says so to all."""
	here.guest.send(EVERYBODY, station, 0)
	for one in all_of_them:
		knows(one, station, place_at(one, here))


def say(kind, station, here, third):
	"""The station is there, and says so, or just goes on."""
	if kind == "nothing":
		here.guest.send(third.head_mac, station, 1 << 31)
	else:
		here.guest.sock.send(announcement(kind, station))


def moves(probe, kind, planned, hv):
	"""Return: the first probe while it was stopped, and the first behind which none is lost."""
	old, new, third = hv
	station = probe.station
	probe.runs(old)
	probe.more()
	if planned:
		prepare(station, new, (old, third))
	else:
		third.do("dev-set", {"dev": {"learning": 0}})
	probe.more()
	stopped = probe.runs(None)
	probe.more()
	if kind != "nothing":
		say(kind, station, new, third)
	probe.runs(new)
	if not planned:
		return stopped, late(probe, kind, hv)
	knows(third, station, new.addr)
	probe.more()
	return stopped, stopped


def late(probe, kind, hv):
	"""The third one has not heard: what it sends goes by the old place, which knows. Where
	the station announces itself, only that moves what a controller said.
	"""
	old, new, third = hv
	station = probe.station
	if kind == "nothing":
		old.do("fdb-replace", {"fdb": [{"mac": station.hex(":"), "peer": new.addr}]})
	else:
		third.do("fdb-replace", {"fdb": [{"mac": station.hex(":"), "peer": old.addr,
						  "mobile": True}]})
	knows(old, station, new.addr)
	knows(third, station, old.addr)
	told = probe.more()
	probe.more()
	third.do("dev-set", {"dev": {"learning": 1}})
	probe.more()
	if kind != "nothing":
		if third.where(third.table(), station) != old.addr:
			raise Failed("data moved a static entry")
		say(kind, station, new, third)
	knows(third, station, new.addr)
	probe.more()
	return told


def one_of_matrix(station, kind, planned, hv):
	"""Return: probes lost of those sent while it was stopped, of all others, and all."""
	old, new, third = hv
	for line in (old.guest, new.guest, third.head):
		line.clear()
	probe = Probe(station, third)
	probe.start()
	try:
		stopped, told = moves(probe, kind, planned, hv)
	finally:
		probe.end()
	want = {n for n in range(probe.sent) if not stopped <= n < told}
	# What reaches the old place while nothing runs there is lost.
	old_got = lambda: {n for n in old.guest.read(station) if n < stopped}
	until("%d of %d probes arrive" % (len(want), probe.sent),
	      lambda: want <= old_got() | set(new.guest.read(station)))
	until("answers", lambda: len(answers_at(third)) >= probe.answers)
	at_new = new.guest.read(station)
	lost = set(range(probe.sent)) - old_got() - set(at_new)
	if len(at_new) != len(set(at_new)) or (planned and at_new != sorted(at_new)):
		raise Failed("out of order, or twice: %s" % odd_ones(at_new))
	if answers_at(third) != list(range(probe.answers)):
		raise Failed("answers: %s" % odd_ones(answers_at(third)))
	settle(station, kind, planned, hv)
	return len(lost - want), len(lost & want), probe.sent


def answers_at(third):
	"""The station's own probes, in the order in which they came."""
	return [n for n in third.head.read(third.head_mac) if n < 1 << 31]


def odd_ones(numbers):
	"""Those that do not follow the one before them."""
	return ["%d after %d" % (b, a) for a, b in zip(numbers, numbers[1:]) if b != a + 1][:20]


def settle(station, kind, planned, hv):
	"""The old place hears at last; nothing is left of a plan."""
	old, new, _ = hv
	if kind == "nothing" and planned:
		old.do("move-finish", {"move": [{"mac": station.hex(":")}]})
	knows(old, station, new.addr)
	for one in hv:
		until("no move is left", lambda one=one: one.tells()["moves"] == 0)
		if one.table()[station.hex(":")].get("frozen"):
			raise Failed("frozen at %d" % one.number)


def matrix(hv):
	"""All ways to move, each with a station of its own."""
	failed = False
	for number, (kind, planned) in enumerate((k, p) for k in SAYS for p in (True, False)):
		station = bytes([2, 0, 0, 0, 3, number])
		name = "%s %s" % (kind, "planned" if planned else "unplanned")
		here = [hv[number % 2], hv[1 - number % 2], hv[2]]
		try:
			lives_at(station, here[0], hv)
			stop, lost, sent = one_of_matrix(station, kind, planned, here)
		except Failed as e:
			print("%s: %s" % (name, e))
			failed = True
			continue
		print("%s: of %d probes lost %d while it was stopped, %d others" % (name, sent, stop, lost))
		failed |= bool(lost or (planned and stop))
	return failed


def check_model(station, here, hv):
	"""The tables are what they must be: no entry more, none frozen, no move, no tombstone."""
	for at in hv:
		want = {h.head_mac.hex(":"): h.addr for h in hv if h is not at}
		want[station.hex(":")] = place_at(at, here)
		table = at.table()
		have = {m: e.get("peer") or e.get("port-name") for m, e in table.items()}
		if have != want:
			raise Failed("at %d: %s, not %s" % (at.number, have, want))
		frozen = [m for m, e in table.items() if e.get("frozen")]
		told = at.tells()
		if frozen or told["moves"] or told["tombstones"]:
			raise Failed("at %d: frozen %s, moves %d, tombstones %d" %
				     (at.number, frozen, told["moves"], told["tombstones"]))


def numbers_at(line, station, want):
	"""Wait for these probes, in this order, and no others."""
	until("%s arrive" % want, lambda: len(line.read(station)) >= len(want))
	if line.read(station) != want:
		raise Failed("probes %s, not %s" % (line.got, want))


def migrate(turn, station, old, new, third):
	"""One of many: planned by turns with what a controller confirms by a higher number."""
	planned = turn % 2 == 0
	kind = SAYS[turn // 2 % (len(SAYS) if planned else len(SAYS) - 1)]
	for line in (old.guest, new.guest):
		line.clear()
	if planned:
		prepare(station, new, (old, third))
	for n in range(3):
		third.head.send(station, third.head_mac, n)
	numbers_at(old.guest, station, [0, 1, 2])
	say(kind, station, new, third)
	knows(third, station, new.addr)
	if kind == "nothing" and planned:
		old.do("move-finish", {"move": [{"mac": station.hex(":")}]})
	if not planned:
		entry = {"mac": station.hex(":"), "peer": new.addr, "seq": turn + 1, "mobile": True}
		for one in (old, third):
			one.do("fdb-replace", {"fdb": [entry]})
	knows(old, station, new.addr)
	knows(new, station, "tap0")
	for n in range(3, 6):
		third.head.send(station, third.head_mac, n)
	numbers_at(new.guest, station, list(range(0 if planned else 3, 6)))
	for one in (old, new, third):
		until("no move is left", lambda one=one: one.tells()["moves"] == 0)


def many(hv, count):
	"""From 1 to 2, 3, 1, 3, 2, 1, and again."""
	station = bytes([2, 0, 0, 0, 3, 99])
	for one in hv:
		one.head.send(EVERYBODY, one.head_mac, 0)
	lives_at(station, hv[0], hv)
	ways = (1, 2, 0, 2, 1, 0)
	here, start = hv[0], time.monotonic()
	for turn in range(count):
		new = hv[ways[turn % len(ways)]]
		third = next(h for h in hv if h not in (here, new))
		try:
			migrate(turn, station, here, new, third)
			check_model(station, new, hv)
		except Failed as e:
			print("move %d of %d, from %d to %d: %s" %
			      (turn + 1, count, here.number, new.number, e))
			return True
		here = new
	print("%d moves, %.0f a second" % (count, count / (time.monotonic() - start)))
	return False


def main():
	"""See above."""
	what, fam = sys.argv[1:3]
	rest = sys.argv[3:]
	count = int(rest.pop(0)) if what == "many" else 0
	tenants, guests = (names.split(",") for names in rest)
	guests += [None] * (len(tenants) - len(guests))
	spec = nl.Spec()
	hv = [Hypervisor(spec, i + 1, fam, t, g) for i, (t, g) in enumerate(zip(tenants, guests))]
	sys.exit(1 if (many(hv, count) if what == "many" else matrix(hv)) else 0)


if __name__ == "__main__":
	main()
