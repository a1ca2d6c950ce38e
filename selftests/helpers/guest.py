#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Migrate a guest from a hypervisor to another by QEMU, while a third one sends pings to it and
talks to it by TCP, and tell what became of them.

  guest.py STATES SIZE KIND STREAM TO TENANTS [NAME=VALUE...]

STATES is where station/build left the guest of SIZE megabytes. KIND is "planned" or "unplanned"
for tenovl segments s1, "plain" for what is no business of this program. STREAM are the two
namespaces, joined by a comma, that QEMU runs in, and TO is the second one's address there, so
that the state takes that way; TENANTS are the three with the two taps tap0 and the prober. Of the
rest there may be

  wait=MS	how long frames wait at most in a planned move (2000)
  rounds=N	how often QEMU announces the guest at its new place (5)
  ping=MS	between two pings (5)
  after=S	how long they go on at most when nothing comes from the guest any more (20)
  quiet=1	neither pings nor TCP: only the state is sent

Prints an object of JSON, in which of the pings that nobody answered there are

  lost_running	sent after QEMU said that the guest goes on, or while it ran at its old place and
		taken by it
  lost_taken	taken by a running guest
  lost_elsewhere	not taken, and not in the old tap either, where those are that came before the
		old place heard of the move
  to_old_after_all	(answered or not) put into the old tap when that had heard

