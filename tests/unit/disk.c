// SPDX-License-Identifier: GPL-2.0
/* A VFS of sqlite that counts what changes files, and fails at a chosen one. For power cuts it
 * remembers what was there before each write that is not yet synced.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

/**
 * struct disk_undo - What takes a write back.
 * @path: The file.
 * @offset: Where it was written.
 * @len: How many bytes there were before.
 * @size: The file's size before; -1 where the file was deleted, and is linked as @kept.
 * @kept: The name that a deleted file has until the directory is synced.
 * @next: The write before it.
 * @bytes: What was there.
 */
struct disk_undo {
	char path[512];
	sqlite3_int64 offset;
	size_t len;
	sqlite3_int64 size;
	char kept[544];
	struct disk_undo *next;
	char bytes[];
};

/**
 * struct disk_file - A file of this VFS.
 * @base: What sqlite sees.
 * @path: Its name.
 * @fresh: It is a log or a journal that is new: its first sync is also its directory's.
 * @real: The file of the usual VFS, behind it.
 */
struct disk_file {
	sqlite3_file base;
	char path[512];
	bool fresh;
	sqlite3_file real[];
};

static struct {
	enum disk_fault fault;
	unsigned int at;
	unsigned int count;
	struct disk_undo *undo;
} disk;

static sqlite3_vfs *disk_real(void)
{
	return sqlite3_vfs_find("unix");
}

static sqlite3_file *disk_inner(sqlite3_file *file)
{
	return ((struct disk_file *)file)->real;
}

static void disk_write_back(const struct disk_undo *undo)
{
	FILE *f;

	if (undo->size < 0) {
		rename(undo->kept, undo->path);
		return;
	}
	f = fopen(undo->path, "r+");
	if (!f)
		return;
	fseek(f, undo->offset, SEEK_SET);
	fwrite(undo->bytes, 1, undo->len, f);
	fflush(f);
	if (ftruncate(fileno(f), undo->size))
		abort();
	fclose(f);
}

/* The index of a log need not be taken back: nobody has it open then, and the next one to open
 * the database makes it anew.
 */
static void disk_cut(bool some)
{
	struct disk_undo *undo;
	unsigned int i = 0;

	for (undo = disk.undo; undo; undo = undo->next) {
		/* A file that is gone by half is no state that a disk leaves. */
		if (!some || undo->size < 0 || i++ % 2)
			disk_write_back(undo);
	}
}

static int disk_step(void)
{
	disk.count++;
	if (disk.fault == DISK_FINE || disk.count < disk.at)
		return SQLITE_OK;
	if (disk.fault == DISK_FULL)
		return SQLITE_FULL;
	if (disk.count > disk.at)
		return SQLITE_OK;
	if (disk.fault == DISK_ERROR)
		return SQLITE_IOERR;
	if (disk.fault == DISK_CUT || disk.fault == DISK_CUT_SOME)
		disk_cut(disk.fault == DISK_CUT_SOME);
	if (disk.fault != DISK_TEAR)
		kill(getpid(), SIGKILL);
	return SQLITE_OK;
}

static void disk_remember(struct disk_file *file, sqlite3_int64 offset, size_t len)
{
	struct disk_undo *undo = calloc(1, sizeof(*undo) + len);
	sqlite3_int64 size = 0;

	if (!undo)
		abort();
	file->real->pMethods->xFileSize(file->real, &size);
	snprintf(undo->path, sizeof(undo->path), "%s", file->path);
	undo->offset = offset;
	undo->size = size;
	undo->len = offset >= size ? 0 : len;
	if (offset < size && offset + (sqlite3_int64)len > size)
		undo->len = size - offset;
	if (undo->len)
		file->real->pMethods->xRead(file->real, undo->bytes, undo->len, offset);
	undo->next = disk.undo;
	disk.undo = undo;
}

/* What is synced stays: a file of that name, or without a name what was deleted. */
static void disk_forget(const char *path)
{
	struct disk_undo **at = &disk.undo;

	while (*at) {
		struct disk_undo *undo = *at;

		if (path ? strcmp(undo->path, path) : undo->size >= 0) {
			at = &undo->next;
			continue;
		}
		*at = undo->next;
		if (undo->size < 0)
			unlink(undo->kept);
		free(undo);
	}
}

static int disk_close(sqlite3_file *file)
{
	return disk_inner(file)->pMethods->xClose(disk_inner(file));
}

static int disk_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 offset)
{
	return disk_inner(file)->pMethods->xRead(disk_inner(file), buf, len, offset);
}

