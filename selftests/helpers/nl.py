#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Speak generic netlink to the family tenovl, byte by byte.

The tables come from uapi/tenovl.yaml, so that a test made from the spec finds
a kernel that differs from it. What ovctl would never send is sent from here.

  nl.py call OP [DEV] [JSON]      one request; prints {"error":…, "message":…, "attr":…, "replies":[…]}
  nl.py dump OP [DEV] [JSON]      a dump, printed like that
  nl.py refusals DEV FILE         each line "SENTENCE | OP JSON" is refused with that sentence
  nl.py bounds DEV PEER           every bound of every policy at min-1, min, max, max+1
  nl.py told DEV PEER             attributes that are told may not be set
  nl.py truncate DEV PEER         every request cut at every byte
  nl.py fuzz DEV PEER SEED N      N random requests
  nl.py oversize DEV PEER         requests far too large, objects far too many
  nl.py perm                      every operation must answer EPERM
  nl.py hear SECONDS              joins "events", says "ready", prints events
  nl.py dumprace DEV PEER N       dumps N entries, or routes in mode l3, while others come and go
  nl.py dumpall N                 dumps that name no device are of N devices that live here, and of all of theirs
  nl.py fill DEV PEER FIRST N     N static entries in bulk
  nl.py overflow DEV PEER N       N entries flushed at a listener with a small buffer
  nl.py pins DEV N                N times another port pinned, by turns

Exit: 0 as expected, 1 not, with a line for every difference.
"""

import errno
import json
import os
import random
import select
import socket
import struct
import sys
import time

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.environ.get("TENOVL_SPEC") or os.path.join(HERE, "..", "..", "uapi", "tenovl.yaml")

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12

NLM_F_REQUEST = 0x1
NLM_F_MULTI = 0x2
NLM_F_ACK = 0x4
NLM_F_DUMP_INTR = 0x10
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_MCAST_GROUPS = 7

NESTED = 0x8000
INTS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "s32": "i"}
BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64, "s32": 32}

# What a device, a peer or an entry tells and nobody may set.
TOLD = {
	"dev": {"mode", "underlay-netns-id", "peers", "static-entries", "learned-entries", "ports",
		"selection", "routes", "tombstones", "moves"},
	"peer": {"pmtu", "entries", "stats"},
	"fdb": {"place", "frozen", "moves", "idle", "old-peer", "port", "port-name", "old-port-name",
		"port-id", "old-place"},
	"port": {"name", "state", "bridge", "bridge-name", "pinned", "entries", "stats", "enslaved", "id",
		 "hook"},
	"route": set(),
	"move": {"waiting", "overflow", "expired", "released", "cloned", "left"},
}


def align(n):
	"""The next multiple of four."""
	return (n + 3) & ~3


class Spec:
	"""The attribute sets and operations of the spec, with their numbers."""

	def __init__(self, path=SPEC):
		with open(path, encoding="utf-8") as f:
			loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
			doc = yaml.load(f, Loader=loader)
		self.enums = {}
		for d in doc["definitions"]:
			if d["type"] == "enum":
				names = [e if isinstance(e, str) else e["name"] for e in d["entries"]]
				self.enums[d["name"]] = names
		self.sets = {}
		for s in doc["attribute-sets"]:
			attrs = {}
			for number, a in enumerate(s["attributes"], 1):
				a["id"] = number
				attrs[a["name"]] = a
			self.sets[s["name"]] = attrs
		self.by_id = {n: {a["id"]: a for a in s.values()} for n, s in self.sets.items()}
		self.ops = {}
		for number, op in enumerate(doc["operations"]["list"], 1):
			op["id"] = number
			self.ops[op["name"]] = op
		self.family = doc["name"]
		self.groups = [g["name"] for g in doc["mcast-groups"]["list"]]

	def encode(self, setname, values):
		"""The attributes of a dict; a list repeats an attribute."""
		out = b""
		for name, value in values.items():
			a = self.sets[setname][name]
			for one in value if isinstance(value, list) else [value]:
				out += self.attr(a, one)
		return out

	def attr(self, a, value):
		"""One attribute."""
		kind = a["type"]
		if isinstance(value, bytes):
			return attr(a["id"], value)
		if kind == "nest" and not isinstance(value, str):
			return attr(a["id"] | NESTED, self.encode(a["nested-attributes"], value))
		if kind in INTS:
			if isinstance(value, str):
				value = self.enums[a["enum"]].index(value)
			return attr(a["id"], struct.pack("=" + INTS[kind], value))
		if kind == "flag":
			return attr(a["id"], b"")
		if kind == "string":
			return attr(a["id"], value.encode() + b"\0")
		return attr(a["id"], text_to_bytes(value))

	def decode(self, setname, data):
		"""The dict of some attributes."""
		out = {}
		for number, payload in attrs_of(data):
			a = self.by_id[setname].get(number & 0x3fff)
			if not a:
				out.setdefault("unknown", []).append(number)
				continue
			kind = a["type"]
			if kind == "pad":
				continue
			if kind == "nest":
				value = self.decode(a["nested-attributes"], payload)
			elif kind in INTS:
				value = struct.unpack("=" + INTS[kind], payload)[0]
				if "enum" in a:
					value = self.enums[a["enum"]][value]
			elif kind == "flag":
				value = True
			elif kind == "string":
				value = payload.rstrip(b"\0").decode()
			else:
				value = bytes_to_text(payload)
			if a.get("multi-attr"):
				out.setdefault(a["name"], []).append(value)
			else:
				out[a["name"]] = value
		return out


def text_to_bytes(text):
	"""A MAC, an IPv4, an IPv6 address, a prefix of those, or hex after x: as bytes."""
	if text.startswith("x:"):
		return bytes.fromhex(text[2:])
	if "/" in text:
		address, length = text.split("/")
		return text_to_bytes(address) + bytes([int(length)])
	if text.count(":") == 5 and "::" not in text and len(text) == 17:
		return bytes.fromhex(text.replace(":", ""))
	if ":" in text:
		return socket.inet_pton(socket.AF_INET6, text)
	return socket.inet_pton(socket.AF_INET, text)


def bytes_to_text(data):
	"""The opposite of text_to_bytes()."""
	if len(data) == 6:
		return data.hex(":")
	if len(data) == 4:
		return socket.inet_ntop(socket.AF_INET, data)
	if len(data) == 16:
		return socket.inet_ntop(socket.AF_INET6, data)
	if len(data) in (5, 17):
		return "%s/%d" % (bytes_to_text(data[:-1]), data[-1])
	return "x:" + data.hex()


def attr(number, payload):
	"""One attribute, padded."""
	return struct.pack("=HH", len(payload) + 4, number) + payload.ljust(align(len(payload)), b"\0")


def attrs_of(data):
	"""The (number, payload) pairs of a byte string."""
	at = 0
	while at + 4 <= len(data):
		length, number = struct.unpack_from("=HH", data, at)
		if length < 4 or at + length > len(data):
			raise ValueError("an attribute of %d bytes in %d" % (length, len(data) - at))
		yield number, data[at + 4:at + length]
		at += align(length)


class Answer:
	"""What came back to a request."""

	def __init__(self):
		self.error = 0
		self.message = ""
		self.offset = None
		self.missing = None
		self.replies = []
		self.interrupted = False

	def name(self):
		"""The errno's name, or OK."""
		return errno.errorcode.get(self.error, "OK") if self.error else "OK"

	def told(self):
		"""Is there a sentence, or the attribute that is missing?"""
		return bool(self.message) or self.missing is not None

	def __str__(self):
		return "%s %r offset %s" % (self.name(), self.message, self.offset)


