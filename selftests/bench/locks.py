#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""locks.py DIR MODULE: which instructions of the module that a profile saw run lock the bus.

DIR holds what profile.sh left: "blocks" (address, instructions, runs), "kallsyms" and "count", the
packets. MODULE is tenovl.ko, whose text objdump takes apart as it was compiled: at run time a kernel
that finds one processor alone has patched the prefix away. Exit 1 when a packet takes one, that is,
when it ran for half of them or more.
"""
import bisect
import collections
import re
import subprocess
import sys


def loaded(path):
	"""Functions of the module where they ran: sorted addresses, and their names."""
	found = []
	with open(path, encoding="ascii") as f:
		for line in f:
			words = line.split()
			if len(words) == 4 and words[3] == "[tenovl]" and words[1] in "tT":
				found.append((int(words[0], 16), words[2]))
	return sorted(found)


def listing(module):
	"""Of each function the offsets and texts of its instructions."""
	out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", module], check=True,
			     stdout=subprocess.PIPE, universal_newlines=True).stdout
	functions, name, start = collections.defaultdict(list), None, 0
	doubles = set()
	for line in out.splitlines():
		head = re.match(r"([0-9a-f]+) <(\S+)>:$", line)
		insn = re.match(r" *([0-9a-f]+):\t(.*)", line)
		if head:
			start, name = int(head.group(1), 16), head.group(2)
			if name in functions:
				doubles.add(name)
		elif insn and name:
			functions[name].append((int(insn.group(1), 16) - start, insn.group(2)))
	return {name: body for name, body in functions.items() if name not in doubles}


def locks(text):
	"""Does it lock the bus? An exchange with memory does by itself."""
	return text.startswith("lock ") or (text.startswith("xchg ") and "(" in text)


def executed(directory, functions):
	"""Runs of each instruction of the module: (function, offset, text) -> runs; and how many ran that
	cannot be told, where a running kernel has patched its text, or two functions have one name."""
	where = loaded(directory + "/kallsyms")
	starts = [at for at, _ in where]
	runs, dark = collections.Counter(), 0
	end = starts[-1] + 4096
	with open(directory + "/blocks", encoding="ascii") as f:
		for line in f:
			words = line.split()
			at, insns, times = int(words[0], 16), int(words[1]), int(words[2])
			i = bisect.bisect(starts, at) - 1
			if i < 0 or at > end:
				continue
			body = functions.get(where[i][1], [])
			first = bisect.bisect_left(body, (at - where[i][0], ""))
			if first == len(body) or body[first][0] != at - where[i][0]:
				dark += insns * times
				continue
			for offset, text in body[first:first + insns]:
				runs[where[i][1], offset, text] += times
	return runs, dark


def main():
	"""See above."""
	directory, module = sys.argv[1:]
	with open(directory + "/count", encoding="ascii") as f:
		packets = int(f.read())
	runs, dark = executed(directory, listing(module))
	often = {key: times for key, times in runs.items() if times >= packets / 2}
	if not often:
		sys.exit("locks.py: nothing of the module ran for each packet")
	if dark * 50 > sum(runs.values()):
		sys.exit("locks.py: of %d instructions that ran, %d more cannot be told" % (sum(runs.values()), dark))
	bad = sorted(key for key in often if locks(key[2]))
	for name, offset, text in bad:
		print("locked: %s+0x%x: %s" % (name, offset, text))
	print("%d instructions of %d functions of the module ran for each packet, %d of them locked (%.1f %% untold)" % (
		len(often), len({key[0] for key in often}), len(bad), 100 * dark / sum(runs.values())))
	sys.exit(1 if bad else 0)


if __name__ == "__main__":
	main()
