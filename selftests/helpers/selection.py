#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Play every case of port selection, and compare each step with what the rules say.

  selection.py matrix CAUSE NAPS     every number of ports, order of priorities and revert, for a cause
  selection.py delay CAUSE NAPS      a revert-delay is waited for

CAUSE is one of those below, or pinned. Runs in the namespace of the devices that it makes; NAPS is how many seconds what comes later than
the command that causes it may take.

A step is one or more commands, and a reading of "dev show" and "port show" in JSON: the state of
every port, which one is selected, why, and how many changes that makes; all else that is told must
be as it was. When a command answers, what it makes unusable has been left, except where a bridge
tells a port's state later; what becomes usable may take a moment. The same must come by "monitor".
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

# Of a device or a port, what traffic and time change.
VARIES = {"generation", "age", "stats", "entries", "learned-entries", "tombstones"}

# The longest revert-delay, in milliseconds.
FOREVER = 3600000

# Every order of priorities, equal ones, and of three an equal pair.
ORDERS = {n: [*itertools.permutations(range(10, 10 * n + 1, 10)), (10,) * n] for n in (2, 3)}
ORDERS[3].append((20, 10, 20))

# What a port is set to, by turns: listening and learning. A bridge whose own protocol is off makes
# one that is disabled or blocking forward again. (That protocol's blocking is in test_ports.sh.)
STP_STATES = itertools.cycle((1, 2))
STP_FORWARDING = 3


class Cause:
	"""What makes a port unusable, and what mends that."""

	def __init__(self, told, breaks, mends, out=False, gone=False, later=False):
		self.told = told	# as ovctl says it
		self.breaks = breaks	# commands
		self.mends = mends
		self.out = out		# the port is in no bridge then
		self.gone = gone	# nor is there a port
		self.later = later	# than the command that does it


CAUSES = {
	"admin": Cause("admin", ["ip link set {port} down"], ["ip link set {port} up"]),
	"bridge-down": Cause("bridge-down", ["ip link set {bridge} down"], ["ip link set {bridge} up"]),
	"bridge-deleted": Cause("bridge-deleted", ["ip link del {bridge}"], [
		"ip link add {bridge} up type bridge mcast_snooping 0",
		"ip link set {port} master {bridge}"], out=True),
	"port-removed": Cause("port-removed", ["ip link set {port} nomaster"],
			      ["ip link set {port} master {bridge}"], out=True),
	"port-deleted": Cause("port-removed", ["ip link del {port}"],
			      ["ovctl port add {dev} {port} priority {priority} bridge {bridge}"],
			      out=True, gone=True),
	"stp": Cause("stp", ["ip link set {port} type bridge_slave state {stp}"],
		     ["ip link set {port} type bridge_slave state %d" % STP_FORWARDING], later=True),
}