Exit 1 with a sentence when there is nothing to tell, 3 when the guest
itself hangs: it was given pings at its new place and did not take them. Emulation does that now and
then, where a page is sent between the mark that it is written to and the writing.
"""

import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import time

import migrate
import nl
import pcap
import qemu
import serve

GUEST = "10.1.0.99"
PORT = 7
STREAM_PORT = 4444
RECORD = 64
RECORD_EVERY = 0.01
SETTLE = 100
SO_RCVBUFFORCE = 33


class Pings:
	"""Numbered pings, when each was sent, and when each answer came."""

	def __init__(self, every):
		self.every = every
		self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
		# What waited is answered all at once.
		self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
		self.sock.setblocking(False)
		self.ident = os.getpid() & 0xffff
		self.sent, self.answers = [], []
		self.due = time.time()

	def send(self):
		"""The next one."""
		number = len(self.sent)
		body = struct.pack(">I", number) + bytes(44)
		head = struct.pack(">BBHHH", 8, 0, 0, self.ident, number & 0xffff)
		check = pcap.folded(head + body) ^ 0xffff
		self.sent.append(time.time())
		self.sock.sendto(head[:2] + struct.pack(">H", check) + head[4:] + body, (GUEST, 0))
		self.due = max(self.due + self.every, time.time())

	def last_answered(self):
		"""The one that was sent last is."""
		return {n for n, _ in self.answers[-SETTLE:]} >= {len(self.sent) - 1}

	def read(self):
		"""What has come."""
		while True:
			try:
				data = self.sock.recv(2048)
			except BlockingIOError:
				return
			size = (data[0] & 15) * 4
			kind, _, _, ident = struct.unpack_from(">BBHH", data, size)
			if kind == 0 and ident == self.ident:
				self.answers.append((struct.unpack_from(">I", data, size + 8)[0], time.time()))


class Talk:
	"""Numbered records by TCP, which the guest sends back."""

	def __init__(self):
		self.sock = socket.create_connection((GUEST, PORT), timeout=60)
		self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		self.sock.setblocking(False)
		self.out, self.data = b"", b""
		self.sent = self.back = 0
		self.last, self.stall = time.time(), 0.0
		self.error = ""
		self.due = time.time()

	def send(self):
		"""The next record, where there is room."""
		self.due = max(self.due + RECORD_EVERY, time.time())
		if not self.out:
			self.out = struct.pack(">I", self.sent).ljust(RECORD, b"t")
			self.sent += 1
		self.flush()

	def flush(self):
		"""What could not be sent before."""
		try:
			self.out = self.out[self.sock.send(self.out):]
		except BlockingIOError:
			pass
		except OSError as e:
			self.error = self.error or e.strerror

	def read(self):
		"""What has come back must be what was sent."""
		try:
			data = self.sock.recv(65536)
		except BlockingIOError:
			return
		except OSError as e:
			self.error = self.error or e.strerror
			return
		if not data:
			self.error = self.error or "closed by the guest"
		self.stall = max(self.stall, time.time() - self.last)
		self.last = time.time()
		self.data += data
		while len(self.data) >= RECORD:
			if struct.unpack_from(">I", self.data)[0] != self.back and not self.error:
				self.error = "another record than number %d" % self.back
			self.back += 1
			self.data = self.data[RECORD:]


def probe(netns, every, orders, told):
	"""In a process of its own: until a byte comes by orders; tells by told when all goes well, from
	where on pings count."""
	serve.enter(netns)
	pings = Pings(every)
	talk = Talk()
	base = -1
	while not select.select([orders], [], [], 0)[0]:
		left = max(0, min(pings.due, talk.due) - time.time())
		ready = select.select([orders, pings.sock] + ([] if talk.error else [talk.sock]), [], [], left)[0]
		if pings.sock in ready:
			pings.read()
		if talk.sock in ready:
			talk.read()
		if time.time() >= pings.due:
			pings.send()
		if time.time() >= talk.due and not talk.error:
			talk.send()
		if base < 0 and len({n for n, _ in pings.answers[-SETTLE:]}) == SETTLE and talk.back:
			base, talk.stall = len(pings.sent), 0.0
			os.write(told, b"+")
	linger(pings, talk)
	with os.fdopen(told, "w") as f:
		json.dump({"base": base, "sent": pings.sent, "answers": pings.answers, "records": talk.sent, "back": talk.back,
			   "stall": max(talk.stall, time.time() - talk.last), "error": talk.error}, f)


def linger(pings, talk):
	"""What is on its way comes: the last ping's answer, all that TCP waits for, and then nothing for
	a second. A guest that is emulated can be silent for longer than that in between."""
	end = time.time() + migrate.WAIT
	more = True
	while time.time() < end and (more or not pings.last_answered() or
				     (talk.back < talk.sent and not talk.error)):
		if talk.out and not talk.error:
			talk.flush()
		more = bool(select.select([pings.sock] + ([] if talk.error else [talk.sock]), [], [], 1)[0])
		pings.read()
		if not talk.error:
			talk.read()


class Prober:
	"""That process, from outside."""

	def __init__(self, netns, every):
		orders, self.orders = os.pipe()
		self.told, told = os.pipe()
		self.pid = os.fork()
		if not self.pid:
			os.close(self.orders)
			os.close(self.told)
			status = 1
			try:
				probe(netns, every, orders, told)
				status = 0
			except OSError as e:
				print("prober: %s" % e, file=sys.stderr)
			finally:
				os._exit(status)
		os.close(orders)
		os.close(told)
		self.wait_well()

	def wait_well(self):
		"""Until answers come."""
		if not select.select([self.told], [], [], migrate.WAIT * 4)[0] or os.read(self.told, 1) != b"+":
			self.kill()
			raise qemu.Failed("the guest does not answer at its first place")

	def results(self):
		"""Let it end."""
		os.write(self.orders, b".")
		with os.fdopen(self.told) as f:
			data = f.read().lstrip("+")
		os.waitpid(self.pid, 0)
		self.pid = 0
		if not data:
			raise qemu.Failed("the prober died")
		return json.loads(data)

	def kill(self):
		"""Where nobody wants to know."""
		if self.pid:
			os.kill(self.pid, signal.SIGKILL)
			os.waitpid(self.pid, 0)
			self.pid = 0


class Segment(migrate.Hypervisor):
	"""One hypervisor's s1: requests and tables, and no traffic of its own."""

	def __init__(self, spec, number, tenant):
		self.number, self.addr = number, "10.9.0.%d" % number
		serve.enter(tenant)
		self.genl = nl.Genl(spec)
		self.dev = self.genl.device("s1")


