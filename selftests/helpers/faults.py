#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Let the Nth allocation of a request fail, N = 1, 2, ... until one is met no more.

  faults.py requests DEV PEER     every request and dump of the family
  faults.py links                 a device and a port made, set up, set down, deleted, by rtnetlink
  faults.py bridge DEV PEER       what "bridge fdb" sends
  faults.py transmit DEV SMAC     a frame sent on DEV (to all of its peers)
  faults.py packets DEV SRC DST   an IPv4 packet sent on DEV of mode l3
  faults.py namespace             a new network namespace
  faults.py module FILE           the module inserted, and removed where that worked

Each request either fails and changes nothing, or is done whole. The kernel's fault injection counts
the allocations of one task only (Documentation/fault-injection, fail-nth), so what runs beside is
left in peace. Exit: 0 as expected, 1 not, with a line for every difference.
"""

import ctypes
import errno
import os
import socket
import struct
import sys

import nl
import rtnl

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176
DEBUGFS = "/sys/kernel/debug"
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)
LAST = 20000
IFF_UP = 1
IFLA_LINK = 5
RTM_NEWNEIGH, RTM_DELNEIGH = 28, 29
NTF_SELF, NUD_PERMANENT, NUD_NOARP = 2, 0x80, 0x40
NDA_DST, NDA_LLADDR = 1, 2


class Fault:
	"""Fails the Nth allocation of this task between "with" and its end."""

	def __init__(self):
		for name in ("failslab", "fail_page_alloc"):
			self.put(name, "ignore-gfp-wait", "N")
			self.put(name, "verbose", "0")
		self.put("fail_page_alloc", "ignore-gfp-highmem", "N")
		self.put("fail_page_alloc", "min-order", "0")
		self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
		self.number = 0
		self.met = False

	@staticmethod
	def put(name, knob, value):
		"""One knob of a kind of fault."""
		with open("%s/%s/%s" % (DEBUGFS, name, knob), "w", encoding="ascii") as f:
			f.write(value)

	def nth(self, number):
		"""The fault to come."""
		self.number = number
		return self

	def __enter__(self):
		os.pwrite(self.file, b"%d" % self.number, 0)
		return self

	def __exit__(self, *_):
		self.met = os.pread(self.file, 16, 0).split(b"\0")[0].strip() == b"0"
		os.pwrite(self.file, b"0", 0)


class Rtnl(socket.socket):
	"""An rtnetlink socket whose requests may find no memory."""

	def __init__(self):
		super().__init__(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		self.bind((0, 0))
		self.settimeout(60)

	def talk(self, kind, flags, body, fault=None):
		"""One request; returns its errno, or that of the answer that found no memory."""
		message = struct.pack("=IHHII", 16 + len(body), kind,
				      rtnl.F_REQUEST | rtnl.F_ACK | flags, 1, 0) + body
		try:
			if fault:
				with fault:
					self.send(message)
			else:
				self.send(message)
			data = self.recv(65536)
		except OSError as e:
			if e.errno not in NO_MEMORY:
				raise
			return e.errno
		return -struct.unpack_from("=i", data, 16)[0]


def sweep(verdict, label, fault, once):
	"""Call once(number) until a number is beyond the allocations that it makes."""
	for number in range(1, LAST):
		once(fault.nth(number))
		if not fault.met:
			verdict.check(number > 1, "%s asked for no memory" % label)
			print("%s: %d allocations" % (label, number - 1))
			return
	verdict.check(False, "%s has no end" % label)


def request(genl, fault, op, values, flags):
	"""One request of the family under a fault: an Answer, or None where it got lost."""
	body = genl.body(op, values)
	try:
		with fault:
			genl.send(genl.family, flags, body)
		return genl.gather()
	except OSError as e:
		if e.errno not in NO_MEMORY:
			raise
		return None


def undo_of(op, dev, peer, port):
	"""What puts a device back after a request of nl.samples() that worked."""
	entry = {"mac": "02:00:00:00:00:01", "peer": peer, "seq": 5}
	return {
		"peer-add": [("peer-del", {**dev, "peer": [{"address": "192.0.2.77"}]})],
		"peer-set": [("peer-set", {**dev, "peer": [{"address": peer, "flood": 1, "admin": "up"}]})],
		"peer-del": [("peer-add", {**dev, "peer": [{"address": peer}]}),
			     ("fdb-add", {**dev, "fdb": [entry]})],
		"fdb-add": [("fdb-del", {**dev, "fdb": [{"mac": "02:00:00:00:00:99", "seq": 9}]})],
		"fdb-replace": [("fdb-del", {**dev, "fdb": [{"mac": "02:00:00:00:00:98", "seq": 9}]})],
		"fdb-del": [("fdb-add", {**dev, "fdb": [entry]})],
		"fdb-flush": [("fdb-add", {**dev, "fdb": [entry]})],
		"port-set": [("port-set", {**dev, "port": {"index": port, "role": 0, "priority": 32768}})],
		"port-select": [("port-select", dev)],
		"move-prepare": [("move-abort", {**dev, "move": [{"mac": "02:00:00:00:00:96"}]})],
	}.get(op, [])


def undo_of_l3(op, dev, peer):
	"""The same for a device of mode l3."""
	route = ("route-add", {**dev, "route": [{"prefix": "10.1.0.0/16", "peer": peer}]})
	return {
		"peer-add": [("peer-del", {**dev, "peer": [{"address": "192.0.2.77"}]})],
		"peer-set": [("peer-set", {**dev, "peer": [{"address": peer, "admin": "up",
							    "inner-sources": {}}]})],
		"peer-del": [("peer-add", {**dev, "peer": [{"address": peer}]}), route],
		"route-add": [("route-del", {**dev, "route": [{"prefix": "10.3.0.0/16"},
							      {"prefix": "fd03::/32"}]})],
		"route-replace": [("route-del", {**dev, "route": [{"prefix": "10.4.0.0/16"}]})],
		"route-del": [route],
	}.get(op, [])


def settings(dev, now):
	"""All that a device holds in one request, and what puts it back."""
	new = {"vni": 77, "encap": "gre", "gre-key": "plain", "ttl": 9, "ageing": 17, "mtu": 1300}
	if now["mode"] == "l3":
		new = {"vni": 77, "gre-key": "nvgre", "ttl": 9, "mtu": 1300}
	return ("dev-set", {**dev, "dev": new},
		[("dev-set", {**dev, "dev": {name: now[name] for name in new}}),
		 ("dev-set", {**dev, "dev": {"mtu-auto": 1}})])


def many(dev, peer, l3):
	"""Requests of many objects each."""
	peers = [{"address": "192.0.2.%d" % n, "encap": "gre"} for n in range(1, 6)]
	macs = [nl.mac_of(n) for n in range(5)]
	prefixes = [nl.prefix_of(n) for n in range(5)]
	yield ("peer-add", {**dev, "peer": peers},
	       [("peer-del", {**dev, "peer": [{"address": p["address"]} for p in peers]})])
	if l3:
		yield ("route-add", {**dev, "route": [{"prefix": p, "peer": peer} for p in prefixes]},
		       [("route-del", {**dev, "route": [{"prefix": p} for p in prefixes]})])
		return
	yield ("move-prepare", {**dev, "move": [{"mac": m, "to": peer} for m in macs]},
	       [("move-abort", {**dev, "move": [{"mac": m} for m in macs]})])
	yield ("fdb-add", {**dev, "fdb": [{"mac": m, "peer": peer} for m in macs]},
	       [("fdb-del", {**dev, "fdb": [{"mac": m} for m in macs]})])


def cmd_requests(spec, devname, peer):
	"""Every request and every dump."""
	genl, quiet = nl.Genl(spec), nl.Genl(spec)
	dev = quiet.device(devname)
	fault = Fault()
	verdict = nl.Verdict()
	before = quiet.state(dev)

	def step(op, values, undo, after):
		def once(armed):
			answer = request(genl, armed, op, values, nl.NLM_F_REQUEST | nl.NLM_F_ACK)
			state = quiet.state(dev)
			label = "%s, allocation %d: %s" % (op, armed.number, answer)
			if answer is None:
				verdict.check(state in (before, after), label + ": a state between")
			elif answer.error:
				verdict.check(answer.error in NO_MEMORY, label)
				verdict.check(state == before, label + ": refused, and state changed")
			else:
				verdict.check(state == after, label + ": taken, and not done")
			if state != before:
				for back, with_what in undo:
					quiet.call(back, with_what)
				verdict.check(quiet.state(dev) == before, label + ": cannot be undone")
		return once

	l3 = quiet.is_l3(dev)
	other = {**dev, "port": {"index": index_of("du")}}
	plan = [(op, values, undo_of_l3(op, dev, peer) if l3 else undo_of(op, dev, peer, quiet.port(dev)))
		for op, values in nl.samples(quiet, dev, peer)
		if op not in ("dev-set", "port-add", "port-del", "move-get", "move-finish", "move-abort")]
	if not l3:
		plan.append(("port-add", other, [("port-del", other)]))
	plan.append(settings(dev, quiet.call("dev-get", dev).replies[0]["dev"]))
	plan += list(many(dev, peer, l3))
	for op, values, undo in plan:
		if op == "fdb-del":
			values = {**dev, "fdb": [{"mac": "02:00:00:00:00:01", "seq": 5}]}
		answer = quiet.call(op, values)
		verdict.check(not answer.error, "%s without a fault: %s" % (op, answer))
		after = quiet.state(dev)
		for back, with_what in undo:
			quiet.call(back, with_what)
		verdict.check(quiet.state(dev) == before, "%s cannot be undone" % op)
		sweep(verdict, op, fault, step(op, values, undo, after))
	def let_go(armed):
		quiet.call("port-add", other)
		enslaved = quiet.state(dev)
		request(genl, armed, "port-del", other, nl.NLM_F_REQUEST | nl.NLM_F_ACK)
		verdict.check(quiet.state(dev) in (before, enslaved), "port-del, allocation %d" % armed.number)
		quiet.call("port-del", other)
		verdict.check(quiet.state(dev) == before, "port-del cannot be done again")
	if not l3:
		sweep(verdict, "port-del", fault, let_go)
	of_mode = ("route-get",) if l3 else ("fdb-get", "port-get")
	for op, of in (("dev-get", {}), ("peer-get", dev)) + tuple((op, dev) for op in of_mode):
		def dump(armed, op=op, of=of):
			request(genl, armed, op, of, nl.NLM_F_REQUEST | nl.NLM_F_DUMP)
			verdict.check(len(quiet.dump(op, of).replies) > 0, "%s: no dump afterwards" % op)
		sweep(verdict, "dump of %s" % op, fault, dump)
	verdict.end()


def link(index=0, flags=0, change=0):
	"""The fixed part of a link's message."""
	return struct.pack("=BxHiII", 0, 0, index, flags, change)


