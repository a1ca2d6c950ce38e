// SPDX-License-Identifier: GPL-2.0
/* The model as rows of the databases. */
#include <string.h>

#include "../model/diff.h"
#include "../model/migration.h"
#include "inner.h"

static const char *const ovctl_transports[] = { "direct", "gre" };
static const char *const ovctl_encaps[] = { "vxlan", "gre" };
static const char *const ovctl_attaches[] = { "direct", "bridge" };
static const char *const ovctl_kinds[] = { "own", "netns", "pid", "tap" };

/* The number of a word of a column that the schema binds to these words. */
static unsigned int ovctl_row_word(sqlite3_stmt *row, int column, const char *const *words,
				   unsigned int count)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	unsigned int i;

	for (i = 0; text && i < count; i++)
		if (!strcmp(text, words[i]))
			return i;
	return 0;
}

static int ovctl_row_settings(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			      void *arg)
{
	struct ovctl_tenant *tenant = arg;

	(void)ov;
	(void)db;
	tenant->transport = ovctl_row_word(row, 0, ovctl_transports, 2);
	tenant->overlay = sqlite3_column_int(row, 1);
	tenant->transit_vni = sqlite3_column_int64(row, 2);
	tenant->mesh_vni = sqlite3_column_int64(row, 3);
	return OVCTL_DONE;
}

static int ovctl_row_vpc(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	struct ovctl_vpc *vpc = ovctl_tenant_add_vpc(arg, sqlite3_column_int64(row, 0));

	if (ovctl_row_text(row, 1, vpc->host, sizeof(vpc->host)) &&
	    ovctl_row_addr(row, 2, &vpc->vtep) && vpc->vtep.len != 6 &&
	    ovctl_row_text(row, 3, vpc->uplink, sizeof(vpc->uplink)))
		return OVCTL_DONE;
	return ovctl_db_damaged(ov, db, "a VPC");
}

static int ovctl_row_link(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	(void)ov;
	(void)db;
	ovctl_tenant_add_link(arg, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1));
	return OVCTL_DONE;
}

static int ovctl_row_subnet(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			    void *arg)
{
	struct ovctl_subnet *subnet = ovctl_tenant_add_subnet(arg, sqlite3_column_int64(row, 0));

	if (!ovctl_row_cidr(row, 1, &subnet->cidr4) || !ovctl_row_cidr(row, 2, &subnet->cidr6) ||
	    !ovctl_row_addr(row, 3, &subnet->gw4) || !ovctl_row_addr(row, 4, &subnet->gw6))
		return ovctl_db_damaged(ov, db, "a subnet");
	subnet->vni = sqlite3_column_int64(row, 5);
	subnet->encap = ovctl_row_word(row, 6, ovctl_encaps, 2);
	subnet->attach = ovctl_row_word(row, 7, ovctl_attaches, 2);
	subnet->ha = sqlite3_column_int64(row, 8);
	subnet->suppress = sqlite3_column_int(row, 9);
	return OVCTL_DONE;
}

static int ovctl_row_presence(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			      void *arg)
{
	struct ovctl_subnet *subnet = ovctl_tenant_subnet(arg, sqlite3_column_int64(row, 0));

	if (!subnet)
		return ovctl_db_damaged(ov, db, "a subnet's VPC");
	ovctl_subnet_add_vpc(subnet, sqlite3_column_int64(row, 1));
	return OVCTL_DONE;
}

