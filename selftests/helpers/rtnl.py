#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Make devices of kind tenovl by rtnetlink, wrongly.

Every message that makes a device, cut at every byte and with nonsense in its
attributes; what happens to be taken is deleted again. Exit 0 when the kernel
still answers and a good message makes a device.
"""

import errno
import random
import socket
import struct
import sys

RTM_NEWLINK, RTM_DELLINK = 16, 17
F_REQUEST, F_ACK, F_EXCL, F_CREATE = 1, 4, 0x200, 0x400
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO = 1, 3, 4, 18
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_MODE = 1


def attr(number, payload):
	"""One attribute."""
	return struct.pack("=HH", len(payload) + 4, number) + payload + b"\0" * (-len(payload) % 4)


def talk(sock, kind, flags, body):
	"""Send a message; returns its errno."""
	sock.send(struct.pack("=IHHII", 16 + len(body), kind, F_REQUEST | F_ACK | flags, 1, 0) + body)
	data = sock.recv(65536)
	return -struct.unpack_from("=i", data, 16)[0]


def newlink(sock, body):
	"""Try to make a device and delete what came of it."""
	head = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
	err = talk(sock, RTM_NEWLINK, F_CREATE | F_EXCL, head + body)
	if not err:
		for name in (b"fz\0", b"f\0"):
			talk(sock, RTM_DELLINK, 0, head + attr(IFLA_IFNAME, name))
	return err


def info(data=b"", kind=b"tenovl\0"):
	"""The attribute that says the kind."""
	return attr(IFLA_LINKINFO, attr(IFLA_INFO_KIND, kind) + data)


def main():
	"""Try all that."""
	rng = random.Random(7)
	sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
	sock.bind((0, 0))
	sock.settimeout(60)
	name = attr(IFLA_IFNAME, b"fz\0")
	good = name + attr(IFLA_MTU, struct.pack("=I", 1400)) + info()
	bad = [
		name + attr(IFLA_ADDRESS, b"\1\0\0\0\0\1") + info(),
		name + attr(IFLA_ADDRESS, b"\2\0\0") + info(),
		name + attr(IFLA_ADDRESS, b"\0" * 6) + info(),
		name + attr(IFLA_MTU, struct.pack("=I", 3)) + info(),
		name + attr(IFLA_MTU, struct.pack("=I", 0xffffffff)) + info(),
		name + info(attr(IFLA_INFO_DATA, attr(IFLA_MODE, b"\2"))),
		name + info(attr(IFLA_INFO_DATA, attr(IFLA_MODE, b""))),
		name + attr(IFLA_ADDRESS, b"\2\0\0\0\0\1") + info(attr(IFLA_INFO_DATA, attr(IFLA_MODE, b"\1"))),
	]
	wrong = 0
	for body in bad:
		if not newlink(sock, body):
			print("taken: %s" % body.hex())
			wrong += 1
	for cut in range(len(good)):
		newlink(sock, good[:cut])
	for _ in range(400):
		junk = rng.randbytes(rng.choice((0, 1, 4, 9, 40)))
		data = attr(IFLA_INFO_DATA, attr(rng.randrange(0, 40), junk))
		newlink(sock, name + info(data))
	err = newlink(sock, good)
	if err:
		print("a good message is refused afterwards: %s" % errno.errorcode.get(err))
		wrong += 1
	sys.exit(1 if wrong else 0)


if __name__ == "__main__":
	main()
