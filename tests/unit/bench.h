/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

/* cmocka wants these first, in this order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "../../tools/ovctl/ovctl.h"
#include "../../tools/ovctl/south/request.h"
#include "../../tools/ovctl/south/wire.h"

#define BENCH_FAMILY 29
#define BENCH_SENT_MAX 64
#define BENCH_QUEUE_MAX 128

struct bench;

/**
 * struct bench_wire - A wire whose other end is the test.
 * @wire: The wire.
 * @bench: The bench it is part of.
 */
struct bench_wire {
	struct ovctl_wire wire;
	struct bench *bench;
};

/**
 * struct bench - A run of the tool against a kernel that the test plays.
 * @ov: The run.
 * @genl: The way to the family.
 * @rtnl: The way to rtnetlink.
 * @out: What was printed.
 * @err: What was said on standard error.
 * @sent: The messages that the tool sent, in order.
 * @sent_count: How many.
 * @queue: What the tool will receive: bytes, or no bytes and an error.
 * @queue_error: The error where there are no bytes.
 * @queue_len: How many bytes.
 * @queue_count: How many receives are queued.
 * @queue_next: The next one.
 * @answer: Queues what answers a message; bench_answer() unless a test sets it.
 * @refuse_cmd: The command that bench_answer() refuses, or 0.
 * @refuse_error: The error number.
 * @refuse_text: The kernel's sentence, or NULL.
 * @refuse_offset: Where the kernel points, or 0.
 * @interrupt: How many dumps are marked as interrupted.
 */
struct bench {
	struct ovctl ov;
	struct bench_wire genl;
	struct bench_wire rtnl;
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
	struct nlmsghdr *sent[BENCH_SENT_MAX];
	unsigned int sent_count;
	void *queue[BENCH_QUEUE_MAX];
	int queue_error[BENCH_QUEUE_MAX];
	size_t queue_len[BENCH_QUEUE_MAX];
	unsigned int queue_count;
	unsigned int queue_next;
	void (*answer)(struct bench *b, const struct nlmsghdr *nlh);
	int refuse_cmd;
	int refuse_error;
	const char *refuse_text;
	uint32_t (*refuse_offset)(const struct nlmsghdr *nlh);
	unsigned int interrupt;
};

struct bench *bench_new(void);
void bench_free(struct bench *b);
int bench_setup(void **state);
int bench_teardown(void **state);

int bench_run(struct bench *b, const char *line);
int bench_batch(struct bench *b, const char *text);
const char *bench_out(struct bench *b);
const char *bench_err(struct bench *b);
void bench_reset(struct bench *b);

void bench_answer(struct bench *b, const struct nlmsghdr *nlh);
void bench_queue(struct bench *b, const void *bytes, size_t len);
void bench_queue_error(struct bench *b, int error);
void bench_queue_msg(struct bench *b, struct nl_msg *msg);
void bench_queue_ack(struct bench *b, const struct nlmsghdr *nlh, int error, const char *text,
		     uint32_t offset);
void bench_queue_done(struct bench *b, uint32_t seq, int flags);
struct nl_msg *bench_msg(uint32_t seq, uint8_t cmd, int flags);

int bench_cmd(const struct nlmsghdr *nlh);
const struct nlmsghdr *bench_last(struct bench *b, int cmd);
unsigned int bench_count(struct bench *b, int cmd);
const struct nlattr *bench_nth(const struct nlmsghdr *nlh, int type, unsigned int nth);
const struct nlattr *bench_in(const struct nlattr *nest, int type);
uint32_t bench_offset(const struct nlmsghdr *nlh, const struct nlattr *attr);

#define assert_says(b, text) assert_string_equal(bench_err(b), "ovctl: " text "\n")
#define assert_silent(b) assert_string_equal(bench_err(b), "")

#endif
