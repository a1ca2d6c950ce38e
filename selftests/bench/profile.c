// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's translator: how often each block of guest code ran between two marks.
 *
 * A guest executes mark-start and mark-stop, programs of one block each that are linked at the
 * addresses below, which nothing else uses. Between the two each translated block is counted;
 * at the second the counts are written, a line a block: its address, its instructions, and how
 * often it ran. selftests/bench/profile.sh gives the addresses names.
 *
 * Counted are instructions that were executed, whatever the machine does meanwhile. A block
 * that an interrupt leaves early counts whole; with one processor that counts instructions
 * as its clock that is nothing to speak of.
 *
 * QEMU's packages bring no header for plugins. What is used here is the same in all versions
 * from 1 to 4 of that interface; the version that a QEMU wants is given by QEMU_PLUGIN_VERSION.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;

typedef uint64_t qemu_plugin_id_t;
typedef void (*qemu_plugin_tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_plugin_udata_cb)(unsigned int cpu, void *udata);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_udata_cb cb,
					  int flags, void *udata);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

extern int qemu_plugin_version;
int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* A translation of a block; one that is made again is another. */
struct block {
	struct block *next;
	uint64_t vaddr;
	uint64_t runs;
	size_t insns;
};

static struct block *blocks;
static const char *path;
static bool counting;

static void block_runs(unsigned int cpu, void *udata)
{
	struct block *block = udata;

	(void)cpu;
	if (counting)
		block->runs++;
}

static void start(unsigned int cpu, void *udata)
{
	struct block *block;

	(void)cpu;
	(void)udata;
	for (block = blocks; block; block = block->next)
		block->runs = 0;
	counting = true;
}

static void stop(unsigned int cpu, void *udata)
{
	const struct block *block;
	FILE *file;

	(void)cpu;
	(void)udata;
	if (!counting)
		return;
	counting = false;
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	for (block = blocks; block; block = block->next)
		if (block->runs)
			fprintf(file, "%" PRIx64 " %zu %" PRIu64 "\n", block->vaddr, block->insns,
				block->runs);
	if (fclose(file)) {
		perror(path);
		exit(1);
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
	struct block *block;

	(void)id;
	if (vaddr == MARK_START || vaddr == MARK_STOP) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, vaddr == MARK_START ? start : stop, 0,
						     NULL);
		return;
	}
	block = calloc(1, sizeof(*block));
	if (!block)
		abort();
	block->vaddr = vaddr;
	block->insns = qemu_plugin_tb_n_insns(tb);
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, 0, block);
}

/* The one argument: out=FILE. */
__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "profile: out=FILE is needed\n");
		return -1;
	}
	path = argv[0] + 4;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
