// SPDX-License-Identifier: GPL-2.0
/* A store for tests, where passwords cost nothing. */
#include <dirent.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shop.h"
#include "../../tools/ovctl/model/topology.h"

/**
 * shop_new() - Make a bench and an empty directory for a store.
 *
 * Return: the shop.
 */
struct shop *shop_new(void)
{
	struct shop *shop = calloc(1, sizeof(*shop));

	assert_non_null(shop);
	shop->bench = bench_new();
	snprintf(shop->dir, sizeof(shop->dir), "%s/tenovl-test-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(shop->dir));
	setenv("OVCTL_PASSWORD", "provider", 1);
	unsetenv("OVCTL_NEW_PASSWORD");
	return shop;
}

/**
 * shop_empty() - Delete what is in a store.
 * @shop: The shop.
 */
void shop_empty(const struct shop *shop)
{
	DIR *dir = opendir(shop->dir);
	struct dirent *entry;
	char path[512];

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", shop->dir, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
}

/**
 * shop_free() - Take all down.
 * @shop: The shop.
 */
void shop_free(struct shop *shop)
{
	chmod(shop->dir, 0700);
	shop_empty(shop);
	rmdir(shop->dir);
	bench_free(shop->bench);
	free(shop);
}

int shop_setup(void **state)
{
	*state = shop_new();
	return 0;
}

int shop_teardown(void **state)
{
	shop_free(*state);
	return 0;
}

static void shop_copy_file(const char *from, const char *to)
{
	static char buf[1 << 20];
	FILE *in = fopen(from, "r");
	FILE *out = fopen(to, "w");
	size_t len;

	assert_non_null(in);
	assert_non_null(out);
	while ((len = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, len, out);
	fclose(in);
	assert_int_equal(fclose(out), 0);
	chmod(to, 0600);
}

/**
 * shop_copy() - Make one store as another one is.
 * @from: That one.
 * @to: The one that is made.
 */
void shop_copy(const struct shop *from, const struct shop *to)
{
	DIR *dir = opendir(from->dir);
	struct dirent *entry;
	char old[512], new[512];

	assert_non_null(dir);
	shop_empty(to);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(old, sizeof(old), "%s/%s", from->dir, entry->d_name);
		snprintf(new, sizeof(new), "%s/%s", to->dir, entry->d_name);
		shop_copy_file(old, new);
	}
	closedir(dir);
}

/**
 * shop_run() - Run a command.
 * @shop: The shop.
 * @line: The command.
 *
 * Return: an ovctl_exit.
 */
int shop_run(struct shop *shop, const char *line)
{
	setenv("OVCTL_STORE", shop->dir, 1);
	return bench_run(shop->bench, line);
}

/**
 * shop_stock() - Fill a store: two hosts, and a tenant with three VPCs, two subnets, three VMs.
 * @shop: The shop.
 */
void shop_stock(struct shop *shop)
{
	shop_does(shop, "provider set --ops 1 --memory 8");
	shop_does(shop, "provider passwd");
	shop_does(shop, "host add hv1 --router router");
	shop_does(shop, "host add hv2 --router router");
	shop_does(shop, "tenant add 1 --vpcs 3 --host hv1,hv2");
	shop_does(shop, "subnet add 1 21.0.0.0/24 --vpc 1,2 --ha");
	shop_does(shop, "subnet add 1 31.0.0.0/24,fd31::/64 --vpc 3");
	shop_does(shop, "vm add 1 web1 --subnet 21.0.0.0/24 --vpc 1");
	shop_does(shop, "vm add 1 web2 --subnet 21 --vpc 2");
	shop_does(shop, "vm add 1 db --subnet 31 --tap tap0");
}

/**
 * shop_sql() - Do to a database what ovctl would not.
 * @shop: The shop.
 * @file: The database.
 * @sql: What.
 */
void shop_sql(struct shop *shop, const char *file, const char *sql)
{
	char path[512];
	char *error = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", shop->dir, file);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &error);
	if (error)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}

/**
 * shop_load() - Read all.
 * @shop: The shop.
 * @model: Filled in.
 */
void shop_load(struct shop *shop, struct ovctl_model *model)
{
	struct ovctl *ov = &shop->bench->ov;
	struct ovctl_store *store;

	bench_reset(shop->bench);
	if (ovctl_store_open(ov, &store, shop->dir, false) || ovctl_store_load(ov, store, model))
		fail_msg("%s", bench_err(shop->bench));
	ovctl_store_close(store);
}

/**
 * shop_state() - Tell all that is stored, as text to be compared.
 * @shop: The shop.
 *
 * Return: the text, owned by the caller.
 */
char *shop_state(struct shop *shop)
{
	struct ovctl_model model;
	json_t *all = json_array();
	char addr[OVCTL_CIDR_SIZE];
	unsigned int i, j;
	char *text;

	shop_load(shop, &model);
	for (i = 0; i < model.n_hosts; i++)
		json_array_append_new(all, json_sprintf("%s %d %u", model.hosts[i].name,
							model.hosts[i].drained,
							model.hosts[i].n_vpcs));
	for (i = 0; i < model.n_tenants; i++) {
		const struct ovctl_tenant *tenant = &model.tenants[i];

		json_array_append_new(all, ovctl_topology_write(tenant));
		json_array_append_new(all, json_integer(tenant->transit_vni));
		for (j = 0; j < tenant->n_vpcs; j++) {
			ovctl_addr_write(addr, sizeof(addr), &tenant->vpcs[j].vtep);
			json_array_append_new(all, json_string(addr));
		}
		for (j = 0; j < tenant->n_subnets; j++)
			json_array_append_new(all, json_integer(tenant->subnets[j].vni));
		for (j = 0; j < tenant->n_vms; j++)
			json_array_append_new(all, json_sprintf("%u %s", tenant->vms[j].seq,
								tenant->vms[j].netns));
	}
	ovctl_model_free(&model);
	text = json_dumps(all, JSON_INDENT(1));
	json_decref(all);
	return text;
}