class Genl:
	"""A generic netlink socket, resolved to the family."""

	def __init__(self, spec):
		self.spec = spec
		self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
		self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
		self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
		self.sock.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
		self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
		self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
		self.sock.bind((0, 0))
		self.sock.settimeout(60)
		self.seq = random.getrandbits(30)
		self.strays = 0
		self.first_port = None
		self.family, self.groups = self.resolve(spec.family)

	def resolve(self, name):
		"""The number of a family and of its groups."""
		body = struct.pack("=BBH", CTRL_CMD_GETFAMILY, 2, 0)
		body += attr(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
		answer = self.raw(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, body, plain=True)
		if answer.error:
			sys.exit("nl.py: family %s: %s" % (name, answer.name()))
		number = None
		groups = {}
		for a, payload in attrs_of(answer.replies[0][4:]):
			if a == CTRL_ATTR_FAMILY_ID:
				number = struct.unpack("=H", payload)[0]
			if a & 0x3fff == CTRL_ATTR_MCAST_GROUPS:
				for _, group in attrs_of(payload):
					pair = dict(attrs_of(group))
					groups[pair[1].rstrip(b"\0").decode()] = struct.unpack("=I", pair[2])[0]
		return number, groups

	def raw(self, kind, flags, body, plain=False, length=None):
		"""Send a message of these bytes and gather all that answers it."""
		self.send(kind, flags, body, length)
		return self.gather(plain)

	def send(self, kind, flags, body, length=None):
		"""Send a message; length may lie."""
		self.seq += 1
		size = 16 + len(body) if length is None else length
		self.sock.send(struct.pack("=IHHII", size, kind, flags, self.seq, 0) + body)

	def gather(self, plain=False, between=None):
		"""All that answers the last request; between() is called after each read.

		Answers to others are counted in strays.
		"""
		answer = Answer()
		while True:
			data = self.sock.recv(1 << 20)
			for size, kind, flags, seq, payload in messages(data):
				if seq != self.seq:
					self.strays += 1
					continue
				if flags & NLM_F_DUMP_INTR:
					answer.interrupted = True
				if kind == NLMSG_DONE:
					answer.error = -struct.unpack_from("=i", payload)[0] if size >= 20 else 0
					if flags & NLM_F_ACK_TLVS:
						read_tlvs(answer, payload[4:])
					return answer
				if kind == NLMSG_ERROR:
					read_error(answer, flags, payload)
					return answer
				answer.replies.append(payload if plain else
						      self.spec.decode(self.spec.family, payload[4:]))
			if between:
				between()

	def call(self, op, values, flags=0):
		"""One operation with a dict of attributes."""
		return self.raw(self.family, NLM_F_REQUEST | NLM_F_ACK | flags, self.body(op, values))

	def body(self, op, values):
		"""The bytes of a request after the netlink header."""
		return (struct.pack("=BBH", self.spec.ops[op]["id"], 1, 0) +
			self.spec.encode(self.spec.family, values))

	def dump(self, op, values=None, between=None):
		"""A dump as an Answer."""
		self.send(self.family, NLM_F_REQUEST | NLM_F_DUMP, self.body(op, values or {}))
		return self.gather(between=between)

	def device(self, name):
		"""The attributes that name a device."""
		for d in self.dump("dev-get").replies:
			if d.get("ifname") == name:
				return {k: d[k] for k in ("ifindex", "netns-id") if k in d}
		sys.exit("nl.py: no device %s to be seen" % name)

	def port(self, dev):
		"""The index of the first port of a device; 1, which is no port's, where it has none."""
		if self.first_port is None:
			ports = self.dump("port-get", dev).replies
			self.first_port = ports[0]["port"]["index"] if ports else 1
		return self.first_port

	def is_l3(self, dev):
		"""It has routes, and no entries and ports."""
		return self.call("dev-get", dev).replies[0]["dev"]["mode"] == "l3"

	def state(self, dev, counters=False):
		"""All that a device holds, to compare before and after."""
		out = {"dev": self.call("dev-get", dev).replies,
		       "peers": self.dump("peer-get", dev).replies,
		       "fdb": self.dump("fdb-get", dev).replies,
		       "ports": self.dump("port-get", dev).replies,
		       "routes": self.dump("route-get", dev).replies}
		for reply in [reply for group in out.values() for reply in group]:
			reply.pop("generation", None)
			reply.get("dev", {}).get("selection", {}).pop("age", None)
			if not counters:
				reply.get("port", {}).pop("stats", None)
				reply.get("port", {}).pop("id", None)
			for part in reply.get("peer", []):
				if not counters:
					part.pop("stats", None)
				part.pop("pmtu", None)
			for part in reply.get("fdb", []):
				part.pop("idle", None)
		for group in ("peers", "fdb", "routes"):
			out[group].sort(key=lambda x: json.dumps(x, sort_keys=True))
		return json.dumps(out, sort_keys=True)


def messages(data):
	"""The netlink messages of one read."""
	at = 0
	while at + 16 <= len(data):
		size, kind, flags, seq, _ = struct.unpack_from("=IHHII", data, at)
		if size < 16:
			return
		yield size, kind, flags, seq, data[at + 16:at + size]
		at += align(size)


def read_error(answer, flags, payload):
	"""Fill an answer from an NLMSG_ERROR."""
	answer.error = -struct.unpack_from("=i", payload)[0]
	if not flags & NLM_F_ACK_TLVS:
		return
	at = 4 + 16
	if not flags & NLM_F_CAPPED:
		at += align(struct.unpack_from("=I", payload, 4)[0]) - 16
	read_tlvs(answer, payload[at:])


def read_tlvs(answer, data):
	"""The sentence, and what it points at."""
	for number, value in attrs_of(data):
		if number == 1:
			answer.message = value.rstrip(b"\0").decode()
		elif number == 2:
			answer.offset = struct.unpack("=I", value)[0]
		elif number == 5:
			answer.missing = struct.unpack("=I", value)[0]


class Verdict:
	"""Counts what was tried and what differed."""

	def __init__(self):
		self.tried = 0
		self.wrong = 0

	def check(self, good, text):
		"""Say so when good is false."""
		self.tried += 1
		if not good:
			self.wrong += 1
			if self.wrong <= 60:
				print("differs: " + text)
		return good

	def end(self):
		"""Exit with the sum; nothing tried is a failure as well."""
		print("%d checks, %d differ" % (self.tried, self.wrong))
		sys.exit(1 if self.wrong or not self.tried else 0)


def limits(a):
	"""The (good, bad) values of a number, or lengths of a binary."""
	c = a.get("checks", {})
	if a["type"] == "binary":
		if "exact-len" in c:
			n = c["exact-len"]
			return [n], [0, n - 1, n + 1]
		low, high = c.get("min-len", 0), c.get("max-len")
		bad = ([low - 1] if low else []) + ([high + 1] if high else [])
		return [low, high], bad
	bits = BITS[a["type"]]
	top = (1 << (bits - 1 if a["type"][0] == "s" else bits)) - 1
	bottom = -top - 1 if a["type"][0] == "s" else 0
	low, high = c.get("min", bottom), c.get("max", top)
	bad = [v for v in (low - 1, high + 1) if bottom <= v <= top]
	return [low, high], bad


def where(body, outer, inner):
	"""The offset of an attribute in a message, as the kernel counts."""
	at = 16 + 4
	data = body[4:]
	pos = 0
	while pos < len(data):
		length, number = struct.unpack_from("=HH", data, pos)
		if number & 0x3fff == outer:
			sub = pos + 4
			while inner and sub < pos + length:
				l2, n2 = struct.unpack_from("=HH", data, sub)
				if n2 & 0x3fff == inner:
					return at + sub
				sub += align(l2)
			return at + pos
		pos += align(length)
	return None


# Values inside the policy that the device itself may refuse, with the errno.
MEANT = {
	("dev", "link", 0x7fffffff): "ENODEV",
	("port", "own-netns-id", 0): "ENODEV",
	("port", "own-netns-id", 0x7fffffff): "ENODEV",
}


def companions(setname, name, value):
	"""Attributes that have to come with one for it to make sense."""
	if (setname, name) == ("dev", "src-port-min"):
		return {"src-port-max": 65535, "redirect": 0}
	if (setname, name) == ("dev", "src-port-max"):
		return {"src-port-min": 1, "redirect": 0}
	if setname == "port" and name != "role":
		return {"role": 0 if name in ("priority", "index", "own-netns-id") else 1}
	return {}


def key_of(genl, dev, setname, peer):
	"""The key attributes of a nest."""
	if setname == "port":
		return {"index": genl.port(dev)}
	if setname == "peer":
		return {"address": peer}
	if setname == "fdb":
		return {"mac": "02:00:00:00:00:77", "peer": peer}
	if setname == "move":
		return {"mac": "02:00:00:00:00:76"}
	if setname == "route":
		return {"prefix": "10.77.0.0/24", "peer": peer}
	return {}


BOUND_OPS = (("dev", "dev-set"), ("peer", "peer-set"), ("fdb", "fdb-replace"),
	     ("port", "port-set"), ("move", "move-prepare"))
# Of a device of mode l3; the others' policies are the same there.
BOUND_OPS_L3 = (("route", "route-replace"),)
# Nests of which a request may have many.
MANY = ("peer", "fdb", "route", "move")


def one_bound(genl, verdict, dev, setname, op, name, value, good, peer):
	"""Send one attribute at one value."""
	a = genl.spec.sets[setname][name]
	payload = b"\x0a" * value if a["type"] == "binary" else value
	nest = dict(key_of(genl, dev, setname, peer))
	nest.pop(name, None)
	nest.update(companions(setname, name, value))
	nest[name] = payload
	values = dict(dev)
	values[setname] = [nest] if setname in MANY else nest
	before = genl.state(dev)
	body = genl.body(op, values)
	answer = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, body)
	label = "%s %s %s = %s: %s" % (op, setname, name, value, answer)
	if good:
		want = MEANT.get((setname, name, value), "OK")
		verdict.check(answer.name() == want, label)
		if setname == "move":
			genl.call("move-abort", {**dev, "move": [{"mac": nest["mac"]}]})
		if answer.error:
			verdict.check(answer.message != "", label + ": no sentence")
		elif setname == "dev" and a["type"] in INTS:
			told = genl.call("dev-get", dev).replies[0]["dev"].get(name)
			if "enum" in a:
				value = genl.spec.enums[a["enum"]][value]
			verdict.check(told == value, label + ": reads back as %s" % told)
		return
	verdict.check(answer.error in (errno.ERANGE, errno.EINVAL), label)
	verdict.check(answer.message != "", label + ": no sentence")
	top = genl.spec.sets[genl.spec.family][setname]["id"]
	verdict.check(answer.offset == where(body, top, a["id"]),
		      label + ": points elsewhere, wanted %s" % where(body, top, a["id"]))
	verdict.check(genl.state(dev) == before, label + ": state changed")


