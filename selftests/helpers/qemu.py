#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""QEMU, told what to do by its monitor (QMP): a small machine with one NIC, on a tap of another
network namespace than the one that it runs in, as a hypervisor has it. Nothing here waits for a
time, but for what QEMU says; a limit only bounds that.

  qemu.py IMAGE SIZE APPEND STATE	boot a machine of SIZE megabytes without a network, and
					save its state once it says that it is ready
"""

import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

import serve

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI = 0x2, 0x1000
MAC = "02:00:00:00:00:b1"
LIMIT = 600
NO_LIMIT = 10 << 30
# One processor whose clock nobody has to measure, which a busy machine could not.
MACHINE = "microvm,rtc=on,pit=on,pic=on,isa-serial=on,x-option-roms=off"
APPEND = ("console=ttyS0 panic=-1 quiet mitigations=off ipv6.disable=1 tsc_early_khz=1000000"
	  " tsc=unstable clocksource=jiffies nohz=off highres=off lpj=1000000")


class Failed(Exception):
	"""What must not be."""


def tap(netns, name):
	"""A descriptor of a tap that is there; the caller stays where it was."""
	here = os.open("/proc/self/ns/net", os.O_RDONLY)
	serve.enter(netns)
	fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
	fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
	if serve.LIBC.setns(here, 0):
		raise OSError("setns back")
	os.close(here)
	return fd


class Machine:
	"""A QEMU process and its monitor."""

	def __init__(self, name, image, size, append="", where=None, on=None, dump=None, incoming=True):
		self.name = name
		self.work = tempfile.mkdtemp(prefix="station.")
		self.events = []
		self.buffer = b""
		self.proc = self.start(self.command(image, size, append, on, dump, incoming), where)
		self.qmp = self.connect()
		self.call("qmp_capabilities")
		self.call("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])

	def command(self, image, size, append, on, dump, incoming):
		"""The words of the command line; self.fds are what it gets."""
		self.fds = [tap(*on)] if on else []
		nic = "tap,id=n,fd=%d" % self.fds[0] if on else "hubport,id=n,hubid=0"
		words = ["qemu-system-x86_64", "-M", MACHINE + ",memory-backend=m", "-nodefaults", "-no-user-config", "-display",
			 "none", "-no-reboot", "-accel", "tcg,thread=multi,tb-size=64", "-cpu", "qemu64",
			 "-m", str(size), "-object", "memory-backend-ram,id=m,prealloc=on,size=%sM" % size, "-kernel", image + "/vmlinuz", "-initrd", image + "/initramfs",
			 "-append", APPEND + " " + append, "-serial", "file:" + self.work + "/console",
			 "-qmp", "unix:%s/qmp,server=on,wait=off" % self.work, "-netdev", nic,
			 "-device", "virtio-net-device,netdev=n,mac=" + MAC]
		if dump:
			words += ["-object", "filter-dump,id=d,netdev=n,maxlen=128,file=" + dump]
		return words + (["-incoming", "defer"] if incoming else [])

	def start(self, words, where):
		"""Run it in a namespace."""
		with open(self.work + "/errors", "wb") as errors:
			proc = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
						pass_fds=self.fds,
						preexec_fn=(lambda: serve.enter(where)) if where else None)
		for fd in self.fds:
			os.close(fd)
		return proc

	def fails(self, what):
		"""With what it said."""
		said = ""
		for name in ("errors", "console"):
			try:
				with open(self.work + "/" + name, encoding="ascii", errors="replace") as f:
					said += f.read()[-800:]
			except OSError:
				pass
		raise Failed("%s: %s\n%s" % (self.name, what, said))

	def until(self, what, told, limit=LIMIT):
		"""Wait for what has no event."""
		end = time.monotonic() + limit
		while not told():
			if self.proc.poll() is not None:
				self.fails("ended: " + what)
			if time.monotonic() > end:
				self.fails("still not: " + what)
			time.sleep(0.02)

	def connect(self):
		"""To its monitor."""
		sock = socket.socket(socket.AF_UNIX)

		def there():
			try:
				sock.connect(self.work + "/qmp")
			except OSError:
				return False
			return True

		self.until("a monitor", there)
		sock.settimeout(LIMIT)
		return sock

	def message(self, limit=LIMIT):
		"""The next one; events are kept as well."""
		self.qmp.settimeout(limit)
		while b"\n" not in self.buffer:
			try:
				data = self.qmp.recv(65536)
			except TimeoutError:
				self.fails("nothing more from its monitor")
			if not data:
				self.fails("it has ended")
			self.buffer += data
		line, self.buffer = self.buffer.split(b"\n", 1)
		told = json.loads(line)
		if "event" in told:
			self.events.append(told)
		return told

	def call(self, command, **args):
		"""What it returns."""
		self.qmp.sendall(json.dumps({"execute": command, "arguments": args}).encode())
		while True:
			told = self.message()
			if "error" in told:
				self.fails("%s: %s" % (command, told["error"]["desc"]))
			if "return" in told:
				return told["return"]

	def event(self, name, limit=LIMIT, **data):
		"""Wait for one that has these values. Return: its time."""
		end = time.monotonic() + limit
		seen = 0
		while True:
			for told in self.events[seen:]:
				at = told["timestamp"]
				values = told.get("data", {})
				if told["event"] == name and all(values.get(k) == v for k, v in data.items()):
					return at["seconds"] + at["microseconds"] / 1e6
				if told["event"] == "MIGRATION" and values.get("status") == "failed":
					self.fails("migration failed: %s" % self.call("query-migrate"))
			seen = len(self.events)
			left = end - time.monotonic()
			if left <= 0:
				self.fails("no event %s %s" % (name, data))
			self.message(left)

	def listen(self, uri, rounds):
		"""Let a state in, and how often it announces itself then."""
		self.call("migrate-set-parameters", **{"announce-rounds": rounds})
		self.call("migrate-incoming", uri=uri)

	def send(self, uri, **settings):
		"""Begin to send the state."""
		settings.setdefault("max-bandwidth", NO_LIMIT)
		self.call("migrate-set-parameters", **settings)
		self.call("migrate", uri=uri)

	def end(self):
		"""Whatever it does."""
		self.proc.kill()
		self.proc.wait()
		self.qmp.close()
		shutil.rmtree(self.work, ignore_errors=True)


def boot(image, size, append, state):
	"""Once for many."""
	machine = Machine("boot", image, size, append, incoming=False)
	try:
		def ready():
			with open(machine.work + "/console", "rb") as f:
				return b"station: ready" in f.read()

		machine.until("the guest is ready", ready)
		machine.send("exec:cat >" + state)
		machine.event("MIGRATION", status="completed")
	finally:
		machine.end()


if __name__ == "__main__":
	try:
		boot(*sys.argv[1:])
	except Failed as e:
		sys.exit(str(e))
