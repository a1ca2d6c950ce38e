#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tell what is in a capture of encapsulated frames, one packet a line.

  pcap.py FILE [KEY...]

Without keys each line holds all that was found as key=value; with keys only
their values, separated by blanks, "-" for none. Frames that are not VXLAN
(UDP port 4789 or as VXLAN_PORTS says) or GRE are shown by their own header.

  len           bytes on the wire, from the Ethernet header
  v src dst tos ecn dscp ttl df frag id proto    the outer IP header; dstopt when there is one
  sport dport ulen ucsum     UDP; ucsum is zero, good or bad
  enc           vxlan, gre, or nothing
  vflags vni vlow            VXLAN
  gflags gproto key seq gcsum    GRE
  hex           all bytes; only told when asked for
  dmac smac vlan etype iv isrc idst itos iecn idscp ittl iproto ilen     the inner frame; of a
                             packet without an Ethernet header only what is of IP
"""

import os
import socket
import struct
import sys

PORTS = {int(p) for p in os.environ.get("VXLAN_PORTS", "4789").split(",")}
LINK_ETHERNET, LINK_COOKED = 1, 113


def packets(path):
	"""The link type and bytes of each packet of a classic pcap file."""
	with open(path, "rb") as f:
		data = f.read()
	magic = data[:4]
	order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
	link = struct.unpack_from(order + "I", data, 20)[0]
	at = 24
	while at + 16 <= len(data):
		_, _, kept, length = struct.unpack_from(order + "IIII", data, at)
		yield link, length, data[at + 16:at + 16 + kept]
		at += 16 + kept


def folded(data):
	"""The folded one's complement sum of some bytes."""
	if len(data) % 2:
		data += b"\0"
	total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
	while total >> 16:
		total = (total & 0xffff) + (total >> 16)
	return total


def tos_fields(out, prefix, tos):
	"""The parts of a TOS byte."""
	out[prefix + "tos"] = tos
	out[prefix + "ecn"] = tos & 3
	out[prefix + "dscp"] = tos >> 2


def ip_header(data, out, prefix):
	"""Read an IP header; returns its protocol, pseudo header and payload, or None."""
	if len(data) < 20:
		return None
	version = data[0] >> 4
	out[prefix + "v"] = version
	if version == 4:
		size = (data[0] & 15) * 4
		total, ident, frag = struct.unpack_from("!HHH", data, 2)
		tos_fields(out, prefix, data[1])
		out.update({prefix + "ttl": data[8], prefix + "proto": data[9], prefix + "id": ident,
			    prefix + "df": frag >> 14 & 1, prefix + "frag": int(bool(frag & 0x3fff)),
			    prefix + "src": socket.inet_ntop(socket.AF_INET, data[12:16]),
			    prefix + "dst": socket.inet_ntop(socket.AF_INET, data[16:20]),
			    prefix + "len": total})
		return data[9], data[12:20], data[size:total or None]
	if version != 6 or len(data) < 40:
		return None
	word, length, proto, hops = struct.unpack_from("!IHBB", data)
	tos_fields(out, prefix, word >> 20 & 0xff)
	out.update({prefix + "ttl": hops, prefix + "flow": word & 0xfffff, prefix + "frag": 0,
		    prefix + "src": socket.inet_ntop(socket.AF_INET6, data[8:24]),
		    prefix + "dst": socket.inet_ntop(socket.AF_INET6, data[24:40]),
		    prefix + "len": length + 40})
	rest = data[40:40 + length] if length else data[40:]
	proto, rest = extensions(proto, rest, out, prefix)
	out[prefix + "proto"] = proto
	return proto, data[8:40], rest


def extensions(proto, rest, out, prefix):
	"""Walk the extension headers of IPv6."""
	while proto in (0, 43, 60, 44) and len(rest) >= 8:
		if proto == 44:
			out[prefix + "frag"] = 1
			size = 8
		else:
			size = 8 + rest[1] * 8
		if proto == 60:
			out[prefix + "dstopt"] = rest[2:size].hex()
		proto, rest = rest[0], rest[size:]
	return proto, rest


