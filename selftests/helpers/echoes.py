#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Ask every MS milliseconds, until SIGTERM, and tell what is answered; or answer.

  echoes.py MS ADDRESS	"answer=N" for each
  echoes.py answer	says "ready" and answers

By UDP, with room. Those who ask with ping and answer in the kernel lose some when all that waited
while a station moved comes at once: its socket holds some 170, and the kernel's answers have no more
room than that either.
"""

import select
import socket
import struct
import sys
import time

PORT = 7010
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
ROOM = 64 << 20


def room():
	"""A socket for both families."""
	sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
	sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
	sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, ROOM)
	return sock


def answer():
	"""Send back what comes."""
	sock = room()
	sock.bind(("::", PORT))
	print("ready", flush=True)
	while True:
		data, whence = sock.recvfrom(2048)
		try:
			sock.sendto(data, whence)
		except OSError as e:
			print("no answer to %s: %s" % (whence[0], e), flush=True)


def ask(step, to):
	"""Send and listen."""
	sock = room()
	seq, due = 0, time.monotonic()
	while True:
		now = time.monotonic()
		if now >= due:
			seq += 1
			# Behind time, as after SIGSTOP, none are sent that should have been.
			due = max(due + step, now)
			try:
				sock.sendto(struct.pack("!I", seq) + bytes(44), (to, PORT))
			except OSError as e:
				print("%d is not sent: %s" % (seq, e), flush=True)
		if select.select([sock], [], [], max(0, due - time.monotonic()))[0]:
			try:
				print("answer=%d" % struct.unpack_from("!I", sock.recv(2048)), flush=True)
			except OSError as e:
				print("somebody says: %s" % e, flush=True)


def main():
	"""As either."""
	if sys.argv[1] == "answer":
		answer()
	else:
		ask(float(sys.argv[1]) / 1000, sys.argv[2] if ":" in sys.argv[2] else "::ffff:" + sys.argv[2])


if __name__ == "__main__":
	main()