def restore(genl, dev, settings):
	"""Set a device back to what it was."""
	back = {}
	for name, value in settings.items():
		if name in TOLD["dev"] or name in ("mtu", "dscp-inherit", "mtu-auto"):
			continue
		back[name] = value
	genl.call("dev-set", {**dev, "dev": back})


def cmd_bounds(spec, devname, peer):
	"""Every bound of every policy."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	settings = genl.call("dev-get", dev).replies[0]["dev"]
	l3 = genl.is_l3(dev)
	for setname, op in BOUND_OPS_L3 if l3 else BOUND_OPS:
		for name, a in spec.sets[setname].items():
			if name in TOLD[setname] or a["type"] in ("nest", "flag", "pad"):
				continue
			if (setname, name) in (("fdb", "kind"), ("dev", "local")):
				continue
			good, bad = limits(a)
			for value in bad:
				one_bound(genl, verdict, dev, setname, op, name, value, False, peer)
			if name in ("address", "peer", "mac", "index", "prefix", "to"):
				continue
			for value in good:
				one_bound(genl, verdict, dev, setname, op, name, value, True, peer)
			if setname == "dev":
				restore(genl, dev, settings)
	if l3:
		bounds_of_prefixes(genl, verdict, dev, peer)
		verdict.end()
	bounds_of_addresses(genl, verdict, dev, peer)
	bounds_of_kind(genl, verdict, dev, peer)
	bounds_of_top(genl, verdict, dev)
	verdict.end()


def bounds_of_addresses(genl, verdict, dev, peer):
	"""Addresses take 4 bytes or 16 and nothing between."""
	for length in list(range(0, 4)) + list(range(5, 16)) + [17, 64]:
		junk = b"\x0a" * length
		for op, values in (
				("dev-set", {"dev": {"local": junk}}),
				("peer-add", {"peer": [{"address": junk}]}),
				("peer-set", {"peer": [{"address": peer, "sources": {"address": [junk]}}]}),
				("peer-del", {"peer": [{"address": junk}]}),
				("fdb-add", {"fdb": [{"mac": "02:00:00:00:00:78", "peer": junk}]}),
				("fdb-flush", {"fdb": [{"peer": junk}]})):
			before = genl.state(dev)
			answer = genl.call(op, {**dev, **values})
			label = "%s with an address of %d bytes: %s" % (op, length, answer)
			verdict.check(answer.error in (errno.EINVAL, errno.ERANGE), label)
			verdict.check(answer.message != "", label + ": no sentence")
			verdict.check(genl.state(dev) == before, label + ": state changed")


def bounds_of_prefixes(genl, verdict, dev, peer):
	"""Prefixes take 5 bytes or 17, and no length beyond their address."""
	junk = [b"\x0a" * length for length in list(range(0, 5)) + list(range(6, 17)) + [18, 64]]
	junk += [bytes(4) + b"\x21", bytes(4) + b"\xff", bytes(16) + b"\x81", b"\x0a\0\0\1\x18",
		 bytes(15) + b"\1\x7f"]
	for prefix in junk:
		for op, values in (
				("route-add", {"route": [{"prefix": prefix, "peer": peer}]}),
				("route-replace", {"route": [{"prefix": prefix, "peer": peer}]}),
				("route-del", {"route": [{"prefix": prefix}]}),
				("route-get", {"route": [{"prefix": prefix}]}),
				("peer-set", {"peer": [{"address": peer,
							"inner-sources": {"prefix": [prefix]}}]})):
			before = genl.state(dev)
			answer = genl.call(op, {**dev, **values})
			label = "%s with the prefix %s: %s" % (op, prefix.hex(), answer)
			verdict.check(answer.error in (errno.EINVAL, errno.ERANGE), label)
			verdict.check(answer.message != "", label + ": no sentence")
			verdict.check(genl.state(dev) == before, label + ": state changed")


def bounds_of_kind(genl, verdict, dev, peer):
	"""The kind is for flushing only, and bounded there."""
	for kind, want in ((0, "OK"), (1, "OK"), (2, "ERANGE"), (255, "ERANGE")):
		answer = genl.call("fdb-flush", {**dev, "fdb": [{"kind": kind, "peer": peer}]})
		verdict.check(answer.name() == want, "fdb-flush kind %d: %s" % (kind, answer))


def bounds_of_top(genl, verdict, dev):
	"""A device that is not there, and requests that name none."""
	for op in genl.spec.ops:
		if "do" not in genl.spec.ops[op]:
			continue
		answer = genl.call(op, {"ifindex": 0x7ffffffe})
		verdict.check(answer.error == errno.ENODEV and answer.message,
			      "%s of no device: %s" % (op, answer))
		answer = genl.call(op, {**dev, "netns-id": 0x7ffffff0})
		verdict.check(answer.error and answer.message,
			      "%s in no namespace: %s" % (op, answer))
		if op == "stats-get":
			continue
		answer = genl.call(op, {})
		verdict.check(answer.error == errno.EINVAL and (answer.message or answer.missing),
			      "%s without a device: %s missing %s" % (op, answer, answer.missing))


def cmd_told(spec, devname, peer):
	"""What is told may not be set; what an operation does not take is refused."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	before = genl.state(dev)
	for setname, op in BOUND_OPS + (("peer", "peer-add"), ("fdb", "fdb-add")):
		for name in sorted(TOLD[setname]):
			a = spec.sets[setname][name]
			nest = dict(key_of(genl, dev, setname, peer))
			nest[name] = {"nest": {}, "binary": "1.2.3.4", "string": "x"}.get(a["type"], 0)
			values = {setname: [nest] if setname in MANY else nest}
			answer = genl.call(op, {**dev, **values})
			verdict.check(answer.error in (errno.EINVAL, errno.EOPNOTSUPP) and answer.message,
				      "%s %s: %s" % (op, name, answer))
	for op, o in spec.ops.items():
		if "do" not in o:
			continue
		taken = o["do"]["request"]["attributes"]
		for name in spec.sets[spec.family]:
			if name in taken:
				continue
			answer = genl.call(op, {**dev, name: b"\0" * 4})
			verdict.check(answer.error and answer.message,
				      "%s with %s: %s" % (op, name, answer))
	for number in (0, spec.ops["event"]["id"], len(spec.ops) + 1, 255):
		body = struct.pack("=BBH", number, 1, 0)
		answer = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, body)
		verdict.check(answer.error == errno.EOPNOTSUPP, "command %d: %s" % (number, answer))
	verdict.check(genl.state(dev) == before, "state changed")
	verdict.end()


