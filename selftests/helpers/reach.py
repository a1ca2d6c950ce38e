#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Ask who reaches whom, and hold it against the models.

  reach.py all|up|down|loose SECONDS MODEL...

MODEL is a file for each tenant: what "ovctl export" and then what "ovctl -j vm
show" print of it. Each of its VMs that is a namespace gets a socket at each of
its addresses, and sends a datagram to each address of all tenants. Two VMs
reach each other where they are in one VPC, or the overlay is on and their VPCs
are joined; two whose VPCs are not, but both are joined with a third one, may or
may not. Nobody gets what is of another tenant. A datagram that arrives is
answered, and must come from the address that it was sent from.

With "up" only the first of two VMs asks, with "down" only the second one, and
what is not answered fails at once instead of being sent again: so that caches
that are cold are seen to lose nothing. "loose" sends again, "all" does not.

Prints what differs, or how many ways were gone. Exit: 0 as the models say.
"""

import ctypes
import json
import os
import select
import socket
import sys
import time

PORT = 7007
FAMILIES = {4: ("ip", socket.AF_INET), 6: ("ip6", socket.AF_INET6)}

# After the last of those that must be answered, so long is heard for what must not arrive.
QUIET = 0.3

# Between two datagrams of which the first was lost.
AGAIN = 1.0

LIBC = ctypes.CDLL(None, use_errno=True)


def enter(path):
	"""Become a process of a network namespace."""
	fd = os.open(path, os.O_RDONLY)
	if LIBC.setns(fd, 0):
		raise OSError(ctypes.get_errno(), "setns to %s" % path)
	os.close(fd)


def read_models(paths):
	"""The tenants, each with its VMs."""
	tenants = []
	for path in paths:
		with open(path, encoding="ascii") as f:
			text = f.read()
		model, end = json.JSONDecoder().raw_decode(text)
		model["places"] = json.loads(text[end:])
		tenants.append(model)
	return tenants


class Station:
	"""A VM at one of its addresses."""

	def __init__(self, tenant, vm, family):
		self.tenant = tenant
		self.vm = vm
		self.family = family
		self.addr = vm[FAMILIES[family][0]]
		self.name = "%s of tenant %d at %s" % (vm["vm"], tenant["tenant"], self.addr)
		enter("/run/netns/" + vm["place"])
		self.sock = socket.socket(FAMILIES[family][1], socket.SOCK_DGRAM)
		self.sock.bind((self.addr, PORT))
		self.sock.setblocking(False)

	def gateway(self):
		"""Whether its subnet is left in this family."""
		key = "gateway" if self.family == 4 else "gateway6"
		return any(s["id"] == self.vm["subnet"] and s.get(key) for s in self.tenant["subnets"])

	def reaches(self, other):
		"""What the model says."""
		if self.vm["subnet"] != other.vm["subnet"] and not (self.gateway() and other.gateway()):
			return False
		pair = sorted((self.vm["vpc"], other.vm["vpc"]))
		if pair[0] == pair[1]:
			return True
		links = [sorted(link) for link in self.tenant.get("links", [])]
		if not self.tenant["overlay"]:
			return False
		if not links or pair in links:
			return True
		# By way of a third one, where both subnets are: links are tunnels, not a wall.
		over = [{a for link in links if end in link for a in link} for end in pair]
		return None if over[0] & over[1] else False


class Asking:
	"""All stations, and what is on its way between them."""

	def __init__(self, tenants, order):
		self.stations = []
		self.faults = []
		self.wanted = {}	# number to (from, to): must be answered
		self.others = {}	# number to (from, address): must not be
		home = os.open("/proc/self/ns/net", os.O_RDONLY)
		for tenant in tenants:
			for vm in tenant["places"]:
				if vm["kind"] in ("own", "netns"):
					self.stations += [Station(tenant, vm, f) for f, (key, _) in
							  FAMILIES.items() if vm.get(key)]
		LIBC.setns(home, 0)
		os.close(home)
		self.pair(order)
		self.poll = select.poll()
		self.by_fd = {s.sock.fileno(): s for s in self.stations}
		for fd in self.by_fd:
			self.poll.register(fd, select.POLLIN)

	def pair(self, order):
		"""Who asks whom."""
		for i, one in enumerate(self.stations):
			own = [s.addr for s in self.stations if s.tenant is one.tenant]
			for k, two in enumerate(self.stations):
				if i == k or one.family != two.family:
					continue
				if order == "up" and i > k or order == "down" and i < k:
					continue
				number = i * len(self.stations) + k
				if one.tenant is not two.tenant:
					if two.addr not in own:
						self.others[number] = (one, two)
					continue
				reaches = one.reaches(two)
				if reaches:
					self.wanted[number] = (one, two)
				elif reaches is False:
					self.others[number] = (one, two)

	def fault(self, text):
		"""Once each."""
		if text not in self.faults:
			self.faults.append(text)

	@staticmethod
	def send(one, addr, kind, number):
		"""A datagram that says whose it is."""
		text = "%s %d %d %s %s" % (kind, number, one.tenant["tenant"], one.addr, addr)
		try:
			one.sock.sendto(text.encode(), (addr, PORT))
		except OSError:
			pass	# no route: it is as good as lost

	def take(self, station):
		"""What arrived at a station."""
		while True:
			try:
				data, source = station.sock.recvfrom(200)
			except BlockingIOError:
				return
			except OSError:
				continue
			kind, number, tenant, src, dst = data.decode().split()
			number = int(number)
			if int(tenant) != station.tenant["tenant"]:
				self.fault("%s got what tenant %s sent from %s" % (station.name, tenant, src))
			elif dst != station.addr or source[0] != src:
				self.fault("%s got from %s what %s sent to %s" %
					   (station.name, source[0], src, dst))
			elif kind == "ask":
				self.send(station, src, "answer", number)
			elif number in self.others:
				one, two = self.others[number]
				self.fault("%s reaches %s" % (one.name, two.name))
			else:
				self.wanted.pop(number, None)

	def hear(self, until):
		"""Take what arrives; early where all that must be answered has been."""
		waited = bool(self.wanted)
		while time.monotonic() < until and (self.wanted or not waited):
			for fd, _ in self.poll.poll(max(0, until - time.monotonic()) * 1000):
				self.take(self.by_fd[fd])

	def ask(self, seconds, again):
		"""Send all, and hear what comes of it."""
		end = time.monotonic() + seconds
		for number, (one, two) in self.others.items():
			self.send(one, two.addr, "ask", number)
		while self.wanted and time.monotonic() < end:
			for number, (one, two) in self.wanted.items():
				self.send(one, two.addr, "ask", number)
			self.hear(min(end, time.monotonic() + AGAIN) if again else end)
		missing = self.wanted
		self.wanted = {}
		if self.others:
			self.hear(time.monotonic() + QUIET)
		for one, two in missing.values():
			self.fault("%s does not reach %s" % (one.name, two.name))


def main():
	"""See above."""
	order, seconds = sys.argv[1:3]
	asking = Asking(read_models(sys.argv[3:]), order)
	count = len(asking.wanted), len(asking.others)
	asking.ask(float(seconds), order == "loose")
	for text in asking.faults[:20]:
		print(text)
	if asking.faults:
		print("%d faults" % len(asking.faults))
		return sys.exit(1)
	print("%d ways are open, %d are shut" % count)
	return None


if __name__ == "__main__":
	main()
