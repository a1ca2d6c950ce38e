# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the scripts here: where things are cached, and what a kernel is.
#
# A kernel is a directory that holds
#	release		its "uname -r"
#	vmlinuz		what QEMU boots
#	arch		"um" where vmlinuz is a program instead: user-mode Linux
#	modules		what /lib/modules/RELEASE is in the guest
#	kdir		a symbolic link to the tree that modules are built against

set -u

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM/../.." && pwd)
CACHE=${TENOVL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tenovl}
export VM TOP CACHE
PATH=$PATH:/usr/sbin:/sbin

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$@"
	exit 127
}

# Root runs a command as it is, others by sudo.
as_root()
{
	if (($(id -u) == 0)); then
		"$@"
	else
		command -v sudo >/dev/null || die "needs root or sudo for: $*"
		sudo "$@"
	fi
}

# One builder at a time; the others wait for what it makes. Released when the script ends.
cache_lock()
{
	mkdir -p "$CACHE"
	exec 9>"$CACHE/$1.lock"
	flock -n 9 || { say "waiting for another run that makes $1"; flock 9; }
}

# The release of the newest kernel whose headers are installed.
headers_release()
{
	local d

	for d in /lib/modules/*-amd64/build; do
		[[ -e $d/Makefile && $d != *-cloud-amd64/* && $d != *-rt-amd64/* ]] || continue
		basename "$(dirname "$d")"
	done | sort -V | tail -n 1
}

# kernel_unpacked WORK RELEASE BUILD-TREE: makes the kernel's directory in the cache from the packages
# unpacked in WORK/root. Newer ones have the image beside the modules instead of in /boot.
kernel_unpacked()
{
	local work=$1 release=$2 mods out=$1/out

	mods=$work/root/usr/lib/modules/$release
	[[ -d $mods ]] || mods=$work/root/lib/modules/$release
	mkdir -p "$out/tree/lib/modules" "$CACHE/kernels"
	cp "$work/root/boot/vmlinuz-$release" "$out/vmlinuz" 2>/dev/null ||
		cp "$mods/vmlinuz" "$out/vmlinuz" || return 1
	mv "$mods" "$out/tree/lib/modules/" || return 1
	depmod -b "$out/tree" "$release" || return 1
	ln -s "tree/lib/modules/$release" "$out/modules"
	ln -s "$3" "$out/kdir"
	echo "$release" >"$out/release"
	mv "$out" "$CACHE/kernels/$release"
}