static int ovctl_row_vm(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	struct ovctl_vm *vm = ovctl_tenant_add_vm(arg, sqlite3_column_int64(row, 0));

	vm->subnet = sqlite3_column_int64(row, 2);
	vm->vpc = sqlite3_column_int64(row, 3);
	vm->kind = ovctl_row_word(row, 7, ovctl_kinds, 4);
	vm->pid = sqlite3_column_int64(row, 9);
	vm->seq = sqlite3_column_int64(row, 11);
	vm->to = sqlite3_column_int64(row, 12);
	vm->until = sqlite3_column_int64(row, 14);
	vm->off = sqlite3_column_int(row, 15);
	if (ovctl_row_text(row, 1, vm->name, sizeof(vm->name)) &&
	    ovctl_row_addr(row, 4, &vm->mac) && vm->mac.len == 6 &&
	    ovctl_row_addr(row, 5, &vm->ip4) && ovctl_row_addr(row, 6, &vm->ip6) &&
	    ovctl_row_text(row, 8, vm->netns, sizeof(vm->netns)) &&
	    ovctl_row_text(row, 10, vm->link, sizeof(vm->link)) &&
	    ovctl_row_text(row, 13, vm->to_link, sizeof(vm->to_link))) {
		/* Nobody waits for it any more. Whether it has arrived is for the kernel to say. */
		if (vm->until <= ovctl_store_now())
			vm->until = 0;
		return OVCTL_DONE;
	}
	return ovctl_db_damaged(ov, db, "a VM");
}

/**
 * ovctl_rows_read_tenant() - Read a tenant from its database.
 * @ov: The run.
 * @db: The database.
 * @tenant: Filled in; as ovctl_tenant_init() left it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_rows_read_tenant(struct ovctl *ov, struct ovctl_db *db, struct ovctl_tenant *tenant)
{
	static const struct {
		ovctl_row_fn *fn;
		const char *sql;
	} lists[] = {
		{ ovctl_row_settings,
		  "SELECT transport, overlay, transit_vni, mesh_vni FROM settings" },
		{ ovctl_row_vpc, "SELECT id, host, vtep, uplink FROM vpcs ORDER BY id" },
		{ ovctl_row_link, "SELECT a, b FROM links ORDER BY a, b" },
		{ ovctl_row_subnet,
		  "SELECT id, cidr4, cidr6, gw4, gw6, vni, encap, attach, ha, suppress"
		  " FROM subnets ORDER BY id" },
		{ ovctl_row_presence, "SELECT subnet, vpc FROM presence ORDER BY subnet, vpc" },
		{ ovctl_row_vm,
		  "SELECT id, name, subnet, vpc, mac, ip4, ip6, kind, netns, pid, link, seq,"
		  " to_vpc, to_link, until, off FROM vms ORDER BY id" },
	};
	int64_t id = 0;
	unsigned int i;
	int ret;

	ret = ovctl_db_number(ov, db, &id, "SELECT tenant FROM meta", "");
	if (!ret && id != tenant->id)
		ret = ovctl_db_damaged(ov, db, "it is another tenant's");
	for (i = 0; !ret && i < sizeof(lists) / sizeof(lists[0]); i++)
		ret = ovctl_db_each(ov, db, lists[i].fn, tenant, lists[i].sql, "");
	if (!ret && !tenant->transit_vni)
		ret = ovctl_db_damaged(ov, db, "it has no settings");
	return ret;
}

/**
 * struct ovctl_rows - Where differences are written to.
 * @ov: The run.
 * @db: The database.
 */
struct ovctl_rows {
	struct ovctl *ov;
	struct ovctl_db *db;
};

static int ovctl_rows_delete_subnet(struct ovctl_rows *rows, const struct ovctl_subnet *subnet)
{
	int ret;

	ret = ovctl_db_run(rows->ov, rows->db, "DELETE FROM presence WHERE subnet = ?", "i",
			   (int64_t)subnet->id);
	if (!ret)
		ret = ovctl_db_run(rows->ov, rows->db, "DELETE FROM subnets WHERE id = ?", "i",
				   (int64_t)subnet->id);
	return ret;
}

