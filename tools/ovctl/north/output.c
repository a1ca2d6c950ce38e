// SPDX-License-Identifier: GPL-2.0
/* The one place where results are printed: records in, text or JSON out. */
#include <string.h>

#include "../south/value.h"
#include "output.h"

/**
 * ovctl_cell_text() - Write a value as the text of one cell.
 * @buf: Where to.
 * @size: Its size.
 * @value: The value, or NULL for none.
 * @cell: What it is.
 *
 * A cell is never empty and holds no blanks, so that columns can be counted.
 */
void ovctl_cell_text(char *buf, size_t size, const json_t *value, enum ovctl_cell cell)
{
	bool link = cell != OVCTL_CELL_PLAIN;
	char name[OVCTL_TEXT_MAX];
	size_t len = 0;
	size_t i;

	if (json_is_string(value) && json_string_length(value))
		snprintf(buf, size, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		snprintf(buf, size, "%s", json_is_true(value) ? "on" : "off");
	else if (cell == OVCTL_CELL_FAR_LINK && json_integer_value(value))
		snprintf(buf, size, "if%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_integer(value) && link && json_integer_value(value))
		snprintf(buf, size, "%s",
			 ovctl_link_name(name, sizeof(name), json_integer_value(value)));
	else if (json_is_integer(value) && !link)
		snprintf(buf, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (!json_is_array(value) || !json_array_size(value))
		snprintf(buf, size, "-");
	else
		for (i = 0; i < json_array_size(value) && len < size; i++) {
			const char *text = json_string_value(json_array_get(value, i));

			len += snprintf(buf + len, size - len, "%s%s", i ? "," : "", text ? text : "");
		}
}

static const json_t *ovctl_record_get(const json_t *rec, const char *key)
{
	const char *dot = strchr(key, '.');
	char outer[32];

	if (!dot)
		return json_object_get(rec, key);
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	return json_object_get(json_object_get(rec, outer), dot + 1);
}

/* An index is of the underlay, and another namespace has other names for its numbers. */
static enum ovctl_cell ovctl_cell_of(const json_t *rec, const char *key)
{
	if (strcmp(key, "link"))
		return OVCTL_CELL_PLAIN;
	return json_object_get(rec, "underlay-netns-id") ? OVCTL_CELL_FAR_LINK : OVCTL_CELL_LINK;
}

static void ovctl_table_row(struct ovctl_table *table, const json_t *rec, const char *key,
			    const json_t *value)
{
	const struct ovctl_column *col;
	char text[4096];

	for (col = table->columns; col->head; col++) {
		if (!col->key && key)
			ovctl_cell_text(text, sizeof(text), value, ovctl_cell_of(rec, key));
		else if (!strcmp(col->key, "*"))
			snprintf(text, sizeof(text), "%s", key);
		else
			ovctl_cell_text(text, sizeof(text), ovctl_record_get(rec, col->key),
					ovctl_cell_of(rec, col->key));
		if (col[1].head)
			fprintf(table->ov->out, "%-*s ", col->width, text);
		else
			fprintf(table->ov->out, "%s\n", text);
	}
}

/* What every row tells in columns of its own is no row. */
static bool ovctl_is_head(const char *key)
{
	return !strcmp(key, "ifname") || !strcmp(key, "ifindex") || !strcmp(key, "netns-id") ||
	       !strcmp(key, "generation");
}

/**
 * ovctl_table_begin() - Begin to print records.
 * @table: Filled in.
 * @ov: The run.
 * @columns: The columns of the text. In a table of rows, the key "*" stands for
 *	the name of the value and NULL for the value.
 * @rows: One row for each value.
 */
void ovctl_table_begin(struct ovctl_table *table, struct ovctl *ov,
		       const struct ovctl_column *columns, bool rows)
{
	const struct ovctl_column *col;

	table->ov = ov;
	table->columns = columns;
	table->rows = rows;
	table->count = 0;
	if (ov->json) {
		fputc('[', ov->out);
		return;
	}
	for (col = columns; col->head; col++) {
		if (col[1].head)
			fprintf(ov->out, "%-*s ", col->width, col->head);
		else
			fprintf(ov->out, "%s\n", col->head);
	}
}

/**
 * ovctl_table_record() - Print a record.
 * @table: The table.
 * @rec: The record.
 */
void ovctl_table_record(struct ovctl_table *table, json_t *rec)
{
	const char *key;
	json_t *value;

	if (table->ov->json) {
		fputs(table->count++ ? ",\n " : "\n ", table->ov->out);
		json_dumpf(rec, table->ov->out, JSON_COMPACT);
		return;
	}
	table->count++;
	if (!table->rows) {
		ovctl_table_row(table, rec, NULL, NULL);
		return;
	}
	json_object_foreach(rec, key, value)
		if (!ovctl_is_head(key))
			ovctl_table_row(table, rec, key, value);
}

/**
 * ovctl_table_end() - End printing records.
 * @table: The table.
 */
void ovctl_table_end(struct ovctl_table *table)
{
	if (table->ov->json)
		fputs(table->count ? "\n]\n" : "]\n", table->ov->out);
}

static void ovctl_line_values(FILE *out, const json_t *rec)
{
	const char *key;
	json_t *value;
	char text[4096];

	json_object_foreach((json_t *)rec, key, value) {
		if (json_is_object(value))
			continue;
		ovctl_cell_text(text, sizeof(text), value, ovctl_cell_of(rec, key));
		fprintf(out, " %s %s", key, text);
	}
}

/**
 * ovctl_output_line() - Print a record on a line of its own, at once.
 * @ov: The run.
 * @rec: The record: an event, its device, and a record of what it is about.
 */
void ovctl_output_line(struct ovctl *ov, json_t *rec)
{
	static const char *const heads[] = { "event", "ifname", "netns-id" };
	const char *key;
	json_t *value;
	char text[64];
	unsigned int i;

	if (ov->json) {
		json_dumpf(rec, ov->out, JSON_COMPACT);
	} else {
		for (i = 0; i < 3; i++) {
			ovctl_cell_text(text, sizeof(text), json_object_get(rec, heads[i]),
					OVCTL_CELL_PLAIN);
			fprintf(ov->out, "%s%s", i ? " " : "", text);
		}
		json_object_foreach(rec, key, value)
			if (json_is_object(value))
				ovctl_line_values(ov->out, value);
	}
	fputc('\n', ov->out);
	fflush(ov->out);
}