def prepare(hv, wait):
	"""What a controller says: frames wait at the new place, and go to both meanwhile."""
	old, new, third = hv
	migrate.prepare(bytes.fromhex(qemu.MAC.replace(":", "")), new, (old, third),
			**{"max-wait": wait, "max-frames": 8192, "timeout": 600000})


def announces(frame):
	"""Does it tell where the guest is?"""
	kind, to = frame[12:14], frame[:6]
	return frame[6:12].hex(":") == qemu.MAC and (
		kind == b"\x80\x35" or
		kind == b"\x08\x06" and to == b"\xff" * 6 and frame[28:32] == frame[38:42])


def ping_of(frame, to_guest):
	"""The number of a ping to the guest, or of an answer of it."""
	if frame[12:14] != b"\x08\0" or frame[23] != 1 or frame[34] != (8 if to_guest else 0):
		return None
	return struct.unpack_from(">I", frame, 42)[0]


def pings_in(path, to_guest):
	"""Those that QEMU gave to the guest, or took from it."""
	numbers = (ping_of(frame, to_guest) for _, _, frame in pcap.packets(path))
	return [n for n in numbers if n is not None]


class OldTap:
	"""What the kernel of the old place puts into the guest's tap."""

	def __init__(self, netns):
		serve.enter(netns)
		self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
		self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
		self.sock.bind(("tap0", 3))
		self.sock.setblocking(False)

	def pings(self):
		"""Before the announcement from the new place comes by, and after."""
		before, after, heard = set(), set(), False
		while True:
			try:
				frame, where = self.sock.recvfrom(128)
			except BlockingIOError:
				return before, after
			if where[2] != socket.PACKET_OUTGOING:
				continue
			heard = heard or announces(frame)
			number = ping_of(frame, True)
			if number is not None:
				(after if heard else before).add(number)


def longest_gap(times):
	"""Between two answers, the end of the probing included."""
	times = sorted(times)
	return max(b - a for a, b in zip(times, times[1:]))


def judge(seen, stopped, resumed, dumps, at_tap):
	"""Of the pings: how many there were, what is missing, and why."""
	first = {}
	for number, when in seen["answers"]:
		first.setdefault(number, when)
	lost = set(range(seen["base"], len(seen["sent"]))) - set(first)
	at_old, at_new = (pings_in(d, True) for d in dumps)
	answers = {n for d in dumps for n in pings_in(d, False)}
	before, after = at_tap
	# What QEMU reads of the old tap when the guest is stopped already, it cannot give to it: one, and
	# one more in place of what it throws away then.
	taken = lost & set(at_old[:-2] + at_new)
	running = {n for n in lost if n in taken or seen["sent"][n] > resumed}
	return {
		"pings": len(seen["sent"]) - seen["base"], "lost": len(lost),
		"lost_running": len(running), "lost_taken": len(taken),
		"lost_elsewhere": len(lost - taken - before), "lost_answers": len(answers - set(first)),
		"to_old_after_all": len(after), "twice": len(seen["answers"]) - len(first),
		"gap_ms": round(1000 * longest_gap([t for n, t in first.items() if n >= seen["base"]] +
						   [seen["sent"][-1]])),
		"at_old": len(at_old), "at_new": len(at_new),
		"announced": sum(announces(frame) for _, _, frame in pcap.packets(dumps[1])),
		"first_lost_ms": round(1000 * (seen["sent"][min(lost)] - stopped)) if lost else None,
		"last_lost_ms": round(1000 * (seen["sent"][max(lost)] - resumed)) if lost else None,
		"records": seen["records"], "back": seen["back"], "tcp_error": seen["error"],
		"stall_ms": round(1000 * seen["stall"]),
	}


class Hung(Exception):
	"""The guest does nothing any more, where no network has to do with it."""