/* What changes goes first and comes back, so that two objects may exchange what is unique. */
static int ovctl_rows_delete(const struct ovctl_diff *diff, void *arg)
{
	const struct ovctl_pair *link = diff->old;
	struct ovctl_rows *rows = arg;
	uint32_t id = 0;

	if (!diff->old || diff->fate == OVCTL_FATE_SAME)
		return OVCTL_DONE;
	memcpy(&id, diff->old, sizeof(id));
	switch (diff->object) {
	case OVCTL_OBJECT_TENANT:
		return ovctl_db_run(rows->ov, rows->db, "DELETE FROM settings", "");
	case OVCTL_OBJECT_VPC:
		return ovctl_db_run(rows->ov, rows->db, "DELETE FROM vpcs WHERE id = ?", "i",
				    (int64_t)id);
	case OVCTL_OBJECT_LINK:
		return ovctl_db_run(rows->ov, rows->db, "DELETE FROM links WHERE a = ? AND b = ?",
				    "ii", (int64_t)link->a, (int64_t)link->b);
	case OVCTL_OBJECT_SUBNET:
		return ovctl_rows_delete_subnet(rows, diff->old);
	case OVCTL_OBJECT_VM:
		return ovctl_db_run(rows->ov, rows->db, "DELETE FROM vms WHERE id = ?", "i",
				    (int64_t)id);
	}
	return OVCTL_DONE;
}

static int ovctl_rows_insert_tenant(struct ovctl_rows *rows, const struct ovctl_tenant *tenant)
{
	return ovctl_db_run(rows->ov, rows->db, "INSERT INTO settings VALUES (1, ?, ?, ?, ?)",
			    "tiii", ovctl_transports[tenant->transport], (int64_t)tenant->overlay,
			    (int64_t)tenant->transit_vni, (int64_t)tenant->mesh_vni);
}

static int ovctl_rows_insert_vpc(struct ovctl_rows *rows, const struct ovctl_vpc *vpc)
{
	return ovctl_db_run(rows->ov, rows->db, "INSERT INTO vpcs VALUES (?, ?, ?, ?)", "itat",
			    (int64_t)vpc->id, vpc->host, &vpc->vtep, vpc->uplink);
}

static int ovctl_rows_insert_subnet(struct ovctl_rows *rows, const struct ovctl_subnet *subnet)
{
	unsigned int i;
	int ret;

	ret = ovctl_db_run(rows->ov, rows->db,
			   "INSERT INTO subnets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			   "iccaaittii", (int64_t)subnet->id, &subnet->cidr4, &subnet->cidr6,
			   &subnet->gw4, &subnet->gw6, (int64_t)subnet->vni,
			   ovctl_encaps[subnet->encap], ovctl_attaches[subnet->attach],
			   (int64_t)subnet->ha, (int64_t)subnet->suppress);
	for (i = 0; !ret && i < subnet->n_vpcs; i++)
		ret = ovctl_db_run(rows->ov, rows->db, "INSERT INTO presence VALUES (?, ?)", "ii",
				   (int64_t)subnet->id, (int64_t)subnet->vpcs[i]);
	return ret;
}

static int ovctl_rows_insert_vm(struct ovctl_rows *rows, const struct ovctl_vm *vm)
{
	return ovctl_db_run(rows->ov, rows->db,
			    "INSERT INTO vms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			    "itiiaaattitiitii", (int64_t)vm->id, vm->name, (int64_t)vm->subnet,
			    (int64_t)vm->vpc, &vm->mac, &vm->ip4, &vm->ip6,
			    ovctl_kinds[vm->kind], vm->netns, (int64_t)vm->pid, vm->link,
			    (int64_t)vm->seq, (int64_t)vm->to, vm->to_link, vm->until,
			    (int64_t)vm->off);
}

static int ovctl_rows_insert(const struct ovctl_diff *diff, void *arg)
{
	const struct ovctl_pair *link = diff->now;
	struct ovctl_rows *rows = arg;

	if (!diff->now || diff->fate == OVCTL_FATE_SAME)
		return OVCTL_DONE;
	switch (diff->object) {
	case OVCTL_OBJECT_TENANT:
		return ovctl_rows_insert_tenant(rows, diff->now);
	case OVCTL_OBJECT_VPC:
		return ovctl_rows_insert_vpc(rows, diff->now);
	case OVCTL_OBJECT_LINK:
		return ovctl_db_run(rows->ov, rows->db, "INSERT INTO links VALUES (?, ?)", "ii",
				    (int64_t)link->a, (int64_t)link->b);
	case OVCTL_OBJECT_SUBNET:
		return ovctl_rows_insert_subnet(rows, diff->now);
	case OVCTL_OBJECT_VM:
		return ovctl_rows_insert_vm(rows, diff->now);
	}
	return OVCTL_DONE;
}

