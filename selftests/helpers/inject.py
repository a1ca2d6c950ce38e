#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Send frames that no well-behaved sender sends.

Reads one packet a line from stdin, words of the form key=value:

  n=3                          how many copies
  src=ADDR dst=ADDR            outer addresses (the source has to be the machine's)
  tos=N ttl=N                  of the outer header
  enc=vxlan|gre|udp|frame|tun  what goes into it; "frame": no outer header, sent as it is; "tun": the
                               bytes of raw as a packet that a tun device receives
  sport=N dport=N ucsum=good|zero|bad
  vni=N vflags=HEX8 vlow=N     VXLAN: the network, the first word, the last byte
  gflags=HEX4 key=N gproto=HEX4 gcsum=good|bad seq=N
  dstopt=HEX                   IPv6: a destination options header of these bytes
  smac= dmac= vlan=ID[,ID]     the inner Ethernet header
  ip4=SRC,DST ip6=SRC,DST itos=N ettl=N    an inner UDP packet between these
  etype=HEX4 body=HEX          or these bytes behind the Ethernet header
  raw=HEX                      or these bytes in place of the whole inner frame
  bare=1                       no inner Ethernet header, and gproto is that of the inner packet
  pay=N fill=N                 bytes of inner payload, and their value
  cut=N                        only so much of what follows the outer IP header
  first=N                      in fragments, of which the first holds N bytes of that (a multiple of 8)
  via=DEV                      for enc=frame: where to send it; for enc=tun: the tun device to come out of
  nest=SRC,DST,VNI,SMAC,DMAC;... VXLAN in VXLAN: for each, outermost first, the outer addresses, the
                               network, and the Ethernet header inside

Numbers are decimal or 0x. Exit: 0, or 1 when a packet could not be sent.
"""

import fcntl
import functools
import itertools
import os
import socket
import struct
import sys

SO_NO_CHECK = 11
IP_MTU_DISCOVER = 10
IPV6_MTU_DISCOVER = 23
IPV6_DSTOPTS = 59
IPV6_FRAGMENT = 44
UDP, GRE = 17, 47
IDENTS = itertools.count(os.getpid() << 8 & 0xff00 | 1)
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000


def csum(data, start=0):
	"""The Internet checksum."""
	if len(data) % 2:
		data += b"\0"
	total = start + sum(struct.unpack("!%dH" % (len(data) // 2), data))
	while total >> 16:
		total = (total & 0xffff) + (total >> 16)
	return ~total & 0xffff


def mac(text):
	"""A MAC address as bytes."""
	return bytes.fromhex(text.replace(":", ""))


def address(text):
	"""The family and the bytes of an address."""
	family = socket.AF_INET6 if ":" in text else socket.AF_INET
	return family, socket.inet_pton(family, text)


def pseudo(src, dst, proto, length):
	"""The pseudo header that a checksum covers."""
	if len(src) == 4:
		return src + dst + struct.pack("!BBH", 0, proto, length)
	return src + dst + struct.pack("!IHBB", length, 0, 0, proto)


def udp(src, dst, sport, dport, payload, mode="good"):
	"""A UDP datagram between two addresses given as bytes."""
	length = 8 + len(payload)
	head = struct.pack("!HHHH", sport, dport, length, 0)
	value = csum(pseudo(src, dst, UDP, length) + head + payload) or 0xffff
	if mode == "bad":
		value ^= 0x5555
	if mode == "zero":
		value = 0
	return struct.pack("!HHHH", sport, dport, length, value) + payload


def inner_ip(p):
	"""The inner IP packet, if one is asked for: its Ethernet type and bytes."""
	tos, ttl = number(p, "itos", 0), number(p, "ettl", 64)
	pay = bytes(i & 0xff for i in range(number(p, "pay", 64)))
	if "fill" in p:
		pay = bytes([number(p, "fill", 0)]) * len(pay)
	if "ip4" in p:
		src, dst = (socket.inet_pton(socket.AF_INET, a) for a in p["ip4"].split(","))
		body = udp(src, dst, 7777, number(p, "iport", 9), pay)
		head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(body), 0, 0, ttl, UDP, 0) + src + dst
		head = head[:10] + struct.pack("!H", csum(head)) + head[12:]
		return 0x0800, head + body
	if "ip6" in p:
		src, dst = (socket.inet_pton(socket.AF_INET6, a) for a in p["ip6"].split(","))
		body = udp(src, dst, 7777, number(p, "iport", 9), pay)
		return 0x86dd, struct.pack("!IHBB", 6 << 28 | tos << 20, len(body), UDP, ttl) + src + dst + body
	return int(p.get("etype", "88b5"), 16), bytes.fromhex(p["body"]) if "body" in p else pay


def inner(p):
	"""The inner Ethernet frame."""
	if "raw" in p:
		return bytes.fromhex(p["raw"])
	kind, body = inner_ip(p)
	if "bare" in p:
		p.setdefault("gproto", "%04x" % kind)
		return body
	out = mac(p.get("dmac", "ff:ff:ff:ff:ff:ff")) + mac(p.get("smac", "02:00:00:00:00:99"))
	for tag in filter(None, p.get("vlan", "").split(",")):
		out += struct.pack("!HH", 0x8100, int(tag))
	return out + struct.pack("!H", kind) + body


def gre(p, frame):
	"""A GRE packet."""
	flags = int(p.get("gflags", "2000"), 16)
	if "gcsum" in p:
		flags |= 0x8000
	if "seq" in p:
		flags |= 0x1000
	head = struct.pack("!HH", flags, int(p.get("gproto", "6558"), 16))
	tail = b""
	if flags & 0x2000:
		tail += struct.pack("!I", number(p, "key", 0))
	if flags & 0x1000:
		tail += struct.pack("!I", number(p, "seq", 0))
	if flags & 0x8000:
		value = csum(head + b"\0\0\0\0" + tail + frame)
		if p.get("gcsum") == "bad":
			value ^= 0x1111
		head += struct.pack("!HH", value, 0)
	return head + tail + frame


def number(p, key, default):
	"""A number of a line."""
	return int(p[key], 0) if key in p else default


def build(p, src, dst):
	"""What follows the outer IP header, and its protocol."""
	enc = p.get("enc", "vxlan")
	if enc == "gre":
		return GRE, gre(p, inner(p))
	payload = inner(p)
	if enc == "vxlan":
		payload = struct.pack("!II", int(p.get("vflags", "08000000"), 16),
				      number(p, "vni", 0) << 8 | number(p, "vlow", 0)) + payload
	if "cut" in p:
		payload = payload[:max(0, number(p, "cut", 0) - 8)]
	return UDP, udp(src, dst, number(p, "sport", 50000), number(p, "dport", 4789),
			payload, p.get("ucsum", "good"))


def outer_socket(p, family, proto):
	"""A raw socket that adds the outer IP header."""
	s = socket.socket(family, socket.SOCK_RAW, proto)
	s.bind((p["src"], 0))
	if family == socket.AF_INET:
		s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, 0)
		if "tos" in p:
			s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, number(p, "tos", 0))
		if "ttl" in p:
			s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, number(p, "ttl", 64))
		return s
	s.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0)
	if "tos" in p:
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, number(p, "tos", 0))
	if "ttl" in p:
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, number(p, "ttl", 64))
	if "dstopt" in p:
		s.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, bytes.fromhex(p["dstopt"]))
	return s


@functools.lru_cache(None)
def packet_socket():
	"""One for all lines: each that is closed waits for a grace period."""
	return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)


def send_tun(p, count):
	"""Have a tun device receive a packet."""
	fd = os.open("/dev/net/tun", os.O_RDWR)
	fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", p["via"].encode(), IFF_TUN | IFF_NO_PI))
	for _ in range(count):
		os.write(fd, bytes.fromhex(p["raw"]))
	os.close(fd)


def nested(p):
	"""Of the layers of nest: the outermost as keys of its own, all that is inside it as raw."""
	layers = [layer.split(",") for layer in p["nest"].split(";") if layer]
	p = dict(p)
	kind, body = inner_ip(p)
	frame = struct.pack("!H", kind) + body
	for src, dst, vni, smac, dmac in reversed(layers):
		frame = mac(dmac) + mac(smac) + frame
		p.update(src=src, dst=dst, vni=vni, raw=frame.hex())
		frame = struct.pack("!II", 0x08000000, int(vni) << 8) + frame
		src, dst = socket.inet_aton(src), socket.inet_aton(dst)
		body = udp(src, dst, 50000, 4789, frame)
		head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, UDP, 0) + src + dst
		head = head[:10] + struct.pack("!H", csum(head)) + head[12:]
		frame = struct.pack("!H", 0x0800) + head + body
	return p


def fragments(src, dst, proto, data, first):
	"""The IP packets, headers and all, that make one of these bytes."""
	ident = next(IDENTS) & 0xffff
	ends = [first] + list(range(first + 1024, len(data), 1024)) + [len(data)]
	for at, end in zip([0] + ends, ends):
		more, part = end < len(data), data[at:end]
		if len(src) == 4:
			yield struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(part), ident, more << 13 | at >> 3, 64,
					  proto, 0) + src + dst + part
		else:
			yield struct.pack("!IHBB", 6 << 28, 8 + len(part), IPV6_FRAGMENT, 64) + src + dst + \
				struct.pack("!BBHI", proto, 0, at | more, ident) + part


def send_fragments(p, count):
	"""Send a packet in hand-made fragments."""
	family, dst = address(p["dst"])
	_, src = address(p["src"])
	proto, data = build(p, src, dst)
	s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
	for _ in range(count):
		for packet in fragments(src, dst, proto, data, number(p, "first", 8)):
			s.sendto(packet, (p["dst"], 0))
	s.close()


def send(p):
	"""Send the packet of one line."""
	count = number(p, "n", 1)
	if p.get("enc") == "tun":
		send_tun(p, count)
		return
	if "nest" in p:
		p = nested(p)
	if p.get("enc") == "frame":
		frame = inner(p)
		if "cut" in p:
			frame = frame[:number(p, "cut", 0)]
		for _ in range(count):
			packet_socket().sendto(frame, (p["via"], 0))
		return
	if "first" in p:
		send_fragments(p, count)
		return
	family, dst = address(p["dst"])
	_, src = address(p["src"])
	proto, data = build(p, src, dst)
	if "cut" in p and proto == GRE:
		data = data[:number(p, "cut", 0)]
	s = outer_socket(p, family, proto)
	for _ in range(count):
		s.sendto(data, (p["dst"], 0))
	s.close()


def main():
	"""Send each line."""
	bad = 0
	for line in sys.stdin:
		words = line.split()
		if not words or words[0].startswith("#"):
			continue
		p = dict(w.split("=", 1) for w in words)
		try:
			send(p)
		except OSError as e:
			print("inject.py: %s: %s" % (line.strip(), e), file=sys.stderr)
			bad = 1
	sys.exit(bad)


if __name__ == "__main__":
	main()
