#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Send probes between the VMs of a tenant while a subnet of it moves, and tell what was lost.

  probes.py MODEL SUBNET MS

MODEL holds what "ovctl export" and then what "ovctl -j vm show" print. All VMs send each other
datagrams, by IPv4 and IPv6: the last VM of the subnet and the last one of another in either
direction one every MS milliseconds, or as often as the machine lets them; of all other ways one
has its turn each time. Prints "ready" once all have arrived that were sent so far, and goes on until SIGTERM.
SIGUSR1 says that a move begins. Then prints, for VMs of the subnet and for all others, how many
probes were sent and lost, and of the subnet the outage of each move, by those that are frequent:
from the first probe lost to the next one of that way that arrived, the longest of these ways.
Exit: 0 where no probe between VMs of other subnets is lost.
"""

import select
import signal
import socket
import statistics
import sys
import time

import reach

PORT = 7009

# What is on its way when all is over has so long to arrive.
LATE = 2.0


class Way:
	"""From one VM to another, by one family."""

	def __init__(self, number, one, two, moved):
		self.number = number
		self.one = one
		self.two = two
		self.moved = moved
		self.sent = []		# when, by sequence
		self.lost = set()	# which sequences have not arrived

	def send(self, now):
		"""The next probe."""
		self.lost.add(len(self.sent))
		text = "%d %d" % (self.number, len(self.sent))
		self.sent.append(now)
		try:
			self.one.sock.sendto(text.encode(), (self.two.addr, PORT))
		except OSError:
			pass	# it has no device just now

	def gaps(self):
		"""When probes were lost in a row, and when the next one was sent."""
		found = []
		for sequence in sorted(self.lost):
			start = self.sent[sequence]
			end = self.sent[min(sequence + 1, len(self.sent) - 1)]
			if found and found[-1][1] == start:
				found[-1][1] = end
			else:
				found.append([start, end])
		return found


class Probes:
	"""All ways, and the moves."""

	def __init__(self, model, subnet):
		tenants = reach.read_models([model])
		reach.PORT = PORT
		stations = reach.Asking(tenants, "all").stations
		self.ways = []
		self.moves = []
		self.over = False
		for one in stations:
			for two in stations:
				if one is two or one.family != two.family:
					continue
				moved = subnet in (one.vm["subnet"], two.vm["subnet"])
				self.ways.append(Way(len(self.ways), one, two, moved))
		last = [[s for s in stations if (s.vm["subnet"] == subnet) == at][-2:]
			for at in (True, False)]
		ends = [s for pair in last for s in pair]
		self.often = [w for w in self.ways if w.moved and w.one in ends and w.two in ends and
			      w.one.vm["subnet"] != w.two.vm["subnet"]]
		self.others = [w for w in self.ways if w not in self.often]
		self.by_fd = {s.sock.fileno(): s for s in stations}
		self.poll = select.poll()
		for station in stations:
			station.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
			self.poll.register(station.sock.fileno(), select.POLLIN)
		signal.signal(signal.SIGUSR1, lambda *_: self.moves.append(time.monotonic()))
		signal.signal(signal.SIGTERM, lambda *_: setattr(self, "over", True))

	def hear(self, until):
		"""Take what arrives."""
		while True:
			ready = self.poll.poll(max(0, until - time.monotonic()) * 1000)
			for fd, _ in ready:
				self.take(self.by_fd[fd].sock)
			if time.monotonic() >= until:
				return

	def take(self, sock):
		"""All that waits at a station."""
		while True:
			try:
				number, sequence = sock.recv(100).split()
			except BlockingIOError:
				return
			except OSError:
				continue
			self.ways[int(number)].lost.discard(int(sequence))

	def run(self, interval):
		"""Send until it is over."""
		ready = False
		turn = 0
		due = time.monotonic()
		while not self.over:
			now = time.monotonic()
			for way in self.often:
				if (way.one.family == 4) == (turn % 2 == 0):
					way.send(now)
			self.others[turn % len(self.others)].send(now)
			turn += 1
			due = max(due + interval, time.monotonic())
			self.hear(due)
			if not ready and turn > 2 * len(self.others) and not any(
					way.lost for way in self.ways):
				ready = True
				print("ready", flush=True)
		self.hear(time.monotonic() + LATE)

	def outages(self):
		"""Of each move the longest, in milliseconds."""
		longest = [0.0] * len(self.moves)
		for way in self.often:
			for start, end in way.gaps():
				at = sum(1 for move in self.moves if move <= start) - 1
				if at >= 0:
					longest[at] = max(longest[at], (end - start) * 1000)
		return longest

	def tell(self):
		"""See above; how many others are lost."""
		for what, ways in (("the subnet", [w for w in self.ways if w.moved]),
				   ("others", [w for w in self.ways if not w.moved])):
			print("%s: %d of %d probes lost, by %d ways" % (
				what, sum(len(w.lost) for w in ways), sum(len(w.sent) for w in ways),
				len(ways)))
		long = self.outages()
		if long:
			print("%d moves: outage longest %.1f ms, median %.1f ms, shortest %.1f ms" % (
				len(long), max(long), statistics.median(long), min(long)))
		often = self.often[0].sent
		print("a probe every %.1f ms" % (1000 * (often[-1] - often[0]) / (len(often) - 1) / 2))
		bad = [w for w in self.ways if w.lost and not w.moved]
		for way in bad[:10]:
			print("lost from %s to %s: %d, the first of them %.1f ms after a move began" % (
				way.one.name, way.two.name, len(way.lost),
				min((1000 * (way.sent[min(way.lost)] - m) for m in self.moves
				     if m <= way.sent[min(way.lost)]), default=-1)))
		return len(bad)


def main():
	"""See above."""
	model, subnet, interval = sys.argv[1:4]
	probes = Probes(model, int(subnet))
	probes.run(float(interval) / 1000)
	sys.exit(1 if probes.tell() else 0)


if __name__ == "__main__":
	main()
