// SPDX-License-Identifier: GPL-2.0
/* Any text as libvirt's description of a guest. Whatever it is, what is found fits its place, and is
 * found again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ovctl/north/domain.h"

static int fuzz_read(const uint8_t *data, size_t size, struct ovctl_nics *nics)
{
	FILE *err = fopen("/dev/null", "w");
	FILE *in = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");
	struct ovctl ov;
	int ret;

	if (!err || !in)
		abort();
	ovctl_init(&ov, err, err);
	ret = ovctl_domain_read(&ov, in, nics);
	ovctl_fini(&ov);
	fclose(in);
	fclose(err);
	return ret;
}

static void fuzz_nic(const struct ovctl_nic *nic)
{
	if (!memchr(nic->link, '\0', sizeof(nic->link)))
		abort();
	if (nic->mac.len && nic->mac.len != 6)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ovctl_nics nics, again;
	unsigned int i;
	int ret;

	ret = fuzz_read(data, size, &nics);
	for (i = 0; i < nics.count; i++)
		fuzz_nic(&nics.list[i]);
	if (fuzz_read(data, size, &again) != ret || again.count != nics.count)
		abort();
	for (i = 0; i < nics.count; i++)
		if (memcmp(&nics.list[i], &again.list[i], sizeof(nics.list[i])))
			abort();
	ovctl_nics_free(&again);
	ovctl_nics_free(&nics);
	return 0;
}