def index_of(name):
	"""A device's index, 0 when there is none."""
	try:
		return socket.if_nametoindex(name)
	except OSError:
		return 0


def references():
	"""How many devices hold the module."""
	with open("/sys/module/tenovl/refcnt", encoding="ascii") as f:
		return int(f.read())


class Life:
	"""A netdevice of a kind made, set up and deleted by rtnetlink while memory runs out."""

	def __init__(self, verdict, fault, name, extra, others=0):
		self.sock = Rtnl()
		self.verdict, self.fault, self.others = verdict, fault, others
		self.text = name
		self.name = rtnl.attr(rtnl.IFLA_IFNAME, name.encode() + b"\0")
		self.new = link() + self.name + extra

	def create(self, armed=None):
		"""Make it; the errno."""
		return self.sock.talk(rtnl.RTM_NEWLINK, rtnl.F_CREATE | rtnl.F_EXCL, self.new, armed)

	def delete(self, armed=None):
		"""Delete it; the errno."""
		return self.sock.talk(rtnl.RTM_DELLINK, 0, link() + self.name, armed)

	def settle(self, want, err, label):
		"""After a request: it is there or it is not, and the module is held by it."""
		there = bool(index_of(self.text))
		self.verdict.check(references() == there + self.others,
				   "%s: %d references" % (label, references()))
		if err:
			# device_add() says EINVAL where the name could not be copied.
			self.verdict.check(err in NO_MEMORY + (errno.EINVAL,), "%s: errno %d" % (label, err))
		else:
			self.verdict.check(there == want, "%s: taken, and not done" % label)
		return there

	def make(self, armed):
		"""One step of a sweep."""
		err = self.create(armed)
		if self.settle(True, err, "%s made, allocation %d" % (self.text, armed.number)):
			self.verdict.check(not self.delete(), "delete")

	def remove(self, armed):
		"""One step of a sweep."""
		if not index_of(self.text):
			self.create()
		self.settle(False, self.delete(armed),
			    "%s deleted, allocation %d" % (self.text, armed.number))

	def bring_up(self, armed):
		"""One step of a sweep."""
		index = index_of(self.text)
		err = self.sock.talk(rtnl.RTM_NEWLINK, 0, link(index, IFF_UP, IFF_UP), armed)
		self.verdict.check(not err or err in NO_MEMORY, "%s up: errno %d" % (self.text, err))
		err = self.sock.talk(rtnl.RTM_NEWLINK, 0, link(index, 0, IFF_UP))
		self.verdict.check(not err, "%s down again: errno %d" % (self.text, err))

	def sweep(self, label, once):
		"""All allocations of one of these."""
		sweep(self.verdict, "%s %s" % (self.text, label), self.fault, once)


