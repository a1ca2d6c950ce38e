#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Hold what would otherwise switch code of the running kernel on and off again and again.

The first hook of a place in netfilter, the first tunnel's UDP socket and the first socket that asks
for time stamps each turn on a static key: the kernel rewrites instructions that other processors
are executing. QEMU before 8.1 can go on with a stale translation of such an instruction for ever
when two emulated processors run at once, and both then hang in the kernel's int3 handler. With one
user of each that stays, in a namespace of its own, nothing is rewritten while tests run.

Says "parked", then waits to be killed.
"""

import os
import signal
import socket
import subprocess

UDP_ENCAP = 100
UDP_ENCAP_L2TPINUDP = 3
SO_TIMESTAMP = 29
HOOKS = ("prerouting", "input", "forward", "output", "postrouting")


def tunnel_socket(family):
	"""A UDP socket that asks to see packets before they are queued."""
	sock = socket.socket(family, socket.SOCK_DGRAM)
	sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_L2TPINUDP)
	sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
	return sock


def hooks(families):
	"""A chain at each hook of IPv4 and IPv6."""
	rules = []
	for family in families:
		rules.append("add table %s park" % family)
		rules += ["add chain %s park %s { type filter hook %s priority 0; }" % (family, h, h)
			  for h in HOOKS]
	subprocess.run(["nft", "-f", "-"], input="\n".join(rules), text=True, check=True)


def main():
	"""Hold all of it."""
	families = {"ip": socket.AF_INET, "ip6": socket.AF_INET6}
	if not os.path.exists("/proc/sys/net/ipv6"):
		del families["ip6"]
	held = [tunnel_socket(f) for f in families.values()]
	hooks(families)
	print("parked", flush=True)
	while held:
		signal.pause()


if __name__ == "__main__":
	main()
