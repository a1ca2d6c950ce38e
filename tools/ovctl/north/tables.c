// SPDX-License-Identifier: GPL-2.0
/* What the store holds, as records, and records as tables of the width that they need. */
#include <libsmartcols.h>
#include <string.h>
#include <time.h>

#include "../model/check.h"
#include "tables.h"

const struct ovctl_column ovctl_columns_host[] = {
	{ "HOST", "name" },
	{ "NETNS", "netns" },
	{ "VTEPS", "vtep" },
	{ "UPLINK", "uplink" },
	{ "ADDRESS", "address" },
	{ "NEXTHOP", "nexthop" },
	{ "ROUTER", "router" },
	{ "MACHINE", "machine" },
	{ "REMOTE", "remote" },
	{ "DRAINED", "drained" },
	{ "VPCS", "vpcs" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_tenant[] = {
	{ "TENANT", "tenant" },
	{ "TRANSPORT", "transport" },
	{ "OVERLAY", "overlay" },
	{ "TRANSIT-VNI", "transit-vni" },
	{ "VPCS", "vpcs" },
	{ "SUBNETS", "subnets" },
	{ "VMS", "vms" },
	{ "LINKS", "links" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_vpc[] = {
	{ "VPC", "vpc" },
	{ "HOST", "host" },
	{ "VTEP", "vtep" },
	{ "NAMESPACE", "namespace" },
	{ "HEADS", "heads" },
	{ "TRANSIT", "transit" },
	{ "UPLINK", "uplink" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_tunnel[] = {
	{ "VPCS", "vpcs" },
	{ "FROM", "from" },
	{ "TO", "to" },
	{ "TRANSPORT", "transport" },
	{ "SUBNETS", "subnets" },
	{ "STATE", "state" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_subnet[] = {
	{ "SUBNET", "subnet" },
	{ "CIDR", "cidr" },
	{ "CIDR6", "cidr6" },
	{ "GATEWAY", "gateway" },
	{ "GATEWAY6", "gateway6" },
	{ "VNI", "vni" },
	{ "ENCAP", "encap" },
	{ "VPCS", "vpcs" },
	{ "ATTACH", "attach" },
	{ "PORTS", "ports" },
	{ "SUPPRESS", "suppress" },
	{ "STATE", "state" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_vm[] = {
	{ "VM", "vm" },
	{ "SUBNET", "subnet" },
	{ "VPC", "vpc" },
	{ "IP", "ip" },
	{ "IP6", "ip6" },
	{ "MAC", "mac" },
	{ "KIND", "kind" },
	{ "PLACE", "place" },
	{ "DEV", "dev" },
	{ "SEQ", "seq" },
	{ 0 },
};

const struct ovctl_column ovctl_columns_log[] = {
	{ "LINE", "line" },
	{ "TIME", "time" },
	{ "WHO", "who" },
	{ "UID", "uid" },
	{ "TENANT", "tenant" },
	{ "STATE", "state" },
	{ "COMMAND", "command" },
	{ 0 },
};

static void ovctl_set_text(json_t *rec, const char *key, const char *text)
{
	if (text[0])
		json_object_set_new(rec, key, json_string(text));
}

static void ovctl_set_number(json_t *rec, const char *key, int64_t num)
{
	json_object_set_new(rec, key, json_integer(num));
}

static void ovctl_set_bool(json_t *rec, const char *key, bool flag)
{
	json_object_set_new(rec, key, json_boolean(flag));
}

static void ovctl_set_addr(json_t *rec, const char *key, const struct ovctl_addr *addr)
{
	char text[OVCTL_CIDR_SIZE];

	ovctl_addr_write(text, sizeof(text), addr);
	ovctl_set_text(rec, key, text);
}

static void ovctl_set_cidr(json_t *rec, const char *key, const struct ovctl_cidr *cidr)
{
	char text[OVCTL_CIDR_SIZE];

	ovctl_cidr_write(text, sizeof(text), cidr);
	ovctl_set_text(rec, key, text);
}

/**
 * ovctl_record_host() - Make a record of a host.
 * @host: The host.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_host(const struct ovctl_host *host)
{
	json_t *rec = json_object();

	ovctl_set_text(rec, "name", host->name);
	ovctl_set_text(rec, "netns", host->netns);
	ovctl_set_cidr(rec, "vtep", &host->vtep);
	ovctl_set_text(rec, "uplink", host->uplink);
	ovctl_set_cidr(rec, "address", &host->addr);
	ovctl_set_addr(rec, "nexthop", &host->nexthop);
	ovctl_set_text(rec, "router", host->router);
	ovctl_set_text(rec, "machine", host->machine);
	ovctl_set_bool(rec, "remote", host->remote);
	ovctl_set_bool(rec, "drained", host->drained);
	ovctl_set_number(rec, "vpcs", host->n_vpcs);
	return rec;
}

/**
 * ovctl_record_tenant() - Make a record of a tenant's settings.
 * @tenant: The tenant.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_tenant(const struct ovctl_tenant *tenant)
{
	json_t *rec = json_object();
	json_t *links = json_array();
	unsigned int i;

	for (i = 0; i < tenant->n_links; i++)
		json_array_append_new(links, json_sprintf("%u-%u", tenant->links[i].a,
							  tenant->links[i].b));
	if (!tenant->n_links)
		json_array_append_new(links, json_string("all"));
	ovctl_set_number(rec, "tenant", tenant->id);
	ovctl_set_text(rec, "transport", ovctl_words_transport[tenant->transport]);
	ovctl_set_bool(rec, "overlay", tenant->overlay);
	ovctl_set_number(rec, "transit-vni", tenant->transit_vni);
	if (tenant->transport == OVCTL_TRANSPORT_GRE)
		ovctl_set_number(rec, "mesh-vni", tenant->mesh_vni);
	ovctl_set_number(rec, "vpcs", tenant->n_vpcs);
	ovctl_set_number(rec, "subnets", tenant->n_subnets);
	ovctl_set_number(rec, "vms", tenant->n_vms);
	json_object_set_new(rec, "links", links);
	return rec;
}

/**
 * ovctl_record_vpc() - Make a record of a VPC.
 * @tenant: The tenant.
 * @vpc: Its VPC.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_vpc(const struct ovctl_tenant *tenant, const struct ovctl_vpc *vpc)
{
	json_t *rec = json_object();
	json_t *heads = json_array();
	char name[OVCTL_NETNS_SIZE];
	unsigned int i;

	for (i = 0; i < tenant->n_subnets; i++) {
		if (!ovctl_subnet_in(&tenant->subnets[i], vpc->id))
			continue;
		ovctl_name_segment(name, sizeof(name), tenant->subnets[i].id);
		json_array_append_new(heads, json_string(name));
	}
	ovctl_set_number(rec, "vpc", vpc->id);
	ovctl_set_text(rec, "host", vpc->host);
	ovctl_set_addr(rec, "vtep", &vpc->vtep);
	ovctl_name_vpc(name, sizeof(name), tenant->id, vpc->id);
	ovctl_set_text(rec, "namespace", name);
	json_object_set_new(rec, "heads", heads);
	ovctl_set_text(rec, "transit", OVCTL_TRANSIT_NAME);
	ovctl_set_text(rec, "uplink", vpc->uplink);
	return rec;
}

static const char *ovctl_tunnel_state(const struct ovctl_tenant *tenant, uint32_t a, uint32_t b)
{
	if (!ovctl_tenant_linked(tenant, a, b))
		return "apart";
	return tenant->overlay ? "open" : "closed";
}

/**
 * ovctl_record_tunnel() - Make a record of what is between two VPCs.
 * @tenant: The tenant.
 * @a: One of its VPCs.
 * @b: The other.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_tunnel(const struct ovctl_tenant *tenant, const struct ovctl_vpc *a,
			    const struct ovctl_vpc *b)
{
	json_t *rec = json_object();
	json_t *subnets = json_array();
	char name[OVCTL_LINK_SIZE];
	unsigned int i;

	for (i = 0; i < tenant->n_subnets; i++) {
		const struct ovctl_subnet *subnet = &tenant->subnets[i];

		if (!ovctl_subnet_in(subnet, a->id) || !ovctl_subnet_in(subnet, b->id))
			continue;
		ovctl_name_segment(name, sizeof(name), subnet->id);
		json_array_append_new(subnets, json_string(name));
	}
	json_object_set_new(rec, "vpcs", json_sprintf("%u-%u", a->id, b->id));
	ovctl_set_addr(rec, "from", &a->vtep);
	ovctl_set_addr(rec, "to", &b->vtep);
	ovctl_set_text(rec, "transport", ovctl_words_transport[tenant->transport]);
	json_object_set_new(rec, "subnets", subnets);
	ovctl_set_text(rec, "state", ovctl_tunnel_state(tenant, a->id, b->id));
	return rec;
}

static const char *ovctl_subnet_state(const struct ovctl_tenant *tenant,
				      const struct ovctl_subnet *subnet)
{
	if (subnet->n_vpcs < 2)
		return "local";
	return tenant->overlay ? "stretched" : "closed";
}

/**
 * ovctl_record_subnet() - Make a record of a subnet.
 * @tenant: The tenant.
 * @subnet: Its subnet.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_subnet(const struct ovctl_tenant *tenant, const struct ovctl_subnet *subnet)
{
	json_t *rec = json_object();
	json_t *vpcs = json_array();
	json_t *ports = json_array();
	char name[OVCTL_LINK_SIZE];
	unsigned int i;

	for (i = 0; i < subnet->n_vpcs; i++)
		json_array_append_new(vpcs, json_sprintf("%u", subnet->vpcs[i]));
	for (i = 0; i < ovctl_subnet_bridges(subnet); i++) {
		ovctl_name_port(name, sizeof(name), subnet->id, i);
		json_array_append_new(ports, json_string(name));
	}
	ovctl_set_number(rec, "subnet", subnet->id);
	ovctl_set_cidr(rec, "cidr", &subnet->cidr4);
	ovctl_set_cidr(rec, "cidr6", &subnet->cidr6);
	ovctl_set_addr(rec, "gateway", &subnet->gw4);
	ovctl_set_addr(rec, "gateway6", &subnet->gw6);
	ovctl_set_number(rec, "vni", subnet->vni);
	ovctl_set_text(rec, "encap", ovctl_words_encap[subnet->encap]);
	json_object_set_new(rec, "vpcs", vpcs);
	ovctl_set_text(rec, "attach", ovctl_words_attach[subnet->attach]);
	json_object_set_new(rec, "ports", ports);
	ovctl_set_bool(rec, "suppress", subnet->suppress);
	ovctl_set_text(rec, "state", ovctl_subnet_state(tenant, subnet));
	return rec;
}

/**
 * ovctl_record_vm() - Make a record of a VM.
 * @tenant: The tenant.
 * @vm: Its VM.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_vm(const struct ovctl_tenant *tenant, const struct ovctl_vm *vm)
{
	static const char *const kinds[] = { "own", "netns", "pid", "tap" };
	json_t *rec = json_object();
	char place[OVCTL_NETNS_SIZE];

	(void)tenant;
	snprintf(place, sizeof(place), "%s", vm->netns);
	if (vm->kind == OVCTL_VM_PID)
		snprintf(place, sizeof(place), "pid:%u", vm->pid);
	ovctl_set_text(rec, "vm", vm->name);
	ovctl_set_number(rec, "subnet", vm->subnet);
	ovctl_set_number(rec, "vpc", vm->vpc);
	ovctl_set_addr(rec, "ip", &vm->ip4);
	ovctl_set_addr(rec, "ip6", &vm->ip6);
	ovctl_set_addr(rec, "mac", &vm->mac);
	ovctl_set_text(rec, "kind", kinds[vm->kind]);
	ovctl_set_text(rec, "place", place);
	ovctl_set_text(rec, "dev", vm->link);
	ovctl_set_number(rec, "seq", vm->seq);
	if (vm->to && vm->until)
		ovctl_set_number(rec, "to", vm->to);
	if (vm->off)
		ovctl_set_bool(rec, "off", true);
	return rec;
}

/**
 * ovctl_record_log() - Make a record of a line of the audit log.
 * @entry: The line.
 *
 * Return: the record, owned by the caller.
 */
json_t *ovctl_record_log(const struct ovctl_log_entry *entry)
{
	json_t *rec = json_object();
	time_t at = entry->at / 1000;
	char text[64] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	ovctl_set_number(rec, "line", entry->id);
	ovctl_set_text(rec, "time", text);
	ovctl_set_text(rec, "who", entry->who);
	ovctl_set_number(rec, "uid", entry->uid);
	if (entry->tenant)
		ovctl_set_number(rec, "tenant", entry->tenant);
	ovctl_set_text(rec, "state", entry->state);
	ovctl_set_text(rec, "command", entry->what);
	return rec;
}

static void ovctl_grid_line(struct libscols_table *table, const struct ovctl_column *columns,
			    const json_t *rec)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[4096];
	unsigned int i;

	for (i = 0; line && columns[i].head; i++) {
		ovctl_cell_text(text, sizeof(text), json_object_get(rec, columns[i].key),
				OVCTL_CELL_PLAIN);
		scols_line_set_data(line, i, text);
	}
}

/**
 * ovctl_grid() - Print records as a table, as text.
 * @ov: The run.
 * @title: A line above it, or NULL.
 * @columns: The columns.
 * @records: An array of records.
 */
void ovctl_grid(struct ovctl *ov, const char *title, const struct ovctl_column *columns,
		const json_t *records)
{
	struct libscols_table *table = scols_new_table();
	unsigned int i;

	if (!table)
		return;
	scols_table_set_stream(table, ov->out);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (i = 0; columns[i].head; i++)
		scols_table_new_column(table, columns[i].head, 0, 0);
	for (i = 0; i < json_array_size(records); i++)
		ovctl_grid_line(table, columns, json_array_get(records, i));
	if (title)
		fprintf(ov->out, "%s\n", title);
	scols_print_table(table);
	scols_unref_table(table);
}

/**
 * ovctl_grid_list() - Print records, as text or as JSON.
 * @ov: The run.
 * @columns: The columns of the text.
 * @records: An array of records; freed.
 */
void ovctl_grid_list(struct ovctl *ov, const struct ovctl_column *columns, json_t *records)
{
	struct ovctl_table table;
	unsigned int i;

	if (ov->json) {
		ovctl_table_begin(&table, ov, columns, false);
		for (i = 0; i < json_array_size(records); i++)
			ovctl_table_record(&table, json_array_get(records, i));
		ovctl_table_end(&table);
	} else {
		ovctl_grid(ov, NULL, columns, records);
	}
	json_decref(records);
}

/**
 * ovctl_grid_one() - Print one record, as text or as JSON.
 * @ov: The run.
 * @columns: The columns of the text.
 * @record: The record; freed.
 */
void ovctl_grid_one(struct ovctl *ov, const struct ovctl_column *columns, json_t *record)
{
	json_t *records = json_array();

	json_array_append_new(records, record);
	ovctl_grid_list(ov, columns, records);
}
