#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A random walk: operations on the store and damage to the kernel, each healed by a sync.

  storm.py STORE PASSWORD-FILE STEPS SEED SECONDS BUDGET

The store has hosts h1 and h2 and no tenant. Two tenants of it get VPCs,
subnets and VMs from the same few numbers and prefixes, so that addresses meet.
Behind each step a sync goes through, the state is as the store says, and who
reaches whom is as the models say (reach.py), with nothing of one tenant at
another. An operation that the tool refuses with a sentence is a step as well.
The same seed makes the same walk, of which no step is begun BUDGET seconds
after the first. SECONDS is what healing may take. Stops at the first
difference, and tells the steps before it.
"""

import json
import os
import random
import re
import subprocess
import sys
import time

import reach

VPCS = (1, 2, 3)
SUBNETS = (21, 31, 41)
VMS = 6
HOSTS = ("h1", "h2")
OURS = re.compile(r"(ns\d+_t\d+.*|mesh\d+_t\d+|h1|h2|rt)$")


class Walk:
	"""The store, and where the walk is."""

	def __init__(self, store, password, seed, seconds):
		self.base = ["ovctl", "--store", store, "--password-file", password]
		self.password = password
		self.rng = random.Random(seed)
		self.seconds = seconds
		self.told = []
		self.refused = 0

	def ovctl(self, *args):
		"""One command: status and output."""
		done = subprocess.run([*self.base, *[str(a) for a in args]], capture_output=True,
				      text=True, stdin=subprocess.DEVNULL, check=False)
		return done.returncode, done.stdout + done.stderr

	def must(self, *args):
		"""One command that has to go through; its output."""
		status, text = self.ovctl(*args)
		if status:
			self.lost("status %d: ovctl %s: %s" % (status, " ".join(map(str, args)), text))
		return text

	def lost(self, text):
		"""The end of a walk that went wrong."""
		for line in [*self.told[-12:], text, "behind %d steps" % len(self.told)]:
			print(line)
		sys.exit(1)

	def model(self, tenant):
		"""What the store has of a tenant."""
		model = json.loads(self.must("export", tenant))
		model["places"] = json.loads(self.must("-j", "vm", "show", tenant))
		return model

	# --- operations: each returns the words of a command ---

	def vpc_of(self, model):
		return self.rng.choice(model["vpcs"])["id"]

	def vpcs_of(self, model):
		ids = [v["id"] for v in model["vpcs"]]
		return ",".join(map(str, self.rng.sample(ids, self.rng.randint(1, len(ids)))))

	def op_vpc_add(self, t, _model):
		return ["vpc", "add", t, self.rng.choice(VPCS)]

	def op_vpc_del(self, t, model):
		return ["vpc", "del", t, self.vpc_of(model), "--yes"]

	def op_vpc_set(self, t, model):
		return ["vpc", "set", t, self.vpc_of(model), "--host", self.rng.choice(HOSTS)]

	def kind_of_subnet(self):
		return self.rng.choice((["--attach", "direct", "--ha=0"], ["--attach", "bridge", "--ha=0"],
					["--ha"], ["--encap", "gre"], ["--encap", "vxlan"]))

	def op_subnet_add(self, t, model):
		i = self.rng.choice(SUBNETS)
		return ["subnet", "add", t, "%d.0.0.0/24,fd%d::/64" % (i, i), "--vpc",
			self.vpcs_of(model), *self.kind_of_subnet()]

	def op_subnet_set(self, t, model):
		args = self.kind_of_subnet()
		if self.rng.random() < 0.3:
			args = ["--vpc", self.vpcs_of(model), "--yes"]
		return ["subnet", "set", t, self.rng.choice(SUBNETS), *args]

	def op_subnet_del(self, t, _model):
		return ["subnet", "del", t, self.rng.choice(SUBNETS), "--yes"]

	def subnet_and_vpc(self, model):
		if not model["subnets"]:
			return ["--subnet", self.rng.choice(SUBNETS)]
		subnet = self.rng.choice(model["subnets"])
		return ["--subnet", subnet["id"], "--vpc", self.rng.choice(subnet["vpcs"])]

	def op_vm_add(self, t, model):
		return ["vm", "add", t, "v%d" % self.rng.randint(1, VMS), *self.subnet_and_vpc(model)]

	def op_vm_set(self, t, model):
		return ["vm", "set", t, "v%d" % self.rng.randint(1, VMS), "--vpc", self.vpc_of(model)]

	def op_vm_del(self, t, _model):
		return ["vm", "del", t, "v%d" % self.rng.randint(1, VMS)]

	def op_overlay(self, t, _model):
		return ["tenant", "set", t, "--overlay", self.rng.choice(("on", "off", "on"))]

	def op_transport(self, t, _model):
		return ["tenant", "set", t, "--transport", self.rng.choice(("direct", "gre"))]

	def op_links(self, t, model):
		ids = sorted(v["id"] for v in model["vpcs"])
		if len(ids) < 2 or self.rng.random() < 0.5:
			return ["tenant", "set", t, "--links", "all"]
		return ["tenant", "set", t, "--links", "%d-%d" % tuple(sorted(self.rng.sample(ids, 2)))]

	def op_drain(self, _t, _model):
		return ["host", "drain", self.rng.choice(HOSTS)]

	def op_undrain(self, _t, _model):
		return ["host", "set", self.rng.choice(HOSTS), "--drained", "off"]

	# --- damage ---

	def ip(self, *args):
		done = subprocess.run(["ip", *args], capture_output=True, text=True, check=False)
		return done.stdout

	def damage(self):
		"""By hand, in a namespace of ours: the words of a command, or none where there is nothing."""
		spaces = sorted(n for n in os.listdir("/run/netns") if OURS.match(n))
		if not spaces:
			return None
		name = self.rng.choice(spaces)
		what = self.rng.choice(("netns", "link", "down", "addr", "route", "neigh", "mtu", "encap"))
		links = sorted(link["ifname"] for link in json.loads(self.ip("-j", "-n", name, "link") or "[]")
			       if link["ifname"] != "lo")
		if what == "netns":
			return ["ip", "netns", "del", name]
		if not links:
			return None
		link = self.rng.choice(links)
		return {
			"link": ["ip", "-n", name, "link", "del", link],
			"down": ["ip", "-n", name, "link", "set", link, "down"],
			"addr": ["ip", "-n", name, "addr", "flush", "dev", link],
			"route": ["ip", "-n", name, "route", "flush", "proto", "116"],
			"neigh": ["ip", "-n", name, "neigh", "flush", "all", "nud", "permanent"],
			"mtu": ["ip", "-n", name, "link", "set", link, "mtu", "1400"],
			"encap": ["ovctl", "-n", name, "dev", "set", link, "encap", "gre"],
		}[what]

	# --- steps ---

	OPS = (("vpc_add", 2), ("vpc_del", 1), ("vpc_set", 2), ("subnet_add", 3), ("subnet_set", 3),
	       ("subnet_del", 1), ("vm_add", 6), ("vm_set", 3), ("vm_del", 1), ("overlay", 2),
	       ("transport", 1), ("links", 1), ("drain", 1), ("undrain", 2))

	def operate(self):
		"""One operation on the store."""
		tenant = self.rng.choice((1, 2))
		names, weights = zip(*self.OPS)
		name = self.rng.choices(names, weights)[0]
		args = getattr(self, "op_" + name)(tenant, self.model(tenant))
		status, text = self.ovctl(*args)
		self.told.append("ovctl %s%s" % (" ".join(map(str, args)),
						 ": " + text.strip() if status else ""))
		self.refused += status == 1
		if status not in (0, 1):
			self.lost("status %d: %s" % (status, text))

	def break_something(self):
		"""One damage."""
		args = self.damage()
		if args:
			self.told.append(" ".join(args))
			subprocess.run(args, capture_output=True, check=False)

	def heal(self):
		"""A sync, and what has to be so then."""
		end = time.monotonic() + self.seconds
		status, text = self.ovctl("sync")
		# A namespace dies in the background, and its devices hold their network ids until then.
		while status and time.monotonic() < end:
			time.sleep(0.1)
			status, text = self.ovctl("sync")
		if status:
			self.lost("sync is refused: " + text)
		status, text = self.ovctl("status")
		if status:
			self.lost("sync left something to do: " + self.ovctl("plan")[1])
		asking = reach.Asking([self.model(1), self.model(2)], "all")
		counts = len(asking.wanted), len(asking.others)
		asking.ask(self.seconds, True)
		for station in asking.stations:
			station.sock.close()
		if asking.faults:
			self.lost("\n".join(asking.faults[:10]))
		return counts

	def begin(self):
		"""Two tenants with something to walk on."""
		for t in (1, 2):
			self.must("tenant", "add", t, "--vpcs", 3, "--host", "h1,h2",
				  "--new-password-file", self.password)
			self.must("subnet", "add", t, "21.0.0.0/24,fd21::/64")
			self.must("subnet", "add", t, "31.0.0.0/24,fd31::/64", "--vpc", "1,2")
			for i, vpc in enumerate((1, 2, 3)):
				self.must("vm", "add", t, "v%d" % (i + 1), "--subnet", 21, "--vpc", vpc)
			self.must("vm", "add", t, "v4", "--subnet", 31, "--vpc", 1 + t % 2)


def main():
	"""See above."""
	store, password, steps, seed, seconds, budget = sys.argv[1:7]
	walk = Walk(store, password, int(seed), float(seconds))
	walk.begin()
	walk.heal()
	opened = shut = broken = done = 0
	end = time.monotonic() + float(budget)
	while done < int(steps) and time.monotonic() < end:
		done += 1
		if walk.rng.random() < 0.3:
			broken += 1
			walk.break_something()
		else:
			walk.operate()
		counts = walk.heal()
		opened += counts[0]
		shut += counts[1]
	print("%d steps, %d of them damage, %d refused; %d ways were open, %d shut" %
	      (done, broken, walk.refused, opened, shut))


if __name__ == "__main__":
	main()
