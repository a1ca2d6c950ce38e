#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Send many datagrams in one call (UDP_SEGMENT), or check that they arrive.

  udpgso.py send ADDR COUNT      COUNT datagrams of 1000 bytes to port 7000
  udpgso.py time ADDR COUNT N    the same N times; says how many nanoseconds each took
  udpgso.py receive ADDR COUNT   says "all COUNT" when they came, whole and in order
"""

import socket
import struct
import sys
import time

UDP_SEGMENT = 103
SIZE = 1000
PORT = 7000


def payload(n):
	"""The bytes of datagram n."""
	return struct.pack("!I", n) + bytes((n + i) & 0xff for i in range(SIZE - 4))


def main():
	"""Send or receive."""
	verb, addr, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
	times = int(sys.argv[4]) if verb == "time" else 1
	family = socket.AF_INET6 if ":" in addr else socket.AF_INET
	sock = socket.socket(family, socket.SOCK_DGRAM)
	if verb in ("send", "time"):
		sock.connect((addr, PORT))
		data = b"".join(payload(n) for n in range(count))
		control = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", SIZE))]
		sock.sendmsg([data], control)
		begun = time.monotonic_ns()
		for _ in range(times - 1):
			sock.sendmsg([data], control)
		if times > 1:
			print((time.monotonic_ns() - begun) // (times - 1))
		return
	sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
	sock.settimeout(120)
	sock.bind((addr, PORT))
	for n in range(count):
		data = sock.recv(65536)
		if data != payload(n):
			sys.exit("datagram %d is not what was sent: %d bytes" % (n, len(data)))
	print("all %d" % count, flush=True)


if __name__ == "__main__":
	main()
