#include "io/file.h"

#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* ---- the temporaries that exist now ---- */

enum { SLOTS = 32, SLOT_FREE = 0, SLOT_CLAIMED, SLOT_LIVE };

/* owner and path are written while CLAIMED and read by the signal handler while LIVE. A child after fork has a copy of
 * the table and must not remove its parent's files: hence the owner. */
static struct {
	atomic_int state;
	pid_t owner;
	char path[FILE_PATH];
} slots[SLOTS];

static int slot_take(const char *path)
{
	for (int i = 0; i < SLOTS; i++) {
		int expected = SLOT_FREE;
		if (!atomic_compare_exchange_strong(&slots[i].state, &expected, SLOT_CLAIMED))
			continue;
		slots[i].owner = getpid();
		memcpy(slots[i].path, path, strlen(path) + 1);
		atomic_store(&slots[i].state, SLOT_LIVE);
		return i;
	}
	return -1; /* a full table costs a leftover after a kill, not the save */
}

static void slot_give(int slot)
{
	if (slot >= 0)
		atomic_store(&slots[slot].state, SLOT_FREE);
}

void file_cleanup_signal(void)
{
	int saved = errno;
	for (int i = 0; i < SLOTS; i++) {
		if (atomic_load(&slots[i].state) == SLOT_LIVE && slots[i].owner == getpid())
			unlink(slots[i].path);
	}
	errno = saved;
}

/* ---- saving ---- */

