/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_H
#define OVCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ovctl_wire;
struct ovctl_request;
struct ovctl_devs;

/**
 * enum ovctl_exit - What a command ends with.
 * @OVCTL_DONE: All was done.
 * @OVCTL_FAILED: The kernel or the system refused.
 * @OVCTL_USAGE: The command line is wrong, and nothing of it was tried; in a batch, a
 *	line is, and those above it are carried out.
 */
enum ovctl_exit {
	OVCTL_DONE = 0,
	OVCTL_FAILED = 1,
	OVCTL_USAGE = 2,
};

/**
 * struct ovctl - One run of the tool.
 * @json: Print JSON.
 * @batching: Commands come from a batch file.
 * @store_dir: The directory of the store, or NULL for the usual one.
 * @password_file: The file that holds the password, or NULL.
 * @new_password_file: The file that holds a password to be set, or NULL.
 * @out: Where results go.
 * @err: Where sentences about failures go.
 * @file: The batch file being read, or NULL.
 * @line: The line being read.
 * @genl: The generic netlink socket, opened when first needed.
 * @rtnl: The rtnetlink socket, opened when first needed.
 * @family: The number of the family tenovl.
 * @seq: The last sequence number sent.
 * @pending: A bulk request that is still growing.
 * @devs: The devices seen last, or NULL.
 */
struct ovctl {
	bool json;
	bool batching;
	const char *store_dir;
	const char *password_file;
	const char *new_password_file;
	FILE *out;
	FILE *err;
	const char *file;
	unsigned int line;
	struct ovctl_wire *genl;
	struct ovctl_wire *rtnl;
	uint16_t family;
	uint32_t seq;
	struct ovctl_request *pending;
	struct ovctl_devs *devs;
};

void ovctl_init(struct ovctl *ov, FILE *out, FILE *err);
void ovctl_fini(struct ovctl *ov);

__attribute__((format(printf, 2, 3)))
void ovctl_say(struct ovctl *ov, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
int ovctl_fail(struct ovctl *ov, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
int ovctl_misuse(struct ovctl *ov, const char *fmt, ...);

#endif
