// SPDX-License-Identifier: GPL-2.0
/* Numbers that no two tenants may share: VNIs and VTEPs.
 *
 * They are given out in a circle, the one after the last. A number that is free is so given to
 * another tenant as late as possible: a host that has not yet heard of a change still takes
 * packets that bear it for the old owner's.
 */
#include <string.h>

#include "inner.h"

static int ovctl_vni_take(struct ovctl *ov, struct ovctl_db *db, uint32_t tenant, int64_t subnet,
			  uint32_t *vni)
{
	int64_t min = subnet > 0 ? OVCTL_SEGMENT_VNI_MIN : OVCTL_TRANSIT_VNI_MIN;
	int64_t max = subnet > 0 ? OVCTL_SEGMENT_VNI_MAX : OVCTL_TRANSIT_VNI_MAX;
	int64_t last = 0;
	int64_t next = 0;
	int ret;

	ret = ovctl_db_number(ov, db, &last, subnet > 0 ? "SELECT last_high FROM meta" :
			      "SELECT last_low FROM meta", "");
	/* The first free one behind the last, else the first free one of all: a free one follows
	 * a taken one, or is the lowest.
	 */
	if (!ret)
		ret = ovctl_db_number(ov, db, &next,
				      "SELECT min(v) FROM (SELECT ?1 AS v UNION ALL"
				      " SELECT vni + 1 FROM vnis WHERE vni >= ?1 AND vni < ?2)"
				      " WHERE v <= ?2 AND v NOT IN (SELECT vni FROM vnis)", "ii",
				      last + 1 < min ? min : last + 1, max);
	if (!ret && !next)
		ret = ovctl_db_number(ov, db, &next,
				      "SELECT min(v) FROM (SELECT ?1 AS v UNION ALL"
				      " SELECT vni + 1 FROM vnis WHERE vni >= ?1 AND vni < ?2)"
				      " WHERE v <= ?2 AND v NOT IN (SELECT vni FROM vnis)", "ii",
				      min, max);
	if (!ret && !next)
		ret = ovctl_fail(ov, "all VNIs from %lld to %lld are taken", (long long)min,
				 (long long)max);
	if (!ret)
		ret = ovctl_db_run(ov, db, "INSERT INTO vnis VALUES (?, ?, ?)", "iii", next,
				   (int64_t)tenant, subnet);
	if (!ret)
		ret = ovctl_db_run(ov, db, subnet > 0 ? "UPDATE meta SET last_high = ?" :
				   "UPDATE meta SET last_low = ?", "i", next);
	*vni = next;
	return ret;
}

/**
 * struct ovctl_vtep_range - Where a host's next VTEP is looked for.
 * @host: The host; its VTEPs, address and next hop.
 * @last: The one that was given out last, or none.
 * @found: There is such a host.
 */
struct ovctl_vtep_range {
	struct ovctl_host host;
	struct ovctl_addr last;
	bool found;
};

static int ovctl_row_range(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			   void *arg)
{
	struct ovctl_vtep_range *range = arg;

	range->found = true;
	if (ovctl_row_cidr(row, 0, &range->host.vtep) && ovctl_row_cidr(row, 1, &range->host.addr) &&
	    ovctl_row_addr(row, 2, &range->host.nexthop) && ovctl_row_addr(row, 3, &range->last))
		return OVCTL_DONE;
	return ovctl_db_damaged(ov, db, "a host");
}

static int ovctl_vtep_is_free(struct ovctl *ov, struct ovctl_db *db,
			      const struct ovctl_vtep_range *range, const struct ovctl_addr *addr,
			      bool *is_free)
{
	int64_t taken = 0;
	int ret;

	*is_free = false;
	if (ovctl_addr_same(addr, &range->host.addr.addr) ||
	    ovctl_addr_same(addr, &range->host.nexthop))
		return OVCTL_DONE;
	ret = ovctl_db_number(ov, db, &taken, "SELECT count(*) FROM vteps WHERE addr = ?", "a",
			      addr);
	*is_free = !taken;
	return ret;
}

/* The next one behind @last, or the first where it is the last one, or of another prefix. */
static void ovctl_vtep_next(struct ovctl_addr *addr, const struct ovctl_cidr *vtep,
			    const struct ovctl_addr *last)
{
	struct ovctl_addr first, end;

	ovctl_cidr_nth(&first, vtep, 0);
	ovctl_cidr_nth(&end, vtep, ovctl_cidr_hosts(vtep) - 1);
	if (!ovctl_cidr_has(vtep, last) || ovctl_addr_compare(last, &end) >= 0) {
		*addr = first;
		return;
	}
	*addr = *last;
	ovctl_addr_add(addr, 1);
}