def samples(genl, dev, peer):
	"""One full request of every operation that writes, none of which may succeed twice."""
	if genl.is_l3(dev):
		return samples_l3(dev, peer)
	return (
		("dev-get", dev),
		("dev-set", {**dev, "dev": {"vni": 77, "encap": "gre", "gre-key": "plain",
					    "local": peer, "ttl": 9, "ageing": 17, "mtu": 1300}}),
		("peer-get", {**dev, "peer": [{"address": peer}]}),
		("peer-add", {**dev, "peer": [{"address": "192.0.2.77", "encap": "gre", "flood": 0,
					       "sources": {"address": ["192.0.2.78"]}}]}),
		("peer-set", {**dev, "peer": [{"address": peer, "flood": 0, "admin": "down"}]}),
		("peer-del", {**dev, "peer": [{"address": peer}]}),
		("fdb-add", {**dev, "fdb": [{"mac": "02:00:00:00:00:99", "peer": peer, "seq": 9}]}),
		("fdb-replace", {**dev, "fdb": [{"mac": "02:00:00:00:00:98", "peer": peer, "seq": 9}]}),
		("fdb-del", {**dev, "fdb": [{"mac": "02:00:00:00:00:01", "seq": 1000}]}),
		("fdb-get", {**dev, "fdb": [{"mac": "02:00:00:00:00:01"}]}),
		("fdb-flush", {**dev, "fdb": [{"kind": "static", "peer": peer}]}),
		("stats-get", dev),
		("port-get", {**dev, "port": {"index": genl.port(dev)}}),
		("port-set", {**dev, "port": {"index": genl.port(dev), "priority": 99}}),
		("port-set", {**dev, "port": {"index": genl.port(dev), "role": 1, "isolated": 1,
					      "macs": {"mac": ["02:00:00:00:00:97"]},
					      "ips": {"address": ["192.0.2.79", peer]}}}),
		("port-select", {**dev, "port": {"index": genl.port(dev)}}),
		("port-add", {**dev, "port": {"index": 1, "isolated": 1, "rate": 5}}),
		("port-del", {**dev, "port": {"index": genl.port(dev)}}),
		("move-get", {**dev, "move": [{"mac": "02:00:00:00:00:96"}]}),
		("move-prepare", {**dev, "move": [{"mac": "02:00:00:00:00:96", "to": peer,
						   "clone": b"", "timeout": 60000}]}),
		("move-finish", {**dev, "move": [{"mac": "02:00:00:00:00:95"}]}),
		("move-abort", {**dev, "move": [{"mac": "02:00:00:00:00:96"}]}),
	)


