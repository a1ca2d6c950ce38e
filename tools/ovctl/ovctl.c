// SPDX-License-Identifier: GPL-2.0
/* One run of the tool: its state and how it speaks of failures. */
#include <stdarg.h>
#include <string.h>

#include "ovctl.h"
#include "south/genl.h"
#include "south/request.h"
#include "south/wire.h"

/**
 * ovctl_init() - Begin a run.
 * @ov: The run.
 * @out: Where results go.
 * @err: Where sentences about failures go.
 */
void ovctl_init(struct ovctl *ov, FILE *out, FILE *err)
{
	memset(ov, 0, sizeof(*ov));
	ov->out = out;
	ov->err = err;
}

/**
 * ovctl_fini() - End a run and free what it held.
 * @ov: The run.
 */
void ovctl_fini(struct ovctl *ov)
{
	ovctl_request_free(ov->pending);
	ovctl_devs_forget(ov);
	ovctl_wire_close(ov->genl);
	ovctl_wire_close(ov->rtnl);
	memset(ov, 0, sizeof(*ov));
}

__attribute__((format(printf, 2, 0)))
static void ovctl_vsay(struct ovctl *ov, const char *fmt, va_list ap)
{
	/* Results printed so far come before what went wrong after them. */
	fflush(ov->out);
	fputs("ovctl: ", ov->err);
	if (ov->file)
		fprintf(ov->err, "%s:%u: ", ov->file, ov->line);
	vfprintf(ov->err, fmt, ap);
	fputc('\n', ov->err);
}

/**
 * ovctl_say() - Tell the user one sentence on standard error.
 * @ov: The run.
 * @fmt: The sentence, without the tool's name and without a newline.
 */
void ovctl_say(struct ovctl *ov, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ovctl_vsay(ov, fmt, ap);
	va_end(ap);
}

/**
 * ovctl_fail() - Tell why a command failed.
 * @ov: The run.
 * @fmt: The sentence.
 *
 * Return: OVCTL_FAILED.
 */
int ovctl_fail(struct ovctl *ov, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ovctl_vsay(ov, fmt, ap);
	va_end(ap);
	return OVCTL_FAILED;
}

/**
 * ovctl_misuse() - Tell what is wrong with the command line.
 * @ov: The run.
 * @fmt: The sentence.
 *
 * Return: OVCTL_USAGE.
 */
int ovctl_misuse(struct ovctl *ov, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ovctl_vsay(ov, fmt, ap);
	va_end(ap);
	return OVCTL_USAGE;
}