class Tool:
	"""A program that reads commands and runs for all of the time."""

	def __init__(self, *command):
		# pylint: disable=consider-using-with
		self.child = subprocess.Popen(["stdbuf", "-oL", *command], stdin=subprocess.PIPE, text=True,
					      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

	def tell(self, lines):
		"""Give it commands."""
		self.child.stdin.write("\n".join(lines) + "\n")
		self.child.stdin.flush()

	def ask(self, lines, end, answers=1):
		"""The same, and return what it says up to the line that is the end of so many answers."""
		self.tell(lines)
		out = []
		for line in self.child.stdout:
			out.append(line)
			answers -= end(line)
			if not answers:
				return "".join(out)
		sys.exit("refused, or before: %s: %s" % ("; ".join(lines), "".join(out).strip()))

	def stop(self):
		"""End it."""
		self.child.stdin.close()
		self.child.stdout.close()
		self.child.wait()


class Wrong(Exception):
	"""A step that did not go as the rules say."""


class Tools:
	"""The two that configure, and the one that listens."""

	def __init__(self, patience):
		self.patience = patience
		self.ip = Tool("ip", "-batch", "-")
		self.ovctl = Tool("ovctl", "-j", "batch", "-")
		# pylint: disable=consider-using-with
		self.file = tempfile.TemporaryFile("w+")
		self.monitor = subprocess.Popen(["ovctl", "-j", "monitor"], stdout=self.file.fileno())
		self.heard = []
		self.at = 0
		if not self.wait(self.events):
			sys.exit("the monitor does not listen")

	def stop(self):
		"""End them, also after an error."""
		self.monitor.terminate()
		self.monitor.wait()
		self.ip.stop()
		self.ovctl.stop()
		self.file.close()

	def wait(self, true):
		"""Wait for a condition; returns whether it came."""
		end = time.monotonic() + self.patience
		while not true():
			if time.monotonic() > end:
				return False
			time.sleep(0.01)
		return True

	def run(self, commands):
		"""Carry out commands. One of ip after one of ovctl would not wait for that: there is none."""
		for tool, lines in itertools.groupby(commands, lambda c: c.split()[0]):
			lines = [line.split(maxsplit=1)[1] for line in lines]
			if tool == "ip":
				self.ip.ask(lines + ["link show dev lo"], lambda line: "link/loopback" in line)
			else:
				self.ovctl.tell(lines)

	def read(self, dev):
		"""The device and its ports as they are after all commands."""
		text = self.ovctl.ask(["dev show %s" % dev, "port show %s" % dev],
				      lambda line: line.rstrip().endswith("]"), 2)
		devs, end = json.JSONDecoder().raw_decode(text)
		return devs[0], json.loads(text[end:])

	def events(self):
		"""Every event heard so far. (pread: the monitor writes at the file's position.)"""
		data = os.pread(self.file.fileno(), 1 << 24, self.at)
		whole = data.rfind(b"\n") + 1
		self.at += whole
		self.heard += [json.loads(line) for line in data[:whole].splitlines()]
		return self.heard


class Port:
	"""A port as the rules see it."""

	def __init__(self, name, bridge, priority, age):
		self.name = name
		self.bridge = bridge
		self.priority = priority
		self.age = age
		self.broken = None	# the cause

	def usable(self):
		"""Can it carry traffic?"""
		return not self.broken


class World:
	"""The rules."""

	def __init__(self):
		self.ports = []
		self.revert = True
		self.delayed = False
		self.pinned = None
		self.selected = None
		self.cause = "none"
		self.history = []	# (selected before, selected, cause) of each change

	def look(self, why):
		"""Something happened: what is selected now, and why?"""
		now = self.selected
		usable = [p for p in self.ports if p.usable()]
		best = self.pinned
		if best not in usable:
			best = min(usable, key=lambda p: (p.priority, p.age), default=None)
		if best is now:
			return
		if now is None:
			cause = "found"
		elif now not in usable:
			cause = why
		elif why == "pinned" or best is self.pinned:
			cause = "pinned"
		elif self.revert and not self.delayed:
			cause = "revert"
		else:
			return
		self.history.append((now.name if now else None, best.name if best else None, cause))
		self.selected, self.cause = best, cause

	def state(self, port):
		"""The word for a port's state."""
		if port is self.selected:
			return "selected"
		return "standby" if port.usable() else "unusable"

	def tells(self):
		"""What a reading must say, with what is nobody's business left out."""
		out = {"selection": {"cause": self.cause, "changes": len(self.history)},
		       "selected": self.selected.name if self.selected else None, "ports": 0}
		for p in self.ports:
			if p.broken and p.broken.gone:
				continue
			out[p.name] = {"priority": p.priority, "state": self.state(p),
				       "pinned": p is self.pinned,
				       "bridge": None if p.broken and p.broken.out else p.bridge}
			out["ports"] += 1
		return out


class Play:
	"""A device with some ports, each in a bridge of its own."""

	def __init__(self, tools, dev, count):
		self.tools = tools
		self.dev = dev
		self.world = World()
		self.steps = 0
		self.where = "%d ports made" % count
		self.rest = None
		self.stp = None
		tools.run(["ovctl dev add %s vni %s local 10.9.0.1 revert-delay 0" % (dev, dev[1:])])
		tools.read(dev)
		tools.run(["ip link set %s up" % dev])
		for i in range(count):
			letter = "abcdefgh"[i]
			port = Port(dev + letter, "br%s%s" % (dev[1:], letter), 10 * (i + 1), i)
			self.world.ports.append(port)
			self.step("%s comes" % port.name, "found", [
				"ip link add %s up type bridge mcast_snooping 0" % port.bridge,
				"ovctl port add %s %s priority %d bridge %s" % (dev, port.name, port.priority,
									      port.bridge)], later=True)
		self.rest = self.read()[1]

	def step(self, text, why, commands, later=False):
		"""Commands, what the rules make of them, and what the device tells."""
		self.world.look(why)
		self.tools.run(commands)
		self.steps += 1
		self.compare(text, later)

	def read(self):
		"""What is told: as in World.tells(), and all else. Never are two selected."""
		dev, ports = self.tools.read(self.dev)
		chosen = [p["name"] for p in ports if p["state"] == "selected"]
		if len(chosen) > 1:
			raise Wrong("%s: selected are %s" % (self.where, " and ".join(chosen)))
		# Of a device that never had a port nothing is told.
		selection = dev.pop("selection", {"cause": None, "changes": 0})
		out = {"selection": {k: selection[k] for k in ("cause", "changes")},
		       "selected": selection.get("port-name"), "ports": dev["ports"]}
		rest = {self.dev: {k: v for k, v in dev.items() if k not in VARIES | {"ports"}}}
		for p in ports:
			name = p.pop("name")
			out[name] = {k: p.pop(k) for k in ("priority", "state", "pinned")}
			out[name]["bridge"] = p.pop("bridge-name", None)
			p.pop("bridge", None)
			rest[name] = {k: v for k, v in p.items() if k not in VARIES}
		return out, rest

	def compare(self, text, later):
		"""The device against the rules; later it may take a while."""
		want = self.world.tells()
		end = time.monotonic() + self.tools.patience
		while True:
			got, rest = self.read()
			if got == want or not later or time.monotonic() > end:
				break
			time.sleep(0.01)
		bad = ["%s: wanted %s, got %s" % (k, json.dumps(want.get(k)), json.dumps(got.get(k)))
		       for k in sorted(set(want) | set(got)) if want.get(k) != got.get(k)]
		for k in self.rest or ():
			if k in rest and rest[k] != self.rest[k]:
				bad.append("%s: was %s, is %s" % (k, self.rest[k], rest[k]))
		if bad:
			raise Wrong("%s, %s: %s" % (self.where, text, "; ".join(bad)))

	def words(self, port):
		"""What commands name."""
		return {"dev": self.dev, "port": port.name, "bridge": port.bridge,
			"priority": port.priority, "stp": self.stp}

	def breaks(self, port, cause):
		"""A port becomes unusable."""
		port.broken = cause
		if self.world.pinned is port and cause.gone:
			self.world.pinned = None
		self.stp = next(STP_STATES)
		words = self.words(port)
		self.step("%s broken" % port.name, cause.told, [c.format(**words) for c in cause.breaks],
			  cause.later)

	def mends(self, port):
		"""And usable again; one that is made anew is the youngest."""
		cause, port.broken = port.broken, None
		if cause.gone:
			port.age = max(p.age for p in self.world.ports) + 1
			if self.rest:
				self.rest.pop(port.name, None)
		words = self.words(port)
		self.step("%s mended" % port.name, "", [c.format(**words) for c in cause.mends], True)

	def pin(self, port):
		"""By hand, or back to auto."""
		self.world.pinned = port
		name = port.name if port else "auto"
		self.step("%s pinned" % name, "pinned", ["ovctl port select %s %s" % (self.dev, name)])

	def set_priority(self, port, priority):
		"""Of one port."""
		port.priority = priority
		self.step("%s made %d" % (port.name, priority), "admin",
			  ["ovctl port set %s %s priority %d" % (self.dev, port.name, priority)])

	def set_revert(self, on):
		"""Whether a better port is gone back to."""
		self.world.revert = on
		word = "on" if on else "off"
		if self.rest:
			self.rest[self.dev]["revert"] = on
		self.step("revert %s" % word, "revert", ["ovctl dev set %s revert %s" % (self.dev, word)])

	def set_delay(self, msecs):
		"""How long a better port is waited for."""
		self.world.delayed = msecs == FOREVER
		self.rest[self.dev]["revert-delay"] = msecs
		self.step("delay %d" % msecs, "", ["ovctl dev set %s revert-delay %d" % (self.dev, msecs)], True)

	def begin(self, priorities, revert):
		"""A case begins with the best port selected."""
		self.set_revert(True)
		for port, priority in zip(self.world.ports, priorities):
			if port.priority != priority:
				self.set_priority(port, priority)
		if not revert:
			self.set_revert(False)

	def best(self, worst=False):
		"""The port that is wanted most of those that can be had, or least."""
		usable = [p for p in self.world.ports if p.usable()]
		return sorted(usable, key=lambda p: (p.priority, p.age))[-1 if worst else 0]

	def heard(self):
		"""Every change was told by an event, in order, and nothing else was. A bridge that is deleted
		lets go of its ports first: what is told of that is put right by a second event.
		"""
		want = []
		for n, (old, new, cause) in enumerate(self.world.history, 1):
			if cause == "bridge-deleted":
				want.append((n, old, new, "port-removed"))
			want.append((n, old, new, cause))

		def told():
			return [(s["changes"], s.get("old-port-name"), s.get("port-name"), s["cause"])
				for s in (e["selection"] for e in self.tools.events()
					  if e["event"] == "port-selected" and e["ifname"] == self.dev)]

		self.tools.wait(lambda: len(told()) >= len(want))
		for pair in itertools.zip_longest(want, told()):
			if pair[0] != pair[1]:
				raise Wrong("%s, an event: wanted %s, got %s" % (self.where, *pair))


def play_cause(play, cause):
	"""The worst port breaks, to no effect; then all, as they are selected; and are mended."""
	worst = play.best(worst=True)
	play.breaks(worst, cause)
	play.mends(worst)
	broken = []
	while play.world.selected:
		broken.append(play.world.selected)
		play.breaks(broken[-1], cause)
	for port in reversed(broken):
		play.mends(port)


def play_pinned(play, _):
	"""Each port is pinned; one that breaks while it is; one that is broken already."""
	for port in play.world.ports:
		play.pin(port)
	play.pin(None)
	worst = play.best(worst=True)
	for cause in CAUSES.values():
		if play.world.pinned is not worst:
			play.pin(worst)
		play.breaks(worst, cause)
		play.mends(worst)
	play.pin(None)
	play.breaks(worst, CAUSES["admin"])
	play.pin(worst)
	play.mends(worst)
	play.pin(None)


def play_delay(play, cause):
	"""A better port is back, and is gone back to when the delay is over, not before."""
	best = play.world.selected
	play.set_delay(FOREVER)
	play.breaks(best, cause)
	play.mends(best)
	play.set_delay(300)
	play.breaks(best, cause)
	play.mends(best)


def cases(verb, name):
	"""What to play: (number of ports, a list of (function, priorities, revert)) of each."""
	if verb == "delay":
		return [(n, [(play_delay, orders[0], True)]) for n, orders in ORDERS.items()]
	function = play_pinned if name == "pinned" else play_cause
	return [(n, [(function, order, revert) for order in orders for revert in (True, False)])
		for n, orders in ORDERS.items()]


def play_all(verb, name, tools):
	"""All cases of a cause, up to the third that does not go as the rules say. Returns whether all do."""
	wrong = played = steps = made = 0
	for count, some in cases(verb, name):
		play = None
		for function, order, revert in some:
			try:
				if not play:
					made += 1
					play = Play(tools, "s%d" % made, count)
				play.where = "%s, priorities %s, revert %s" % (
					name, " ".join(map(str, order)), "on" if revert else "off")
				before = play.steps
				play.begin(order, revert)
				function(play, CAUSES.get(name))
				play.heard()
				steps += play.steps - before
				played += 1
			except Wrong as e:
				# What comes after has a device of its own, which nothing is wrong with.
				wrong += 1
				print("differs: %s" % e)
				if wrong == 3:
					return False
				play = None
	print("%d cases, %d steps, %d differ" % (played + wrong, steps, wrong))
	return played and not wrong


def main():
	"""Pick the verb."""
	verb, name, patience = sys.argv[1:]
	if verb not in ("matrix", "delay") or name not in [*CAUSES, "pinned"]:
		sys.exit(__doc__)
	tools = Tools(int(patience))
	try:
		good = play_all(verb, name, tools)
	finally:
		tools.stop()
	sys.exit(0 if good else 1)


if __name__ == "__main__":
	main()
