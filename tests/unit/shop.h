/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_SHOP_H
#define TEST_SHOP_H

#include "bench.h"
#include "../../tools/ovctl/store/store.h"

/**
 * struct shop - A bench with a store in a directory of its own.
 * @bench: The bench.
 * @dir: The directory of the store.
 */
struct shop {
	struct bench *bench;
	char dir[64];
};

struct shop *shop_new(void);
void shop_free(struct shop *shop);
int shop_setup(void **state);
int shop_teardown(void **state);
void shop_copy(const struct shop *from, const struct shop *to);
void shop_empty(const struct shop *shop);

/* As the provider, whose password serves for all. */
int shop_run(struct shop *shop, const char *line);
void shop_stock(struct shop *shop);
void shop_sql(struct shop *shop, const char *file, const char *sql);
void shop_load(struct shop *shop, struct ovctl_model *model);
char *shop_state(struct shop *shop);

#define shop_does(shop, line) do {							\
	if (shop_run(shop, line) != OVCTL_DONE)						\
		fail_msg("%s: %s", line, bench_err((shop)->bench));			\
} while (0)
#define shop_refuses(shop, line, text) do {						\
	assert_int_equal(shop_run(shop, line), OVCTL_FAILED);				\
	assert_says((shop)->bench, text);						\
} while (0)
#define shop_misuses(shop, line, text) do {						\
	assert_int_equal(shop_run(shop, line), OVCTL_USAGE);				\
	assert_says((shop)->bench, text);						\
} while (0)

#endif