def samples_l3(dev, peer):
	"""The same for a device of mode l3, which has the route 10.1.0.0/16."""
	prefixes = ["10.2.0.0/16", "10.2.3.0/24", "fd02::/32", "::/0"]
	return (
		("dev-get", dev),
		("dev-set", {**dev, "dev": {"vni": 77, "gre-key": "nvgre", "local": peer, "ttl": 9,
					    "mtu": 1300}}),
		("peer-get", {**dev, "peer": [{"address": peer}]}),
		("peer-add", {**dev, "peer": [{"address": "192.0.2.77", "gre-key": "nvgre",
					       "sources": {"address": ["192.0.2.78"]},
					       "inner-sources": {"prefix": prefixes}}]}),
		("peer-set", {**dev, "peer": [{"address": peer, "admin": "down",
					       "inner-sources": {"prefix": prefixes}}]}),
		("peer-del", {**dev, "peer": [{"address": peer}]}),
		("stats-get", dev),
		("route-get", {**dev, "route": [{"prefix": "10.1.0.0/16"}]}),
		("route-add", {**dev, "route": [{"prefix": "10.3.0.0/16", "peer": peer},
						{"prefix": "fd03::/32", "peer": peer}]}),
		("route-replace", {**dev, "route": [{"prefix": "10.4.0.0/16", "peer": peer}]}),
		("route-del", {**dev, "route": [{"prefix": "10.1.0.0/16"}]}),
	)


def cut_attr_edges(body):
	"""The lengths at which a request cut there is a whole request again."""
	edges = {4}
	at = 4
	while at + 4 <= len(body):
		length = struct.unpack_from("=H", body, at)[0]
		at += align(length)
		edges.add(at)
	return edges


