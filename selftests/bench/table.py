#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""table.py DIR CSV...: what several boots measured, as a table, as CSV and as a plot.

Each CSV is one boot's lines "part,path,contestant,value,unit". Of each result the median is taken;
its spread is that of the boots, in per cent of it. A ratio is over the first contestant of a path.
DIR gets table.txt, which is printed as well, bench.csv and bench.svg.
"""
import csv
import statistics
import sys
from html import escape
from itertools import groupby

FIELDS = ("part", "path", "contestant", "value", "unit", "ratio", "spread", "boots")
LEFT, BAR, RIGHT = 170, 420, 160
LINE, GAP = 16, 30
STYLE = """
text { font: 11px sans-serif; fill: #222 }
.path { font-weight: bold }
.bar { fill: #9aa5b1 }
.ours { fill: #1f6f54 }
.one { stroke: #c33; stroke-dasharray: 3 3 }
"""


def boots(paths):
	"""All values of each result, path by path, in the order in which the first boot told of them."""
	found, order = {}, {}
	for path in paths:
		with open(path, encoding="utf-8", newline="") as f:
			for part, what, who, value, unit in csv.reader(f):
				found.setdefault((part, what, who, unit), []).append(float(value))
				order.setdefault((part, what), len(order))
	return dict(sorted(found.items(), key=lambda item: order[item[0][:2]]))


def results(found):
	"""A dictionary each."""
	first = {}
	for (part, what, who, unit), values in found.items():
		middle = statistics.median(values)
		one = first.setdefault((part, what), middle)
		yield {"part": part, "path": what, "contestant": who, "value": round(middle), "unit": unit,
		       "ratio": "%.3f" % (middle / one if one else 0),
		       "spread": "%.1f" % (100 * (max(values) - min(values)) / middle if middle else 0),
		       "boots": len(values)}


def text(rows):
	"""The lines of the table."""
	for (part, path), group in groupby(rows, key=lambda row: (row["part"], row["path"])):
		group = list(group)
		yield "%s: %s, %s" % (part, path, group[0]["unit"])
		for row in group:
			yield "  %-24s %12d  %7s  +-%s%%" % (row["contestant"], row["value"], row["ratio"], row["spread"])
		yield ""


def bars(rows, top, scale):
	"""The SVG elements of one path, and where the next begins."""
	first = rows[0]
	out = ['<text class="path" x="8" y="%d">%s: %s (%s)</text>' % (
		top, escape(first["part"]), escape(first["path"]), escape(first["unit"]))]
	y = top + 8
	for row in rows:
		ratio = float(row["ratio"])
		kind = "bar ours" if row["contestant"].startswith("tenovl") else "bar"
		out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 6, y + 11, escape(row["contestant"])))
		out.append('<rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/>' % (
			kind, LEFT, y, ratio * scale, LINE - 3))
		out.append('<text x="%.1f" y="%d">%s (%.2f)</text>' % (LEFT + ratio * scale + 5, y + 11, row["value"], ratio))
		y += LINE
	out.append('<line class="one" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (LEFT + scale, LEFT + scale, top + 6, y))
	return out, y + GAP


def plot(rows, path):
	"""A group of bars for each path, long as their ratios."""
	scale = BAR / max(1.0, *(float(row["ratio"]) for row in rows))
	body, y = [], 24
	for _, group in groupby(rows, key=lambda row: (row["part"], row["path"])):
		drawn, y = bars(list(group), y, scale)
		body += drawn
	width = LEFT + BAR + RIGHT
	with open(path, "w", encoding="utf-8") as f:
		f.write('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n' % (
			width, y, width, y))
		f.write("<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n" % STYLE)
		f.write("\n".join(body) + "\n</svg>\n")


def main():
	"""See above."""
	out, paths = sys.argv[1], sys.argv[2:]
	rows = list(results(boots(paths)))
	if not rows:
		sys.exit("table.py: no results")
	with open(out + "/bench.csv", "w", encoding="utf-8", newline="") as f:
		writer = csv.DictWriter(f, FIELDS)
		writer.writeheader()
		writer.writerows(rows)
	lines = "\n".join(text(rows))
	with open(out + "/table.txt", "w", encoding="utf-8") as f:
		f.write(lines)
	plot(rows, out + "/bench.svg")
	print(lines)


if __name__ == "__main__":
	main()
