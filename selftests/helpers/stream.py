#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Send numbered datagrams from some namespaces to another, and count what arrives there.

  stream.py MS TO ADDRESS FROM ADDRESS KIND[,KIND...] [FROM ADDRESS KIND[,KIND...]]...

Each KIND (unicast, multicast, broadcast) from each namespace is a stream; every MS milliseconds one
datagram of each is sent to ADDRESS in TO. Says "flowing" when all have arrived for the first time.
Goes on until SIGTERM, then waits for what is on its way and prints a line for each stream.

Exit: 0 when everything arrived once and in its order.
"""

import os
import select
import signal
import socket
import struct
import sys
import time

import serve

PORT = 7001
GROUP = "239.1.1.1"
SO_RCVBUFFORCE = 33
# How long nothing more has come, in seconds, when the rest is taken for lost.
QUIET = 2


class Stream:
	"""One stream, with what became of it."""

	def __init__(self, number, netns, source, kind, dest):
		serve.enter(netns)
		self.name = "%s from %s" % (kind, source)
		self.head = struct.pack("!B", number)
		self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
		self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
		self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
		to = {"unicast": dest, "multicast": GROUP, "broadcast": dest.rsplit(".", 1)[0] + ".255"}
		self.sock.bind((source, 0))
		self.sock.connect((to[kind], PORT))
		self.sent = 0
		self.seen = set()
		self.last = -1
		self.twice = 0
		self.late = 0

	def send(self):
		"""The next one."""
		self.sock.send(self.head + struct.pack("!I", self.sent))
		self.sent += 1

	def arrived(self, number):
		"""One of them."""
		if number in self.seen:
			self.twice += 1
			return
		self.seen.add(number)
		if number < self.last:
			self.late += 1
		self.last = max(self.last, number)

	def good(self):
		"""Did each arrive once, in its order?"""
		return self.sent == len(self.seen) and not self.twice and not self.late

	def __str__(self):
		lost = sorted(set(range(self.sent)) - self.seen)
		return "%s: %d sent, %d lost%s, %d twice, %d out of order" % (
			self.name, self.sent, len(lost), " %s" % lost[:20] if lost else "", self.twice, self.late)


def receiver(netns, address):
	"""A socket for all streams."""
	serve.enter(netns)
	sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
	sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
			socket.inet_aton(GROUP) + socket.inet_aton(address))
	sock.bind(("", PORT))
	sock.setblocking(False)
	return sock


def take(sock, streams):
	"""All that waits; returns whether something did."""
	some = False
	while True:
		try:
			data = sock.recv(64)
		except BlockingIOError:
			return some
		some = True
		number, count = struct.unpack("!BI", data)
		streams[number].arrived(count)


def flow(sock, streams, interval, stop):
	"""Send and receive until stop is filled."""
	due = time.monotonic()
	flowing = False
	while not stop:
		for s in streams:
			s.send()
		due = max(due + interval, time.monotonic())
		while not stop:
			left = due - time.monotonic()
			if select.select([sock], [], [], max(left, 0))[0]:
				take(sock, streams)
			elif left <= 0:
				break
		if not flowing and all(s.seen for s in streams):
			print("flowing", flush=True)
			flowing = True


def main():
	"""Do all that."""
	interval = float(sys.argv[1]) / 1000
	to, address = sys.argv[2:4]
	streams = []
	for i in range(4, len(sys.argv), 3):
		netns, source, kinds = sys.argv[i:i + 3]
		for kind in kinds.split(","):
			streams.append(Stream(len(streams), netns, source, kind, address))
	sock = receiver(to, address)
	stop = []
	signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
	# A frame waits where it was sent: on one processor they cannot overtake each other.
	os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
	flow(sock, streams, interval, stop)
	while not all(s.good() for s in streams) and select.select([sock], [], [], QUIET)[0]:
		take(sock, streams)
	for s in streams:
		print(s)
	sys.exit(0 if all(s.good() for s in streams) else 1)


if __name__ == "__main__":
	main()
