#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run a command and tell how a packet that it makes looks on the wire.

  sent.py DEV ISRC IPROTO KEY... -- COMMAND...

Listens on DEV, runs COMMAND, and prints the values of the keys (see pcap.py) of
the first packet whose inner source and protocol are these. Exit: 0, 1 when the
command failed, 2 when no such packet came.
"""

import select
import socket
import subprocess
import sys
import time

import pcap


def main():
	"""Listen, run, print."""
	cut = sys.argv.index("--")
	dev, isrc, iproto = sys.argv[1:4]
	keys, command = sys.argv[4:cut], sys.argv[cut + 1:]
	sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
	sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
	sock.bind((dev, 0))
	done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
	if done.returncode:
		sys.stderr.write(done.stdout.decode(errors="replace"))
		sys.exit(1)
	end = time.monotonic() + 10
	while time.monotonic() < end:
		if not select.select([sock], [], [], 1)[0]:
			continue
		data, where = sock.recvfrom(65536)
		if where[2] == socket.PACKET_OUTGOING:
			continue
		out = pcap.decode(pcap.LINK_ETHERNET, len(data), data)
		if str(out.get("isrc")) == isrc and str(out.get("iproto")) == iproto:
			print(" ".join(str(out.get(k, "-")) for k in keys))
			sys.exit(0)
	sys.exit(2)


if __name__ == "__main__":
	main()
