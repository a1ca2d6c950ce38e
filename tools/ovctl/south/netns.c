// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by name, by path or by process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"
#include "value.h"

/**
 * ovctl_netns_open() - Open a network namespace.
 * @name: Its name in /run/netns, a path, or pid:N.
 *
 * Return: a file descriptor or a negative error number.
 */
int ovctl_netns_open(const char *name)
{
	char path[PATH_MAX];
	uint32_t pid;
	int n;
	int fd;

	if (!strncmp(name, "pid:", 4)) {
		if (!ovctl_number_parse(&pid, name + 4))
			return -EINVAL;
		n = snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	} else if (strchr(name, '/')) {
		n = snprintf(path, sizeof(path), "%s", name);
	} else {
		n = snprintf(path, sizeof(path), "/run/netns/%s", name);
	}
	if (n >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * ovctl_netns_enter() - Act from another network namespace from now on.
 * @name: As for ovctl_netns_open().
 *
 * Return: 0 or a negative error number.
 */
int ovctl_netns_enter(const char *name)
{
	int fd = ovctl_netns_open(name);
	int err;

	if (fd < 0)
		return fd;
	err = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return err;
}

/**
 * ovctl_netns_is_own() - Whether a namespace is the caller's own.
 * @fd: The namespace.
 *
 * Return: true where it is.
 */
bool ovctl_netns_is_own(int fd)
{
	struct stat own;
	struct stat other;

	return !stat("/proc/self/ns/net", &own) && !fstat(fd, &other) &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}