def cmd_links(spec):
	"""The life of a device, of a port and of a hook by rtnetlink."""
	fault = Fault()
	verdict = nl.Verdict()
	genl = nl.Genl(spec)
	dev = Life(verdict, fault, "fz", rtnl.info())
	dev.sweep("made", dev.make)
	dev.sweep("deleted", dev.remove)
	for encap, key in (("vxlan", "nvgre"), ("gre", "nvgre"), ("gre", "plain")):
		dev.create()
		answer = genl.call("dev-set", {**genl.device("fz"), "dev": {
			"vni": 77, "local": "10.9.0.1", "encap": encap, "gre-key": key}})
		verdict.check(not answer.error, "settings: %s" % answer)
		dev.sweep("up, %s %s" % (encap, key), dev.bring_up)
		dev.delete()
	transit = Life(verdict, fault, "fl", rtnl.info(rtnl.attr(rtnl.IFLA_INFO_DATA, rtnl.attr(1, b"\1"))))
	transit.sweep("made", transit.make)
	transit.sweep("deleted", transit.remove)
	transit.create()
	transit.sweep("up", transit.bring_up)
	verdict.check(not transit.delete(), "a transit deleted")
	dev.create()
	port = Life(verdict, fault, "fp", rtnl.attr(IFLA_LINK, struct.pack("=I", index_of("fz"))) +
		    rtnl.info(kind=b"tenovl_port\0"), others=1)
	port.sweep("made", port.make)
	port.sweep("deleted", port.remove)
	port.create()
	port.sweep("up", port.bring_up)
	answer = genl.call("port-set", {**genl.device("fz"), "port": {"index": index_of("fp"), "role": 1}})
	verdict.check(not answer.error, "an access port: %s" % answer)
	hook = Life(verdict, fault, "fh", rtnl.attr(IFLA_LINK, struct.pack("=I", index_of("fp"))) +
		    rtnl.info(kind=b"tenovl_hook\0"), others=2)
	hook.sweep("made", hook.make)
	hook.sweep("deleted", hook.remove)
	hook.create()
	hook.sweep("up", hook.bring_up)
	verdict.check(not dev.delete(), "deleted with its port and that with its hook")
	verdict.check(references() == 0, "%d references" % references())
	verdict.end()


