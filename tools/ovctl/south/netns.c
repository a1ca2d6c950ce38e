// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by name, by path or by process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ovctl.h"
#include "netns.h"
#include "value.h"

/* The file that stands for the namespace. */
static int ovctl_netns_path(struct ovctl *ov, const char *name, char *path, size_t size)
{
	uint32_t pid;
	int n;

	if (!strncmp(name, "pid:", 4)) {
		if (!ovctl_number_parse(&pid, name + 4))
			return ovctl_misuse(ov, "\"%s\" is not a namespace: pid: needs the number of a process",
					    name);
		n = snprintf(path, size, "/proc/%u/ns/net", pid);
	} else if (strchr(name, '/')) {
		n = snprintf(path, size, "%s", name);
	} else {
		n = snprintf(path, size, "/run/netns/%s", name);
	}
	if (n >= (int)size)
		return ovctl_misuse(ov, "\"%s\" is not a namespace: the name is too long", name);
	return OVCTL_DONE;
}

static int ovctl_netns_refuse(struct ovctl *ov, const char *name, int err)
{
	if (err == ENOENT && !strncmp(name, "pid:", 4))
		return ovctl_fail(ov, "namespace \"%s\": there is no such process", name);
	if (err == ENOENT || err == ENOTDIR)
		return ovctl_fail(ov, "there is no namespace \"%s\": a name in /run/netns, a path, or pid:N is accepted",
				  name);
	return ovctl_fail(ov, "namespace \"%s\": %s", name, strerror(err));
}

/**
 * ovctl_netns_open() - Open a network namespace.
 * @ov: The run.
 * @name: Its name in /run/netns, a path, or pid:N.
 * @fd: Set to a file descriptor, or to -1.
 *
 * Return: OVCTL_DONE, or another ovctl_exit after having said what is wrong.
 */
int ovctl_netns_open(struct ovctl *ov, const char *name, int *fd)
{
	char path[PATH_MAX];
	int ret;

	*fd = -1;
	ret = ovctl_netns_path(ov, name, path, sizeof(path));
	if (ret)
		return ret;
	/* Any file may be named, also a pipe that nobody writes to. */
	*fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return ovctl_netns_refuse(ov, name, errno);
	if (ioctl(*fd, NS_GET_NSTYPE) == CLONE_NEWNET)
		return OVCTL_DONE;
	close(*fd);
	*fd = -1;
	return ovctl_fail(ov, "\"%s\" is not a network namespace: a name in /run/netns, a path, or pid:N is accepted",
			  name);
}

/**
 * ovctl_netns_enter() - Act from another network namespace from now on.
 * @ov: The run.
 * @name: As for ovctl_netns_open().
 *
 * Return: OVCTL_DONE, or another ovctl_exit after having said what is wrong.
 */
int ovctl_netns_enter(struct ovctl *ov, const char *name)
{
	int ret;
	int fd;

	ret = ovctl_netns_open(ov, name, &fd);
	if (ret)
		return ret;
	if (setns(fd, CLONE_NEWNET))
		ret = ovctl_netns_refuse(ov, name, errno);
	close(fd);
	return ret;
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
