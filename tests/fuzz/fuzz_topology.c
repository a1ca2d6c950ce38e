// SPDX-License-Identifier: GPL-2.0
/* Any text as a topology, for a tenant that is there and for one that is new. What is taken must
 * come out of "export" as something that is taken and changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../../tools/ovctl/model/topology.h"

static struct ovctl_model model;
static struct ovctl_tenant old;

static void fuzz_model(void)
{
	struct ovctl_subnet *subnet;
	struct ovctl_host *host;
	struct ovctl_vm *vm;
	unsigned int i;

	host = ovctl_model_add_host(&model, "hv1");
	ovctl_default_lab(&model, host);
	ovctl_tenant_init(&old, 1);
	for (i = 1; i <= 2; i++) {
		ovctl_place_vpc(&old, ovctl_tenant_add_vpc(&old, i), host);
		old.vpcs[i - 1].vtep = host->vtep.addr;
	}
	subnet = ovctl_tenant_add_subnet(&old, 21);
	ovctl_cidr_parse(&subnet->cidr4, "21.0.0.0/24");
	ovctl_default_gateways(subnet);
	ovctl_subnet_add_vpc(subnet, 1);
	vm = ovctl_tenant_add_vm(&old, 1);
	snprintf(vm->name, sizeof(vm->name), "a");
	vm->subnet = 21;
	vm->vpc = 1;
}

static int fuzz_differs(const struct ovctl_diff *diff, void *arg)
{
	(void)arg;
	return diff->fate != OVCTL_FATE_SAME;
}

static void fuzz_again(const struct ovctl_tenant *now)
{
	json_t *root = ovctl_topology_write(now);
	char why[OVCTL_TOPOLOGY_WHY];
	struct ovctl_tenant again;

	if (!ovctl_topology_read(root, &model, now, &again, why))
		abort();
	if (ovctl_tenant_diff(now, &again, fuzz_differs, NULL))
		abort();
	ovctl_tenant_free(&again);
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[OVCTL_TOPOLOGY_WHY];
	struct ovctl_tenant now;
	json_t *root;

	if (!model.n_hosts)
		fuzz_model();
	root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		return 0;
	if (ovctl_topology_read(root, &model, &old, &now, why)) {
		fuzz_again(&now);
		ovctl_tenant_free(&now);
	}
	if (ovctl_topology_read(root, &model, NULL, &now, why)) {
		fuzz_again(&now);
		ovctl_tenant_free(&now);
	}
	json_decref(root);
	return 0;
}