def cmd_bridge(spec, devname, peer):
	"""Entries added and deleted as "bridge fdb" does."""
	genl = nl.Genl(spec)
	dev = genl.device(devname)
	sock = Rtnl()
	fault = Fault()
	verdict = nl.Verdict()
	before = genl.state(dev)
	attrs = rtnl.attr(NDA_LLADDR, b"\2\0\0\0\0\x55") + rtnl.attr(NDA_DST, socket.inet_aton(peer))
	body = struct.pack("=BxHiHBB", socket.AF_BRIDGE if hasattr(socket, "AF_BRIDGE") else 7, 0,
			   index_of(devname), NUD_PERMANENT | NUD_NOARP, NTF_SELF, 0) + attrs
	after = ""

	def add(armed):
		err = sock.talk(RTM_NEWNEIGH, rtnl.F_CREATE | rtnl.F_EXCL, body, armed)
		state = genl.state(dev)
		verdict.check(state == (before if err else after) or (err in NO_MEMORY and state == after),
			      "added, allocation %d: errno %d" % (armed.number, err))
		if state != before:
			sock.talk(RTM_DELNEIGH, 0, body)

	def remove(armed):
		sock.talk(RTM_NEWNEIGH, rtnl.F_CREATE | rtnl.F_EXCL, body)
		err = sock.talk(RTM_DELNEIGH, 0, body, armed)
		state = genl.state(dev)
		verdict.check(state == (after if err else before) or (err in NO_MEMORY and state == before),
			      "deleted, allocation %d: errno %d" % (armed.number, err))

	err = sock.talk(RTM_NEWNEIGH, rtnl.F_CREATE | rtnl.F_EXCL, body)
	verdict.check(not err, "added without a fault: errno %d" % err)
	after = genl.state(dev)
	sock.talk(RTM_DELNEIGH, 0, body)
	sweep(verdict, "bridge fdb add", fault, add)
	sweep(verdict, "bridge fdb del", fault, remove)
	verdict.end()


