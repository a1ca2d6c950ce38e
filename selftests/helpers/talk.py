#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What it costs two stations to talk, both ends and all between them in one process, so that nobody
waits for anybody and the clock runs for work alone.

  talk.py round FROM TO ADDR N   a datagram to ADDR, of namespace TO, and one back: nanoseconds each
  talk.py stream FROM TO ADDR N  N megabytes by TCP: nanoseconds a kilobyte
"""

import select
import socket
import sys
import time

import serve

PORT = 7
CHUNK = bytes(1 << 16)
WARM = 100


def pair(kind, source, target, addr):
	"""Two sockets in their namespaces that are connected."""
	family = socket.AF_INET6 if ":" in addr else socket.AF_INET
	serve.enter(target)
	there = socket.socket(family, kind)
	there.bind((addr, PORT))
	if kind == socket.SOCK_STREAM:
		there.listen(1)
	serve.enter(source)
	here = socket.socket(family, kind)
	here.settimeout(30)
	here.connect((addr, PORT))
	if kind == socket.SOCK_STREAM:
		there = there.accept()[0]
	there.settimeout(30)
	return here, there


def rounds(here, there, n):
	"""Nanoseconds of each."""
	for i in range(WARM + n):
		if i == WARM:
			begun = time.monotonic_ns()
		here.send(b"?")
		_, back = there.recvfrom(16)
		there.sendto(b"!", back)
		here.recv(16)
	return (time.monotonic_ns() - begun) // n


def stream(here, there, size):
	"""Nanoseconds a kilobyte, of what comes after the first megabyte."""
	here.setblocking(False)
	there.setblocking(False)
	sent = got = 0
	begun = None
	while got < size:
		if begun is None and got >= 1 << 20:
			begun, first = time.monotonic_ns(), got
		select.select([there], [here] if sent < size else [], [], 30)
		try:
			while sent < size:
				sent += here.send(CHUNK)
		except BlockingIOError:
			pass
		try:
			while got < size:
				got += len(there.recv(1 << 18))
		except BlockingIOError:
			pass
	return (time.monotonic_ns() - begun) * 1024 // (got - first)


def main():
	"""Prints one number."""
	verb, source, target, addr, n = sys.argv[1:]
	if verb == "round":
		print(rounds(*pair(socket.SOCK_DGRAM, source, target, addr), int(n)))
	else:
		print(stream(*pair(socket.SOCK_STREAM, source, target, addr), int(n) << 20))


if __name__ == "__main__":
	main()