/**
 * ovctl_rows_write_tenant() - Write what is different, in the transaction that is begun.
 * @ov: The run.
 * @db: The tenant's database.
 * @old: What it holds, or NULL for nothing.
 * @now: What it shall hold.
 *
 * Return: an ovctl_exit.
 */
int ovctl_rows_write_tenant(struct ovctl *ov, struct ovctl_db *db,
			    const struct ovctl_tenant *old, const struct ovctl_tenant *now)
{
	struct ovctl_rows rows = { .ov = ov, .db = db };
	int ret;

	ret = ovctl_tenant_diff(old, now, ovctl_rows_delete, &rows);
	if (!ret)
		ret = ovctl_tenant_diff(old, now, ovctl_rows_insert, &rows);
	return ret;
}

static int ovctl_row_host(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	struct ovctl_host *host;
	char name[OVCTL_NAME_SIZE];
	struct ovctl_cidr none;

	if (!ovctl_row_text(row, 0, name, sizeof(name)))
		return ovctl_db_damaged(ov, db, "a host");
	host = ovctl_model_add_host(arg, name);
	host->remote = sqlite3_column_int(row, 8);
	host->drained = sqlite3_column_int(row, 9);
	host->n_vpcs = sqlite3_column_int64(row, 10);
	if (ovctl_row_text(row, 1, host->netns, sizeof(host->netns)) &&
	    ovctl_row_cidr(row, 2, &host->vtep) && host->vtep.addr.len &&
	    ovctl_row_text(row, 3, host->uplink, sizeof(host->uplink)) &&
	    ovctl_row_cidr(row, 4, &host->addr) && ovctl_row_cidr(row, 5, &none) &&
	    ovctl_row_addr(row, 5, &host->nexthop) &&
	    ovctl_row_text(row, 6, host->router, sizeof(host->router)) &&
	    ovctl_row_text(row, 7, host->machine, sizeof(host->machine)))
		return OVCTL_DONE;
	return ovctl_db_damaged(ov, db, "a host");
}

/**
 * ovctl_rows_read_hosts() - Read the hosts.
 * @ov: The run.
 * @db: The provider's database.
 * @model: They are added to it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_rows_read_hosts(struct ovctl *ov, struct ovctl_db *db, struct ovctl_model *model)
{
	return ovctl_db_each(ov, db, ovctl_row_host, model,
			     "SELECT name, netns, vtep, uplink, addr, nexthop, router, machine,"
			     " remote, drained,"
			     " (SELECT count(*) FROM vteps WHERE host = name)"
			     " FROM hosts ORDER BY name", "");
}

/**
 * ovctl_rows_write_host() - Write a host, a new one or one of that name.
 * @ov: The run.
 * @db: The provider's database, in a transaction.
 * @host: The host.
 *
 * Return: an ovctl_exit.
 */
int ovctl_rows_write_host(struct ovctl *ov, struct ovctl_db *db, const struct ovctl_host *host)
{
	return ovctl_db_run(ov, db,
			    "INSERT INTO hosts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
			    " ON CONFLICT (name) DO UPDATE SET netns = excluded.netns,"
			    " vtep = excluded.vtep, uplink = excluded.uplink,"
			    " addr = excluded.addr, nexthop = excluded.nexthop,"
			    " router = excluded.router, machine = excluded.machine,"
			    " remote = excluded.remote, drained = excluded.drained",
			    "ttctcattii", host->name, host->netns, &host->vtep, host->uplink,
			    &host->addr, &host->nexthop, host->router, host->machine,
			    (int64_t)host->remote, (int64_t)host->drained);
}