class Run:
	"""One migration, and all that takes part in it."""

	def __init__(self, states, size, kind, stream, to, tenants, options):
		self.states, self.size, self.kind = states, size, kind
		self.stream, self.to, self.tenants = stream, to, tenants
		self.rounds = int(options.get("rounds", 5))
		self.every = float(options.get("ping", 5)) / 1000
		self.wait = int(options.get("wait", 2000))
		self.after = float(options.get("after", 20))
		self.quiet = "quiet" in options
		self.hv = []
		self.machines = []
		self.prober = None

	def machine(self, i, work):
		"""QEMU at a hypervisor, which waits for a state."""
		one = qemu.Machine("QEMU %d" % (i + 1), self.states, self.size, where=self.stream[i],
				   on=(self.tenants[i], "tap0"), dump="%s/dump%d" % (work, i))
		self.machines.append(one)
		return one

	def go(self):
		"""All of it; returns the figures."""
		with tempfile.TemporaryDirectory(prefix="guest.") as work:
			try:
				return self.moved(work)
			finally:
				if self.prober:
					self.prober.kill()
				for one in self.machines:
					one.end()

	def moved(self, work):
		"""In the order of things."""
		old_tap = OldTap(self.tenants[0])
		old, new = self.machine(0, work), self.machine(1, work)
		old.listen("exec:cat %s/state.%d" % (self.states, self.size), 5)
		old.event("RESUME")
		new.listen("tcp:%s:%d" % (self.to, STREAM_PORT), self.rounds)
		if not self.quiet:
			self.prober = Prober(self.tenants[2], self.every)
		if self.kind != "plain":
			spec = nl.Spec()
			self.hv = [Segment(spec, i + 1, t) for i, t in enumerate(self.tenants)]
		if self.kind == "planned":
			prepare(self.hv, self.wait)
		old.send("tcp:%s:%d" % (self.to, STREAM_PORT))
		old.event("MIGRATION", status="completed")
		stopped, resumed = old.event("STOP"), new.event("RESUME")
		figures = self.told(old)
		if self.quiet:
			return figures
		self.settle(resumed, work)
		seen = self.prober.results()
		figures.update(judge(seen, stopped, resumed, [work + "/dump0", work + "/dump1"],
				     old_tap.pings()))
		figures["gap_beyond_ms"] = max(0, figures["gap_ms"] - figures["downtime_ms"])
		figures["stopped_ms"] = round(1000 * (resumed - stopped))
		figures["places"] = self.places()
		return figures

	def told(self, old):
		"""By QEMU, which tells the end before it has reckoned."""
		migrate.until("QEMU tells its downtime", lambda: "downtime" in old.call("query-migrate"))
		info = old.call("query-migrate")
		took = info["total-time"] - info.get("setup-time", 0)
		return {"size": self.size, "total_ms": info["total-time"], "downtime_ms": info["downtime"],
			"bytes": info["ram"]["transferred"], "passes": info["ram"]["dirty-sync-count"],
			"mb_s": round(info["ram"]["transferred"] / 1000 / max(took, 1), 2)}

	def settle(self, resumed, work):
		"""Until the guest has answered some pings at its new place, or time is over."""
		def well():
			return len(set(pings_in(work + "/dump1", False))) >= SETTLE

		end = resumed + self.after
		while not well() and time.time() < end:
			time.sleep(0.2)
		given, answered = (pings_in(work + "/dump1", way) for way in (True, False))
		if len(given) >= SETTLE and len(answered) < SETTLE:
			raise Hung("the guest took %d pings at its new place and answered %d" %
				   (len(given), len(answered)))

	def places(self):
		"""Where each segment has it, when no plan is left."""
		station = bytes.fromhex(qemu.MAC.replace(":", ""))
		if not self.hv:
			return []
		for one in self.hv:
			migrate.until("no move is left", lambda one=one: one.tells()["moves"] == 0)
		return [one.where(one.table(), station) for one in self.hv]


def main():
	"""See above."""
	states, size, kind, stream, to, tenants = sys.argv[1:7]
	options = dict(word.split("=", 1) for word in sys.argv[7:])
	try:
		run = Run(states, int(size), kind, stream.split(","), to, tenants.split(","), options)
		print(json.dumps(run.go()))
	except Hung as e:
		print(e, file=sys.stderr)
		sys.exit(3)
	except (qemu.Failed, migrate.Failed) as e:
		sys.exit(str(e))


if __name__ == "__main__":
	main()