def cmd_transmit(_, devname, smac):
	"""A broadcast frame, small and large."""
	sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
	sock.bind((devname, 0))
	fault = Fault()
	verdict = nl.Verdict()
	for size in (60, 1400):
		frame = b"\xff" * 6 + nl.text_to_bytes(smac) + b"\x88\xb5" + b"\0" * (size - 14)

		def send(armed, frame=frame):
			try:
				with armed:
					sock.send(frame)
			except OSError as e:
				verdict.check(e.errno in NO_MEMORY, "send: %s" % e)
		sweep(verdict, "a frame of %d bytes" % size, fault, send)
	verdict.end()


def cmd_packets(_, devname, src, dst):
	"""A packet of IPv4, small and large."""
	sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
	sock.bind((devname, 0))
	fault = Fault()
	verdict = nl.Verdict()
	for size in (60, 1400):
		packet = struct.pack("!BBHHHBBH", 0x45, 0, size, 0, 0x4000, 64, 17, 0)
		packet += socket.inet_aton(src) + socket.inet_aton(dst)
		packet += bytes(size - len(packet))

		def send(armed, packet=packet):
			try:
				with armed:
					sock.send(packet)
			except OSError as e:
				verdict.check(e.errno in NO_MEMORY, "send: %s" % e)
		sweep(verdict, "a packet of %d bytes" % size, fault, send)
	verdict.end()


def in_child(work):
	"""Run something in a child and return its exit status."""
	pid = os.fork()
	if not pid:
		status = 99
		try:
			status = work()
		finally:
			os._exit(status)
	return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def unshare():
	"""A new network namespace; returns an errno."""
	return ctypes.get_errno() if LIBC.unshare(CLONE_NEWNET) else 0


def namespace_with_fault(number):
	"""A child makes a namespace, which goes with it: whether that many allocations were made."""
	def work():
		fault = Fault().nth(number)
		with fault:
			err = unshare()
		# Other parts of the kernel have other words than ENOMEM for it.
		return 0 if fault.met or err else 1
	status = in_child(work)
	if status not in (0, 1):
		sys.exit("allocation %d: status %d" % (number, status))
	return not status


def cmd_namespace(_):
	"""A namespace: the module came last, so its part is at the end; of the others a sample."""
	verdict = nl.Verdict()
	LIBC.unshare.argtypes = [ctypes.c_int]
	most = 64
	while namespace_with_fault(most):
		most *= 2
	least = most // 2
	while most - least > 1:
		middle = (least + most) // 2
		if namespace_with_fault(middle):
			least = middle
		else:
			most = middle
	# The number of allocations differs a little from one to the next.
	tries = list(range(1, least - 60, 37)) + list(range(max(1, least - 60), least + 1))
	met = sum(namespace_with_fault(number) for number in tries)
	verdict.check(2 * met > len(tries), "%d of %d tries met their fault" % (met, len(tries)))
	verdict.check(least > 100, "a namespace of %d allocations only" % least)
	print("a namespace: %d allocations" % least)
	verdict.end()


def cmd_module(_, path):
	"""The module comes whole or not at all."""
	fault = Fault()
	verdict = nl.Verdict()
	LIBC.syscall.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]

	def insert(armed):
		with open(path, "rb") as f:
			with armed:
				failed = LIBC.syscall(SYS_FINIT_MODULE, f.fileno(), ctypes.cast(b"", ctypes.c_void_p), 0)
		err = ctypes.get_errno() if failed else 0
		there = os.path.isdir("/sys/module/tenovl")
		label = "allocation %d: errno %d" % (armed.number, err)
		verdict.check(there == (not err), label + ": there and not")
		verdict.check(not err or err in NO_MEMORY, label)
		if there:
			failed = LIBC.syscall(SYS_DELETE_MODULE, ctypes.cast(b"tenovl", ctypes.c_void_p), 0, 0)
			verdict.check(not failed, label + ": cannot be removed, errno %d" % ctypes.get_errno())
	sweep(verdict, "the module", fault, insert)
	verdict.end()


def main(argv):
	"""Pick the verb."""
	verbs = {"requests": cmd_requests, "links": cmd_links, "bridge": cmd_bridge,
		 "transmit": cmd_transmit, "packets": cmd_packets, "namespace": cmd_namespace,
		 "module": cmd_module}
	if len(argv) < 2 or argv[1] not in verbs:
		sys.exit(__doc__)
	verbs[argv[1]](nl.Spec(), *argv[2:])


if __name__ == "__main__":
	main(sys.argv)