def cmd_truncate(spec, devname, peer):
	"""Every request cut at every byte: with the length told and with it lied about."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	before = genl.state(dev)
	for op, values in samples(genl, dev, peer):
		body = genl.body(op, values)
		edges = cut_attr_edges(body)
		for cut in range(0, len(body)):
			said_longer(genl, verdict, dev, "%s cut at %d" % (op, cut), body[:cut], 16 + len(body))
			if cut % 20 == 19:
				verdict.check(genl.state(dev) == before,
					      "%s cut at %d or before: state changed" % (op, cut))
			if cut in edges and cut > 4:
				continue
			if op in ("dev-get", "stats-get") and cut == 4:
				continue
			answer = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, body[:cut])
			verdict.check(answer.error != 0, "%s cut at %d was taken" % (op, cut))
			# What has not even a command is refused before anybody has a say in it.
			verdict.check(cut < 4 or answer.told(), "%s cut at %d: %s: no sentence" % (op, cut, answer))
			if cut % 3 == 0:
				again = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, body, length=16 + cut)
				verdict.check((again.error, again.message) == (answer.error, answer.message),
					      "%s said to end at %d: %s, cut there: %s" % (op, cut, again, answer))
				# What lies behind that end may read as one more message: its answer is taken here.
				genl.call("dev-get", dev)
		for length in (0, 15, 17 + len(body), 0x7fffffff, 0xffffffff):
			said_longer(genl, verdict, dev, "%s said to have %d bytes" % (op, length), body, length)
		truncated_inside(genl, verdict, op, body)
		verdict.check(genl.state(dev) == before, "%s cut: state changed" % op)
	verdict.end()


def said_longer(genl, verdict, dev, label, body, length):
	"""netlink does not read a message whose length cannot be: nobody answers it, and the next is read."""
	strays = genl.strays
	genl.send(genl.family, NLM_F_REQUEST | NLM_F_ACK, body, length)
	answer = genl.call("dev-get", dev)
	verdict.check(genl.strays == strays, label + ", the length not: was answered")
	verdict.check(answer.error == 0 and len(answer.replies) == 1, label + ": the next request: %s" % answer)


def truncated_inside(genl, verdict, op, body):
	"""Attributes, nested ones too, whose length goes past their room."""
	spots = []
	at = 4
	while at + 4 <= len(body):
		length, number = struct.unpack_from("=HH", body, at)
		spots.append(at)
		if number & NESTED:
			sub = at + 4
			while sub + 4 <= at + length:
				spots.append(sub)
				sub += align(struct.unpack_from("=H", body, sub)[0])
		at += align(length)
	for spot in spots:
		for lie in (0, 1, 3, len(body) + 1, 0x7fff, 0xffff):
			broken = bytearray(body)
			struct.pack_into("=H", broken, spot, lie)
			answer = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, bytes(broken))
			if op in ("dev-get", "stats-get"):
				continue
			verdict.check(answer.error != 0 and answer.told(),
				      "%s with a length of %d at %d: %s" % (op, lie, spot, answer))


READS = ("dev-get", "peer-get", "fdb-get", "stats-get", "port-get", "route-get")


def cmd_fuzz(spec, devname, peer, seed, rounds):
	"""Random requests: who is refused is told why and changes nothing, and the kernel stays well."""
	genl = Genl(spec)
	dev = genl.device(devname)
	rng = random.Random(seed)
	verdict = Verdict()
	local = genl.call("dev-get", dev).replies[0]["dev"]["local"]
	first = known = genl.state(dev)
	taken = refused = compared = 0
	for n in range(rounds):
		op, body = fuzzed(genl, rng, dev, peer)
		flags = NLM_F_REQUEST | NLM_F_ACK
		dump = rng.random() < 0.1 and "dump" in spec.ops[op]
		if dump:
			flags = NLM_F_REQUEST | NLM_F_DUMP
		answer = genl.raw(genl.family, flags, body)
		label = "message %d, %s%s %.400s" % (n, op, " (dump)" if dump else "", body.hex())
		if answer.error:
			refused += 1
			verdict.check(answer.told(), "%s: refused without a sentence: %s" % (label, answer))
		else:
			taken += 1
			if op not in READS:
				known = genl.state(dev)
		if n % 20 == 19 or n == rounds - 1:
			compared += 1
			now = genl.state(dev)
			verdict.check(now == known, "%s or before: state changed:\n%s\n%s" % (label, known, now))
			known = now
		if n % 100 == 99 and known != first:
			mend(genl, dev, local, peer)
			known = genl.state(dev)
	verdict.check(taken and refused, "%d messages taken, %d refused" % (taken, refused))
	answer = genl.call("dev-get", dev)
	verdict.check(answer.error == 0, "dev-get afterwards: %s" % answer)
	print("%d of %d were taken, state compared %d times" % (taken, rounds, compared))
	verdict.end()


def mend(genl, dev, local, peer):
	"""Bring back the peer and the entry that random requests took away, for the next to find."""
	peers = [p["address"] for r in genl.dump("peer-get", dev).replies for p in r.get("peer", [])]
	last = ("fdb-add", {"fdb": [{"mac": "02:00:00:00:00:01", "peer": peer, "seq": 5}]})
	if genl.is_l3(dev):
		last = ("route-add", {"route": [{"prefix": "10.1.0.0/16", "peer": peer}]})
	for op, values in (("peer-del", {"peer": [{"address": p} for p in peers]}),
			   ("dev-set", {"dev": {"local": local}}),
			   ("peer-add", {"peer": [{"address": peer}]}), last):
		answer = genl.call(op, {**dev, **values})
		if answer.error and (op != "peer-del" or peers):
			sys.exit("nl.py: mending, %s: %s" % (op, answer))


def fuzzed(genl, rng, dev, peer):
	"""One random request: a good one broken, or nonsense from the grammar."""
	op, values = rng.choice(samples(genl, dev, peer))
	if rng.random() < 0.5:
		body = bytearray(genl.body(op, values))
		for _ in range(rng.randrange(1, 6)):
			body[rng.randrange(4, len(body))] = rng.randrange(256)
		return op, bytes(body)
	body = struct.pack("=BBH", genl.spec.ops[op]["id"], 1, 0)
	body += genl.spec.encode(genl.spec.family, dev)
	return op, body + nonsense(rng, 0)


def nonsense(rng, depth):
	"""Random attributes, nested up to 32 deep."""
	out = b""
	for _ in range(rng.randrange(1, 5)):
		number = rng.choice((rng.randrange(0, 40), rng.randrange(0, 0x4000)))
		if depth < 32 and rng.random() < 0.38:
			payload = nonsense(rng, depth + 1)[:8000]
			number |= rng.choice((0, NESTED))
		else:
			payload = rng.randbytes(rng.choice((0, 1, 2, 4, 6, 8, 16, 17, 300)))
		out += attr(number, payload)
		if len(out) > 12000:
			break
	return out


def cmd_oversize(spec, devname, peer):
	"""What is larger than anything that makes sense."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	top = spec.sets[spec.family]
	nest = {"address": "192.0.2.9"}
	long_sources = spec.encode("sources", {"address": ["10.7.%d.%d" % (i // 250, i % 250 + 1)
							     for i in range(3000)]})
	huge = {
		"dev-set": attr(top["dev"]["id"] | NESTED, b"\0" * 60000),
		"peer-add": attr(top["peer"]["id"] | NESTED, spec.encode("peer", nest) + attr(
			spec.sets["peer"]["sources"]["id"] | NESTED, long_sources)),
		"peer-del": attr(top["peer"]["id"] | NESTED, attr(1, b"\x0a" * 60000)),
		"fdb-add": attr(top["fdb"]["id"] | NESTED, attr(1, b"\x02" * 60000)),
		"fdb-flush": attr(0x3fff, b"\xff" * 60000),
		"route-add": attr(top["route"]["id"] | NESTED, attr(1, b"\x0a" * 60000)),
	}
	for op, part in huge.items():
		body = genl.body(op, dev) + part
		answer = genl.raw(genl.family, NLM_F_REQUEST | NLM_F_ACK, body)
		verdict.check(answer.error and answer.message, "%s, oversized: %s" % (op, answer))
	if genl.is_l3(dev):
		oversize_l3(genl, verdict, dev, peer)
	# Many objects of which the last is not acceptable.
	entries = [{"mac": mac_of(n), "peer": peer} for n in range(3000)]
	for last in ({"mac": mac_of(0), "peer": peer}, {"mac": b"\1" * 6, "peer": peer},
		     {"mac": mac_of(5000), "peer": "192.0.2.99"}):
		answer = genl.call("fdb-add", {**dev, "fdb": entries + [last]})
		verdict.check(answer.error and answer.message, "3001 entries, the last bad: %s" % answer)
	peers = [{"address": "10.8.%d.%d" % (n // 250, n % 250 + 1)} for n in range(1500)]
	answer = genl.call("peer-add", {**dev, "peer": peers + [{"address": peer}]})
	verdict.check(answer.error and answer.message, "1501 peers, the last known: %s" % answer)
	verdict.end()


def oversize_l3(genl, verdict, dev, peer):
	"""Routes, and inner sources of a peer, that are too many or of which the last is bad."""
	routes = [{"prefix": prefix_of(n), "peer": peer} for n in range(3000)]
	for last in ({"prefix": prefix_of(0), "peer": peer}, {"prefix": prefix_of(9000)[:4] + b"\7", "peer": peer},
		     {"prefix": prefix_of(5000), "peer": "192.0.2.99"}, {"prefix": "10.1.0.0/16", "peer": peer}):
		answer = genl.call("route-add", {**dev, "route": routes + [last]})
		verdict.check(answer.error and answer.message, "3001 routes, the last bad: %s" % answer)
	for sources in ([prefix_of(n) for n in range(513)], [prefix_of(n) for n in range(3)] + [prefix_of(1)]):
		answer = genl.call("peer-set", {**dev, "peer": [{"address": peer,
								 "inner-sources": {"prefix": sources}}]})
		verdict.check(answer.error and answer.message,
			      "%d inner sources: %s" % (len(sources), answer))


def cmd_perm(spec):
	"""Every operation answers EPERM, dumps too."""
	genl = Genl(spec)
	verdict = Verdict()
	for op, o in spec.ops.items():
		if "do" in o:
			answer = genl.call(op, {"ifindex": 1})
			verdict.check(answer.error == errno.EPERM, "%s: %s" % (op, answer))
		if "dump" in o:
			answer = genl.dump(op)
			verdict.check(answer.error == errno.EPERM, "dump of %s: %s" % (op, answer))
	verdict.end()


def cmd_hear(spec, seconds):
	"""Join the group and print what is heard. Being refused ends with 3."""
	genl = Genl(spec)
	try:
		genl.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, genl.groups["events"])
	except PermissionError:
		print("refused", flush=True)
		sys.exit(3)
	print("ready", flush=True)
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		ready, _, _ = select.select([genl.sock], [], [], max(0, end - time.monotonic()))
		if not ready:
			break
		for _, _, _, _, payload in messages(genl.sock.recv(1 << 20)):
			print(json.dumps(spec.decode(spec.family, payload[4:])), flush=True)
	sys.exit(0)


def mac_of(n):
	"""The n-th address of a test."""
	return b"\x02" + struct.pack("!BI", 0x10, n)


def prefix_of(n):
	"""The n-th prefix of a test: of one address, by turns of IPv4 and IPv6."""
	if n % 2:
		return b"\xfd\x77" + bytes(10) + struct.pack("!I", n) + b"\x80"
	return struct.pack("!I", 0x0b000000 + n) + b"\x20"


# What names the n-th object of a test.
NTH = {"fdb": ("mac", mac_of), "route": ("prefix", prefix_of)}


def bulk(genl, op, dev, peer, numbers, step=800):
	"""Add or delete many entries or routes."""
	what = op.split("-")[0]
	key, of = NTH[what]
	numbers = list(numbers)
	for at in range(0, len(numbers), step):
		entries = [{key: of(n), "peer": peer} if peer else {key: of(n)}
			   for n in numbers[at:at + step]]
		answer = genl.call(op, {**dev, what: entries})
		if answer.error:
			sys.exit("nl.py: %s: %s" % (op, answer))


def cmd_dumpall(spec, count):
	"""Dumps of all devices hold what those of each one do, in several reads."""
	genl = Genl(spec)
	verdict = Verdict()
	here = [d for d in genl.dump("dev-get").replies if "netns-id" not in d]
	verdict.check(len(here) == count, "%d devices live here" % len(here))
	for what in ("peer", "fdb", "route", "port", "move"):
		reads = [0]

		def read(reads=reads):
			reads[0] += 1

		answer = genl.dump(what + "-get", between=read)
		single = [r for d in here for r in genl.dump(what + "-get", {"ifindex": d["ifindex"]}).replies]
		verdict.check(not answer.error and not answer.interrupted, "%s-get of all: %s" % (what, answer))
		verdict.check(still(answer.replies) == still(single), "%s-get of all: %d objects, not %d" % (
			what, len(answer.replies), len(single)))
		verdict.check(what in ("route", "port", "move") or single, "there is no %s" % what)
		verdict.check(what != "fdb" or len(single) < 1000 or reads[0] > 3, "all entries came in %d reads" % reads[0])
	verdict.end()


def still(replies):
	"""What of them does not change by itself, in order."""
	for reply in replies:
		for entry in reply.get("fdb", []):
			entry.pop("idle", None)
		for entry in reply.get("peer", []):
			entry.pop("stats", None)
	return sorted(json.dumps(r, sort_keys=True) for r in replies)


def cmd_fill(spec, devname, peer, first, count):
	"""Static entries in bulk."""
	genl = Genl(spec)
	bulk(genl, "fdb-add", genl.device(devname), peer, range(first, first + count))
	print("%d entries" % count)


def cmd_dumprace(spec, devname, peer, count):
	"""Dump while a second socket deletes and adds: who lived all through is shown once."""
	genl, other = Genl(spec), Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	what = "route" if genl.is_l3(dev) else "fdb"
	key, of = NTH[what]
	bulk(genl, what + "-add", dev, peer, range(count))
	rng = random.Random(count)
	doomed = set(rng.sample(range(count), count // 10))
	queue = sorted(doomed)
	added = []
	reads = [0]

	def churn():
		reads[0] += 1
		part = [queue.pop(rng.randrange(len(queue))) for _ in range(min(40, len(queue)))]
		if part:
			bulk(other, what + "-del", dev, None, part)
		fresh = list(range(count + len(added), count + len(added) + 40))
		if len(added) < count // 10:
			bulk(other, what + "-add", dev, peer, fresh)
			added.extend(fresh)

	genl.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 15)
	answer = genl.dump(what + "-get", dev, between=churn)
	seen = {}
	for reply in answer.replies:
		for entry in reply.get(what, []):
			seen[entry[key]] = seen.get(entry[key], 0) + 1
	lived = [n for n in range(count) if n not in doomed or n in queue]
	missing = [n for n in lived if bytes_to_text(of(n)) not in seen]
	twice = [m for m, times in seen.items() if times > 1]
	verdict.check(answer.error == 0, "the dump ended with %s" % answer)
	verdict.check(reads[0] > 10, "only %d reads: nothing could change in between" % reads[0])
	verdict.check(len(queue) < len(doomed), "nothing was deleted meanwhile")
	verdict.check(not missing, "%d that lived all through were not shown" % len(missing))
	verdict.check(not twice, "%d were shown twice" % len(twice))
	verdict.check(answer.interrupted, "the dump is not marked as interrupted")
	quiet = genl.dump(what + "-get", dev)
	verdict.check(not quiet.interrupted, "a quiet dump is marked as interrupted")
	verdict.check(sum(len(r[what]) for r in quiet.replies) == len(lived) + len(added),
		      "a quiet dump shows %d entries, not %d" %
		      (sum(len(r[what]) for r in quiet.replies), len(lived) + len(added)))
	verdict.check(len({r["generation"] for r in quiet.replies}) == 1,
		      "the generation moved during a quiet dump")
	print("%d entries, %d reads, %d deleted and %d added meanwhile" %
	      (count, reads[0], len(doomed) - len(queue), len(added)))
	if what == "route":
		bulk(genl, "route-del", dev, None, lived + added)
	else:
		verdict.check(genl.call("fdb-flush", dev).error == 0, "flush")
	verdict.check(not genl.dump(what + "-get", dev).replies, "something is left")
	verdict.end()


def cmd_overflow(spec, devname, peer, count):
	"""A listener that is too slow is told so, and the dump brings it up to date."""
	genl, listener = Genl(spec), Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
	listener.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, listener.groups["events"])
	bulk(genl, "fdb-add", dev, peer, range(count))
	overrun = False
	listener.sock.setblocking(False)
	for _ in range(2 * count):
		try:
			listener.sock.recv(1 << 16)
		except BlockingIOError:
			break
		except OSError as e:
			if e.errno != errno.ENOBUFS:
				raise
			overrun = True
	verdict.check(overrun, "a listener with a small buffer was never told ENOBUFS")
	verdict.check(len(genl.dump("fdb-get", dev).replies) > 0, "nothing to read again")
	verdict.check(genl.call("fdb-flush", dev).error == 0, "flush")
	verdict.end()


def cmd_call(spec, op, devname=None, text=None):
	"""One request from the command line."""
	genl = Genl(spec)
	values = genl.device(devname) if devname and devname != "-" else {}
	values.update(json.loads(text) if text else {})
	answer = genl.call(op, values)
	print(json.dumps({"error": answer.name(), "message": answer.message,
			  "offset": answer.offset, "replies": answer.replies}))
	sys.exit(1 if answer.error else 0)


def cmd_dump(spec, op, devname=None, text=None):
	"""One dump from the command line."""
	genl = Genl(spec)
	values = genl.device(devname) if devname else {}
	values.update(json.loads(text) if text else {})
	answer = genl.dump(op, values)
	print(json.dumps({"error": answer.name(), "message": answer.message,
			  "replies": answer.replies}))
	sys.exit(1 if answer.error else 0)


def cmd_refusals(spec, devname, path):
	"""Requests of which each is refused with its own sentence and changes nothing."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	before = genl.state(dev)
	with open(path, encoding="utf-8") as f:
		for line in f:
			sentence, request = line.rstrip("\n").split(" | ", 1)
			op, text = request.split(" ", 1)
			answer = genl.call(op, {**dev, **json.loads(text)})
			verdict.check(answer.error and answer.message == sentence,
				      "%s: wanted %r, got %s" % (request, sentence, answer))
			verdict.check(genl.state(dev) == before, "%s: state changed" % request)
	verdict.end()


def cmd_pins(spec, devname, count):
	"""Pin one port after another; each is selected when the request is answered."""
	genl = Genl(spec)
	dev = genl.device(devname)
	verdict = Verdict()
	ports = [r["port"] for r in genl.dump("port-get", dev).replies]
	selected = [p["index"] for p in ports if p["state"] == "selected"]
	turn = [p["index"] for p in ports if p["index"] not in selected] + selected
	for n in range(count):
		want = turn[n % len(turn)]
		answer = genl.call("port-select", {**dev, "port": {"index": want}})
		verdict.check(not answer.error, "switch %d: %s" % (n, answer))
		if n % 100 == 0:
			told = genl.call("dev-get", dev).replies[0]["dev"]["selection"]
			verdict.check(told.get("port") == want and told["cause"] == "pinned",
				      "switch %d to %d: %s" % (n, want, told))
	verdict.end()


def main(argv):
	"""Pick the verb."""
	verbs = {"call": cmd_call, "dump": cmd_dump, "refusals": cmd_refusals, "bounds": cmd_bounds, "told": cmd_told,
		 "truncate": cmd_truncate, "fuzz": cmd_fuzz, "perm": cmd_perm, "oversize": cmd_oversize, "hear": cmd_hear,
		 "dumprace": cmd_dumprace, "dumpall": cmd_dumpall, "fill": cmd_fill, "overflow": cmd_overflow, "pins": cmd_pins}
	if len(argv) < 2 or argv[1] not in verbs:
		sys.exit(__doc__)
	numbers = ("fuzz", "hear", "dumprace", "dumpall", "fill", "overflow", "pins")
	args = [int(a) if argv[1] in numbers and a.isdigit() else a for a in argv[2:]]
	verbs[argv[1]](Spec(), *args)


if __name__ == "__main__":
	main(sys.argv)