static bool cannot_write(err *e, const char *path, int reason)
{
	return err_machine(e, "cannot write %s: %s", path,
	        reason ? strerror(reason) : "not everything could be written (is the disk full?)");
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Follows symbolic links, so that the file behind the link is replaced and not the link. */
static bool set_target(file_save *s, const char *path, bool exists, err *e)
{
	char *real = exists ? realpath(path, NULL) : NULL;
	const char *target = real ? real : path;
	bool fits = strlen(target) < sizeof s->target;
	if (fits)
		memcpy(s->target, target, strlen(target) + 1);
	free(real);
	if (!fits)
		return err_input(e, "the path of the file is longer than %d bytes", FILE_PATH - 1);
	if (!s->target[folder_length(s->target)])
		return err_input(e, "%s has no file name behind the folder", path);
	return true;
}

/* "….unroll-PID-N.tmp" of a process that is gone and left alone for a minute (it may run on another machine that shares
 * the folder): what a kill has left behind. */
static bool is_stale(const char *folder, const char *name)
{
	char path[FILE_PATH + 256];
	struct stat st;
	long pid;
	unsigned n;
	int used = 0;
	if (sscanf(name, ".unroll-%ld-%u.tmp%n", &pid, &n, &used) != 2 || used == 0 || name[used] || pid <= 0)
		return false;
	if (kill((pid_t)pid, 0) == 0 || errno != ESRCH)
		return false;
	snprintf(path, sizeof path, "%s%s", folder, name);
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && time(NULL) - st.st_mtime > 60;
}

static void remove_stale(const char *target)
{
	char folder[FILE_PATH], path[FILE_PATH + 256];
	snprintf(folder, sizeof folder, "%.*s", (int)folder_length(target), target);
	DIR *d = opendir(folder[0] ? folder : ".");
	if (!d)
		return;
	for (struct dirent *k; (k = readdir(d));)
		if (is_stale(folder, k->d_name)) {
			snprintf(path, sizeof path, "%s%s", folder, k->d_name);
			(void)unlink(path);
		}
	closedir(d);
}

/* Opens a new file beside the target; the mode comes from the umask. Returns −1 with errno on an error. */
static int open_temporary(file_save *s)
{
	static atomic_uint serial;
	int folder = (int)folder_length(s->target), fd = -1;
	for (int attempt = 0; attempt < 1000 && fd < 0; attempt++) {
		unsigned n = atomic_fetch_add(&serial, 1);
		int length = snprintf(s->temporary, sizeof s->temporary, "%.*s.unroll-%ld-%u.tmp", folder, s->target,
		        (long)getpid(), n);
		if (length < 0 || (size_t)length >= sizeof s->temporary) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = open(s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

static bool open_direct(file_save *s, const char *path, err *e)
{
	s->direct = true;
	snprintf(s->target, sizeof s->target, "%s", path);
	s->stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "wbe");
	if (!s->stream)
		return cannot_write(e, path, errno);
	return true;
}

bool file_save_open(file_save *s, const char *path, err *e)
{
	struct stat st;
	s->stream = NULL;
	s->slot = -1;
	s->direct = false;
	s->target[0] = s->temporary[0] = '\0';
	if (!path[0])
		return err_input(e, "the name of the file to write is empty");
	if (strcmp(path, "-") == 0)
		return open_direct(s, path, e);
	bool exists = stat(path, &st) == 0;
	if (exists && S_ISDIR(st.st_mode))
		return err_input(e, "%s is a folder; a file name is needed", path);
	if (exists && !S_ISREG(st.st_mode))
		return open_direct(s, path, e);
	if (exists && access(path, W_OK) != 0)
		return cannot_write(e, path, errno);
	if (!set_target(s, path, exists, e))
		return false;
	remove_stale(s->target);
	int fd = open_temporary(s);
	if (fd < 0)
		return cannot_write(e, path, errno);
	s->slot = slot_take(s->temporary);
	if (exists)
		(void)fchmod(fd, st.st_mode & 07777); /* some file systems have no modes: not an error */
	s->stream = fdopen(fd, "wb");
	if (!s->stream) {
		int reason = errno;
		close(fd);
		file_save_abort(s);
		return cannot_write(e, path, reason);
	}
	return true;
}

FILE *file_save_stream(file_save *s)
{
	return s->stream;
}

void file_save_abort(file_save *s)
{
	if (s->stream && s->stream != stdout)
		fclose(s->stream);
	s->stream = NULL;
	if (s->temporary[0])
		unlink(s->temporary);
	slot_give(s->slot);
	s->slot = -1;
	s->temporary[0] = '\0';
}

/* Bytes to the disk. False with errno (0 = unknown: the failing write lies too far back). */
static bool flush_stream(file_save *s)
{
	errno = 0;
	if (fflush(s->stream) != 0)
		return false;
	errno = 0;
	if (ferror(s->stream))
		return false;
	if (s->direct)
		return true;
	return fsync(fileno(s->stream)) == 0 || errno == EINVAL; /* EINVAL: the file system cannot */
}

static bool close_stream(file_save *s)
{
	FILE *stream = s->stream;
	s->stream = NULL;
	return stream == stdout || fclose(stream) == 0;
}

/* Makes the rename durable. Its failure is no failure of the save: old or new, the file is whole. */
static void sync_folder(const char *target)
{
	char folder[FILE_PATH];
	size_t n = folder_length(target);
	snprintf(folder, sizeof folder, "%.*s", (int)n, n ? target : "");
	int fd = open(n ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

bool file_save_commit(file_save *s, err *e)
{
	bool done = flush_stream(s) && close_stream(s) && (s->direct || rename(s->temporary, s->target) == 0);
	if (!done) {
		int reason = errno;
		file_save_abort(s);
		return cannot_write(e, strcmp(s->target, "-") == 0 ? "standard output" : s->target, reason);
	}
	if (!s->direct)
		sync_folder(s->target);
	slot_give(s->slot);
	s->slot = -1;
	s->temporary[0] = '\0';
	return true;
}

/* A device or a FIFO is not opened: its reader would see the end. */
bool file_check_writable(const char *path, err *e)
{
	struct stat st;
	file_save s;
	if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return true;
	if (!file_save_open(&s, path, e))
		return false;
	file_save_abort(&s);
	return true;
}

bool file_write_all(const char *path, const void *data, size_t size, err *e)
{
	file_save s;
	if (!file_save_open(&s, path, e))
		return false;
	if (fwrite(data, 1, size, s.stream) != size) {
		int reason = errno;
		file_save_abort(&s);
		return cannot_write(e, path, reason);
	}
	return file_save_commit(&s, e);
}

/* ---- reading ---- */

FILE *file_open(const char *path, long long *size, err *e)
{
	struct stat st;
	FILE *f = fopen(path, "rbe");
	if (!f) {
		int reason = errno;
		(reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == EIO ? err_machine : err_input)(
		        e, "cannot read %s: %s", path[0] ? path : "a file without a name", strerror(reason));
		return NULL;
	}
	if (fstat(fileno(f), &st) != 0) {
		err_machine(e, "cannot read %s: %s", path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		err_input(e, "%s is a folder; a file is needed", path);
	} else {
		*size = S_ISREG(st.st_mode) ? (long long)st.st_size : -1;
		return f;
	}
	fclose(f);
	return NULL;
}

static bool too_large(err *e, const char *path, long long size, size_t limit)
{
	char most[32];
	text_bytes(most, sizeof most, (double)limit);
	if (size < 0)
		return err_input(e, "%s has more than %zu bytes; allowed are %zu (%s)", path, limit, limit, most);
	return err_input(e, "%s has %lld bytes; allowed are %zu (%s)", path, size, limit, most);
}

/* Reads to the end. One byte beyond `limit` is tried, to notice a file that grows or a pipe that goes on. */
static bool read_stream(
        FILE *f, const char *path, size_t room, size_t limit, unsigned char **data, size_t *size, err *e)
{
	unsigned char *bytes = NULL;
	size_t n = 0, got = 0;
	do {
		if (!bytes || n + 1 >= room) {
			room = bytes ? room * 2 : room;
			room = room > limit + 2 ? limit + 2 : room;
			unsigned char *more = realloc(bytes, room);
			if (!more) {
				free(bytes);
				return err_machine(e, "no memory for %zu bytes of %s", room, path);
			}
			bytes = more;
		}
		got = fread(bytes + n, 1, room - 1 - n, f);
		n += got;
	} while (got > 0 && n <= limit);
	if (ferror(f) || n > limit) {
		int reason = errno;
		free(bytes);
		return n > limit ? too_large(e, path, -1, limit)
		                 : err_machine(e, "cannot read %s: %s", path, strerror(reason));
	}
	bytes[n] = '\0';
	*data = bytes;
	*size = n;
	return true;
}

bool file_read_all(const char *path, size_t limit, unsigned char **data, size_t *size, err *e)
{
	long long known;
	*data = NULL;
	*size = 0;
	FILE *f = file_open(path, &known, e);
	if (!f)
		return false;
	bool ok = known > 0 && (unsigned long long)known > limit
	                  ? too_large(e, path, known, limit)
	                  : read_stream(f, path, known > 0 ? (size_t)known + 2 : 65536, limit, data, size, e);
	fclose(f);
	return ok;
}

/* ---- names ---- */

const char *file_extension(const char *path, char *buf, size_t size)
{
	const char *name = path + folder_length(path);
	const char *dot = strrchr(name, '.');
	size_t n = dot && dot != name ? strlen(dot + 1) : 0;
	if (n >= size)
		n = 0;
	for (size_t i = 0; i < n; i++)
		buf[i] = (char)tolower((unsigned char)dot[1 + i]);
	buf[n] = '\0';
	return buf;
}

const char *file_printable(char *buf, size_t size, const char *bytes, size_t n)
{
	static const char more[] = "…";
	bool cut = n >= size;
	size_t keep = cut ? size - sizeof more : n;
	while (cut && keep > 0 && ((unsigned char)bytes[keep] & 0xc0) == 0x80)
		keep--; /* not in the middle of a character */
	for (size_t i = 0; i < keep; i++) {
		unsigned char c = (unsigned char)bytes[i];
		buf[i] = c < 0x20 || c == 0x7f ? '?' : bytes[i];
	}
	snprintf(buf + keep, size - keep, "%s", cut ? more : "");
	return buf;
}