def udp_header(addresses, data, out):
	"""Read a UDP header; returns the payload."""
	sport, dport, length, check = struct.unpack_from("!HHHH", data)
	out.update({"sport": sport, "dport": dport, "ulen": length})
	if check == 0:
		out["ucsum"] = "zero"
	else:
		pseudo = addresses + struct.pack("!II", length, 17)
		out["ucsum"] = "good" if folded(pseudo + data[:length]) == 0xffff else "bad"
	return data[8:]


def gre_header(data, out):
	"""Read a GRE header; returns the payload."""
	flags, proto = struct.unpack_from("!HH", data)
	out.update({"enc": "gre", "gflags": "%04x" % flags, "gproto": "%04x" % proto})
	at = 4
	if flags & 0x8000:
		out["gcsum"] = "good" if folded(data) == 0xffff else "bad"
		at += 4
	if flags & 0x2000:
		# A fragment may end before it.
		if len(data) < at + 4:
			return b""
		out["key"] = struct.unpack_from("!I", data, at)[0]
		at += 4
	if flags & 0x1000:
		out["seq"] = struct.unpack_from("!I", data, at)[0]
		at += 4
	if proto in (0x0800, 0x86dd):
		ip_header(data[at:], out, "i")
	return data[at:] if proto == 0x6558 else None


def inner_frame(data, out):
	"""Read the inner frame."""
	if len(data) < 14:
		return
	out["dmac"], out["smac"] = data[:6].hex(":"), data[6:12].hex(":")
	kind = struct.unpack_from("!H", data, 12)[0]
	at = 14
	tags = []
	while kind in (0x8100, 0x88a8) and len(data) >= at + 4:
		tag, kind = struct.unpack_from("!HH", data, at)
		tags.append(str(tag & 0xfff))
		at += 4
	if tags:
		out["vlan"] = ",".join(tags)
	out["etype"] = "%04x" % kind
	if kind in (0x0800, 0x86dd):
		ip_header(data[at:], out, "i")


def decode(link, length, data):
	"""All that is known of one packet."""
	out = {"len": length}
	at = 14 if link == LINK_ETHERNET else 16 if link == LINK_COOKED else 0
	kind = struct.unpack_from("!H", data, at - 2)[0] if at else 0x0800
	if kind not in (0x0800, 0x86dd):
		out["etype"] = "%04x" % kind
		if link == LINK_ETHERNET:
			out["dmac"], out["smac"] = data[:6].hex(":"), data[6:12].hex(":")
		return out
	if link == LINK_ETHERNET:
		out["odmac"], out["osmac"] = data[:6].hex(":"), data[6:12].hex(":")
	got = ip_header(data[at:], out, "")
	out["len"] = length
	if not got:
		return out
	proto, addresses, payload = got
	frame = None
	if proto == 17 and len(payload) >= 8:
		payload = udp_header(addresses, payload, out)
		if out["dport"] in PORTS and len(payload) >= 8:
			word, vni = struct.unpack_from("!II", payload)
			out.update({"enc": "vxlan", "vflags": "%08x" % word, "vni": vni >> 8, "vlow": vni & 255})
			frame = payload[8:]
	elif proto == 47 and len(payload) >= 4:
		frame = gre_header(payload, out)
	if frame is not None:
		inner_frame(frame, out)
	return out


def main():
	"""Print each packet."""
	if len(sys.argv) < 2:
		sys.exit(__doc__)
	keys = sys.argv[2:]
	for link, length, data in packets(sys.argv[1]):
		out = decode(link, length, data)
		if "hex" in keys:
			out["hex"] = data.hex()
		if keys:
			print(" ".join(str(out.get(k, "-")) for k in keys))
		else:
			print(" ".join("%s=%s" % pair for pair in out.items()))


if __name__ == "__main__":
	main()