static int ovctl_vtep_take(struct ovctl *ov, struct ovctl_db *db, uint32_t tenant,
			   struct ovctl_vpc *vpc)
{
	struct ovctl_vtep_range range = { 0 };
	uint64_t tries;
	bool is_free = false;
	int ret;

	ret = ovctl_db_each(ov, db, ovctl_row_range, &range,
			    "SELECT vtep, addr, nexthop, last_vtep FROM hosts WHERE name = ?", "t",
			    vpc->host);
	if (!ret && !range.found)
		ret = ovctl_fail(ov, "there is no host \"%s\"", vpc->host);
	vpc->vtep = range.last;
	for (tries = ovctl_cidr_hosts(&range.host.vtep); !ret && !is_free && tries > 0; tries--) {
		ovctl_vtep_next(&vpc->vtep, &range.host.vtep, &vpc->vtep);
		ret = ovctl_vtep_is_free(ov, db, &range, &vpc->vtep, &is_free);
	}
	if (!ret && !is_free)
		ret = ovctl_fail(ov, "host %s has no VTEP left for another VPC", vpc->host);
	if (!ret)
		ret = ovctl_db_run(ov, db, "INSERT INTO vteps VALUES (?, ?, ?, ?)", "atii",
				   &vpc->vtep, vpc->host, (int64_t)tenant, (int64_t)vpc->id);
	if (!ret)
		ret = ovctl_db_run(ov, db, "UPDATE hosts SET last_vtep = ? WHERE name = ?", "at",
				   &vpc->vtep, vpc->host);
	return ret;
}

/**
 * ovctl_numbers_take() - Give a tenant the numbers that it lacks.
 * @ov: The run.
 * @db: The provider's database, in a transaction.
 * @tenant: The tenant; filled in where a VNI is 0 or a VTEP none.
 *
 * Return: an ovctl_exit.
 */
int ovctl_numbers_take(struct ovctl *ov, struct ovctl_db *db, struct ovctl_tenant *tenant)
{
	unsigned int i;
	int ret = OVCTL_DONE;

	if (!tenant->transit_vni)
		ret = ovctl_vni_take(ov, db, tenant->id, 0, &tenant->transit_vni);
	if (!ret && !tenant->mesh_vni)
		ret = ovctl_vni_take(ov, db, tenant->id, -1, &tenant->mesh_vni);
	for (i = 0; !ret && i < tenant->n_subnets; i++)
		if (!tenant->subnets[i].vni)
			ret = ovctl_vni_take(ov, db, tenant->id, tenant->subnets[i].id,
					     &tenant->subnets[i].vni);
	for (i = 0; !ret && i < tenant->n_vpcs; i++)
		if (!tenant->vpcs[i].vtep.len)
			ret = ovctl_vtep_take(ov, db, tenant->id, &tenant->vpcs[i]);
	return ret;
}

static int ovctl_vni_keep(struct ovctl *ov, struct ovctl_db *db, uint32_t tenant, int64_t subnet,
			  uint32_t vni)
{
	return ovctl_db_run(ov, db, "INSERT INTO vnis VALUES (?, ?, ?)", "iii", (int64_t)vni,
			    (int64_t)tenant, subnet);
}

/**
 * ovctl_numbers_settle() - Leave a tenant the numbers that it has, and free its others.
 * @ov: The run.
 * @db: The provider's database, in a transaction.
 * @tenant: The tenant as its own database has it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_numbers_settle(struct ovctl *ov, struct ovctl_db *db, const struct ovctl_tenant *tenant)
{
	unsigned int i;
	int ret;

	ret = ovctl_db_run(ov, db, "DELETE FROM vnis WHERE tenant = ?", "i", (int64_t)tenant->id);
	if (!ret)
		ret = ovctl_db_run(ov, db, "DELETE FROM vteps WHERE tenant = ?", "i",
				   (int64_t)tenant->id);
	if (!ret && tenant->transit_vni)
		ret = ovctl_vni_keep(ov, db, tenant->id, 0, tenant->transit_vni);
	if (!ret && tenant->mesh_vni)
		ret = ovctl_vni_keep(ov, db, tenant->id, -1, tenant->mesh_vni);
	for (i = 0; !ret && i < tenant->n_subnets; i++)
		ret = ovctl_vni_keep(ov, db, tenant->id, tenant->subnets[i].id,
				     tenant->subnets[i].vni);
	for (i = 0; !ret && i < tenant->n_vpcs; i++)
		ret = ovctl_db_run(ov, db, "INSERT INTO vteps VALUES (?, ?, ?, ?)", "atii",
				   &tenant->vpcs[i].vtep, tenant->vpcs[i].host,
				   (int64_t)tenant->id, (int64_t)tenant->vpcs[i].id);
	return ret;
}
