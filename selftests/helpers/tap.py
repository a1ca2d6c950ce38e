#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Be the guest behind a tap, as a virtual machine's backend is: frames with a virtio-net header.

  tap.py TAP MAC IP DMAC DIP talk     pings DIP, in a frame whose checksum is done; asks a closed UDP
                                      port of it, in one whose checksum is left to do; and sends what
                                      is on stdin to its TCP port 7001, in large frames to be cut
  tap.py TAP MAC IP DMAC DIP flood N  sends N large frames to all, to be cut in SEGMENTS each

What comes back is looked at: addresses, checksums, and that it is the answer to what was sent.
Exit: 0 when all was answered, else 1 and why.
"""

import fcntl
import os
import select
import socket
import struct
import sys
import time

from inject import csum, mac, pseudo

TUNSETIFF, TUNSETOFFLOAD = 0x400454ca, 0x400454d0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
# What such a backend lets come to its guest: checksums to do, and large frames of TCP.
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4
NEEDS_CSUM, GSO_TCPV4 = 1, 1
HDR = "=BBHHHH"

ICMP, TCP, UDP = 1, 6, 17
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ETH, IP4 = 14, 20
MSS = 1400
AT_ONCE = 10
SEGMENTS = 60
PATIENCE = 60


def ip4(src, dst, proto, body):
	"""An IPv4 packet."""
	head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, IP4 + len(body), 0, 0x4000, 64, proto, 0, src, dst)
	return head[:10] + struct.pack("!H", csum(head)) + head[12:] + body


class Guest:
	"""One station, and whom it talks with."""

	def __init__(self, tap, own, own_ip, other, other_ip):
		self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
		fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("=16sH22x", tap.encode(),
							     IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
		fcntl.ioctl(self.fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
		self.mac, self.other_mac = mac(own), mac(other)
		self.ip, self.other_ip = socket.inet_aton(own_ip), socket.inet_aton(other_ip)

	def send(self, frame, flags=0, gso=0, size=0, header=0, start=0, offset=0):
		"""A frame, and what is left to do with it."""
		os.write(self.fd, struct.pack(HDR, flags, gso, header, size, start, offset) + frame)

	def packet(self, proto, body, **hints):
		"""An IPv4 packet to the other."""
		self.send(self.other_mac + self.mac + b"\x08\x00" +
			  ip4(self.ip, self.other_ip, proto, body), **hints)

	def left_to_do(self, proto, body, at, **hints):
		"""The same, of whose checksum only the pseudo header's part is done."""
		part = ~csum(pseudo(self.ip, self.other_ip, proto, len(body))) & 0xffff
		self.packet(proto, body[:at] + struct.pack("!H", part) + body[at + 2:],
			    flags=NEEDS_CSUM, start=ETH + IP4, offset=at, **hints)

	def answer_arp(self, body):
		"""Who asks for this station is told."""
		if body[6:8] == b"\0\1" and body[24:28] == self.ip:
			self.send(body[8:14] + self.mac + b"\x08\x06" + body[:6] + b"\0\2" + self.mac +
				  self.ip + body[8:18])

	def sound(self, flags, start, offset, frame):
		"""Does the checksum of a transport header hold, done or to do?"""
		end = ETH + struct.unpack_from("!H", frame, ETH + 2)[0]
		proto, body = frame[ETH + 9], frame[ETH + IP4:end]
		over = b"" if proto == ICMP else pseudo(frame[ETH + 12:ETH + 16],
						       frame[ETH + 16:ETH + 20], proto, len(body))
		if not flags & NEEDS_CSUM:
			return csum(over + body) == 0
		at = {TCP: 16, UDP: 6}.get(proto)
		return start == ETH + IP4 and offset == at and \
			struct.unpack_from("!H", body, at)[0] == ~csum(over) & 0xffff

	def receive(self, proto):
		"""The body of the next packet of a protocol that is for this station."""
		end = time.monotonic() + PATIENCE
		while time.monotonic() < end:
			if not select.select([self.fd], [], [], 1)[0]:
				continue
			data = os.read(self.fd, 1 << 17)
			flags, _, _, _, start, offset = struct.unpack_from(HDR, data)
			frame = data[10:]
			if frame[12:14] == b"\x08\x06":
				self.answer_arp(frame[ETH:])
			if frame[:6] != self.mac or frame[12:14] != b"\x08\0" or frame[ETH + 9] != proto:
				continue
			if frame[6:12] != self.other_mac or frame[ETH + 12:ETH + 16] != self.other_ip:
				sys.exit("an answer from somebody else: %s" % frame.hex())
			if csum(frame[ETH:ETH + IP4]) or not self.sound(flags, start, offset, frame):
				sys.exit("an answer with a wrong checksum: %s" % data.hex())
			return frame[ETH + IP4:ETH + struct.unpack_from("!H", frame, ETH + 2)[0]]
		sys.exit("no answer (protocol %d)" % proto)

	def ping(self):
		"""A frame like any other."""
		body = struct.pack("!BBHHH", 8, 0, 0, 77, 1) + bytes(range(100))
		self.packet(ICMP, body[:2] + struct.pack("!H", csum(body)) + body[4:])
		got = self.receive(ICMP)
		if got[0] or got[4:] != body[4:]:
			sys.exit("not the answer to a ping: %s" % got.hex())

	def ask_closed(self):
		"""The answer quotes the datagram as it came: with its checksum done."""
		body = struct.pack("!HHHH", 7777, 9, 8 + 51, 0) + bytes(range(51))
		self.left_to_do(UDP, body, 6)
		got = self.receive(ICMP)
		if got[:2] != b"\3\3":
			sys.exit("not what a closed port answers: %s" % got.hex())
		quoted = got[8 + IP4:]
		if quoted[:6] != body[:6] or quoted[8:] != body[8:]:
			sys.exit("another datagram came than was sent: %s" % quoted.hex())
		if csum(pseudo(self.ip, self.other_ip, UDP, len(quoted)) + quoted):
			sys.exit("its checksum was not done: %s" % quoted.hex())

	def segment(self, flags, seq, ack, payload=b"", options=b""):
		"""One of TCP, or many in one frame."""
		head = struct.pack("!HHIIBBHHH", 7777, 7001, seq & 0xffffffff, ack,
				   (20 + len(options)) // 4 << 4, flags, 65535, 0, 0) + options
		large = {"gso": GSO_TCPV4, "size": MSS, "header": ETH + IP4 + len(head)} \
			if len(payload) > MSS else {}
		self.left_to_do(TCP, head + payload, 16, **large)

	def acked(self, upto):
		"""Wait until the other has so much; returns what it sent last."""
		while True:
			_, _, seq, ack, _, flags = struct.unpack_from("!HHIIBB", self.receive(TCP))
			if flags & RST:
				sys.exit("the connection was refused or ended")
			if flags & ACK and ack - upto & 0xffffffff < 1 << 31:
				return seq + bool(flags & (SYN | FIN))

	def give(self, data):
		"""A connection that carries this, in large frames."""
		seq = 0x1000
		self.segment(SYN, seq, 0, options=struct.pack("!BBH", 2, 4, MSS))
		seq += 1
		ack = self.acked(seq)
		self.segment(ACK, seq, ack)
		for at in range(0, len(data), AT_ONCE * MSS):
			part = data[at:at + AT_ONCE * MSS]
			self.segment(ACK | PSH, seq, ack, part)
			seq += len(part)
			self.acked(seq)
		self.segment(FIN | ACK, seq, ack)
		self.segment(ACK, seq + 1, self.acked(seq + 1))

	def flood(self, count):
		"""Large frames to all."""
		self.other_mac = b"\xff" * 6
		for n in range(count):
			head = struct.pack("!HHIIBBHHH", 7777, 7002, n, 0, 5 << 4, ACK, 65535, 0, 0)
			self.left_to_do(TCP, head + bytes(SEGMENTS * 1000), 16, gso=GSO_TCPV4,
					size=1000, header=ETH + IP4 + len(head))


def main():
	"""Open the tap, and pick the verb."""
	guest = Guest(*sys.argv[1:6])
	verb = sys.argv[6]
	if verb == "flood":
		guest.flood(int(sys.argv[7]))
		return
	guest.ping()
	guest.ask_closed()
	guest.give(sys.stdin.buffer.read())


if __name__ == "__main__":
	main()
