#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run the other helpers without starting Python for each.

Reads requests from stdin, one a line, words separated by tabs: the file that
gets what the helper prints, the file that it reads, the network namespace ("-"
for this one), the helper's name, its arguments. Each runs in a child of its
own; its exit status is printed when it has ended.
"""

import ctypes
import importlib
import os
import sys
import traceback

import inject
import pcap
import sent

HELPERS = {"inject": inject, "pcap": pcap, "sent": sent}
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(netns):
	"""Become a process of a network namespace."""
	fd = os.open("/run/netns/" + netns, os.O_RDONLY)
	if LIBC.setns(fd, 0):
		raise OSError(ctypes.get_errno(), "setns to %s" % netns)
	os.close(fd)


def redirect(target, path, flags):
	"""Open a file as stdin or stdout."""
	fd = os.open(path, flags, 0o600)
	os.dup2(fd, target)
	os.close(fd)


def run(out, source, netns, name, *args):
	"""In the child: one helper; returns its exit status."""
	if netns != "-":
		enter(netns)
	redirect(0, source, os.O_RDONLY)
	redirect(1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
	sys.stdin = open(0, encoding="ascii", closefd=False)
	sys.argv = [name, *args]
	module = HELPERS.get(name) or importlib.import_module(name)
	try:
		module.main()
	except SystemExit as e:
		if isinstance(e.code, str):
			print(e.code, file=sys.stderr)
			return 1
		return e.code or 0
	return 0


def main():
	"""Serve until stdin ends."""
	for line in sys.stdin:
		pid = os.fork()
		if not pid:
			status = 125
			try:
				status = run(*line.rstrip("\n").split("\t"))
				sys.stdout.flush()
			except Exception:
				traceback.print_exc()
			finally:
				os._exit(status)
		print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255, flush=True)


if __name__ == "__main__":
	main()