static int disk_write(sqlite3_file *file, const void *buf, int len, sqlite3_int64 offset)
{
	int rc = disk_step();

	if (rc == SQLITE_FULL || rc == SQLITE_IOERR)
		return rc == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	disk_remember((struct disk_file *)file, offset, len);
	if (disk.fault == DISK_TEAR && disk.count == disk.at) {
		disk_inner(file)->pMethods->xWrite(disk_inner(file), buf, len / 2, offset);
		kill(getpid(), SIGKILL);
	}
	return disk_inner(file)->pMethods->xWrite(disk_inner(file), buf, len, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_int64 old = 0;

	if (disk_step() == SQLITE_IOERR)
		return SQLITE_IOERR_TRUNCATE;
	disk_inner(file)->pMethods->xFileSize(disk_inner(file), &old);
	if (old > size)
		disk_remember((struct disk_file *)file, size, old - size);
	return disk_inner(file)->pMethods->xTruncate(disk_inner(file), size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	struct disk_file *f = (struct disk_file *)file;
	int rc = disk_step();

	if (rc == SQLITE_IOERR)
		return SQLITE_IOERR_FSYNC;
	rc = disk_inner(file)->pMethods->xSync(disk_inner(file), flags);
	disk_forget(f->path);
	if (f->fresh)
		disk_forget(NULL);
	f->fresh = false;
	return rc;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return disk_inner(file)->pMethods->xFileSize(disk_inner(file), size);
}

static int disk_lock(sqlite3_file *file, int level)
{
	return disk_inner(file)->pMethods->xLock(disk_inner(file), level);
}

static int disk_unlock(sqlite3_file *file, int level)
{
	return disk_inner(file)->pMethods->xUnlock(disk_inner(file), level);
}

static int disk_reserved(sqlite3_file *file, int *out)
{
	return disk_inner(file)->pMethods->xCheckReservedLock(disk_inner(file), out);
}

static int disk_control(sqlite3_file *file, int op, void *arg)
{
	return disk_inner(file)->pMethods->xFileControl(disk_inner(file), op, arg);
}

static int disk_sector(sqlite3_file *file)
{
	return disk_inner(file)->pMethods->xSectorSize(disk_inner(file));
}

static int disk_device(sqlite3_file *file)
{
	/* None of the promises that let sqlite leave out a sync. But then it writes a log beyond
	 * what decides a commit, and a disk that is full there has taken the commit.
	 */
	if (disk.fault == DISK_FULL)
		return disk_inner(file)->pMethods->xDeviceCharacteristics(disk_inner(file));
	return 0;
}

static int disk_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return disk_inner(file)->pMethods->xShmMap(disk_inner(file), page, size, extend, out);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return disk_inner(file)->pMethods->xShmLock(disk_inner(file), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
	disk_inner(file)->pMethods->xShmBarrier(disk_inner(file));
}

static int disk_shm_unmap(sqlite3_file *file, int del)
{
	return disk_inner(file)->pMethods->xShmUnmap(disk_inner(file), del);
}

static const sqlite3_io_methods disk_methods = {
	.iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_device,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap,
};

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		     int *out_flags)
{
	struct disk_file *f = (struct disk_file *)file;
	int rc;

	(void)vfs;
	snprintf(f->path, sizeof(f->path), "%s", name ? name : "");
	/* One that is made in the place of a deleted one has the name, come what may. */
	disk_forget(f->path);
	f->fresh = (flags & SQLITE_OPEN_CREATE) &&
		   (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
	rc = disk_real()->xOpen(disk_real(), name, f->real, flags, out_flags);
	f->base.pMethods = rc == SQLITE_OK ? &disk_methods : NULL;
	return rc;
}

/* Until the directory is synced a deleted file comes back with the power. */
static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct disk_undo *undo;

	(void)vfs;
	if (disk_step() == SQLITE_IOERR)
		return SQLITE_IOERR_DELETE;
	disk_forget(name);
	if (sync) {
		disk_forget(NULL);
		return disk_real()->xDelete(disk_real(), name, sync);
	}
	undo = calloc(1, sizeof(*undo));
	if (!undo)
		abort();
	snprintf(undo->path, sizeof(undo->path), "%s", name);
	snprintf(undo->kept, sizeof(undo->kept), "%s.gone", name);
	undo->size = -1;
	if (link(name, undo->kept)) {
		free(undo);
	} else {
		undo->next = disk.undo;
		disk.undo = undo;
	}
	return disk_real()->xDelete(disk_real(), name, sync);
}

/**
 * disk_register() - Make the VFS known to sqlite.
 */
void disk_register(void)
{
	static sqlite3_vfs vfs;

	if (sqlite3_vfs_find(DISK_VFS))
		return;
	vfs = *disk_real();
	vfs.zName = DISK_VFS;
	vfs.pNext = NULL;
	vfs.szOsFile = sizeof(struct disk_file) + disk_real()->szOsFile;
	vfs.xOpen = disk_open;
	vfs.xDelete = disk_delete;
	sqlite3_vfs_register(&vfs, 0);
}

/**
 * disk_arm() - Choose the operation that fails, and count from 0 again.
 * @fault: What happens.
 * @at: The first is 1.
 */
void disk_arm(enum disk_fault fault, unsigned int at)
{
	disk.fault = fault;
	disk.at = at;
	disk.count = 0;
}

/**
 * disk_count() - Tell how many operations there were.
 *
 * Return: the number.
 */
unsigned int disk_count(void)
{
	return disk.count;
}
