/* io: round trips, and foreign bytes of every bad kind. Files are made in a folder of their own and removed. */
#include "io/csv.h"
#include "io/file.h"
#include "io/npz.h"
#include "io/png.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char folder[64];

static const char *at(const char *name)
{
	static char paths[4][160];
	static int turn;
	char *path = paths[turn++ & 3];
	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void put(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void assert_holds(const char *path, const char *text)
{
	unsigned char *data;
	size_t size;
	err e;
	assert_true(file_read_all(path, 1 << 20, &data, &size, &e));
	assert_int_equal(size, strlen(text));
	assert_memory_equal(data, text, size + 1);
	free(data);
}

/* An error of this code, on one line, that says `part`. */
static void assert_error(const err *e, int code, const char *part)
{
	if (e->code != code || !strstr(e->text, part))
		fail_msg("code %d, '%s'; expected code %d, '%s'", e->code, e->text, code, part);
	assert_null(strpbrk(e->text, "\n\r"));
}

/* ".unroll-…" files in the folder */
static int leftovers(void)
{
	int n = 0;
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *f; (f = readdir(d));)
		n += strncmp(f->d_name, ".unroll-", 8) == 0;
	closedir(d);
	return n;
}

static int setup(void **state)
{
	(void)state;
	const char *parent = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%.40s/unroll-io-XXXXXX", parent ? parent : "/tmp");
	signal(SIGXFSZ, SIG_IGN); /* a write beyond RLIMIT_FSIZE then fails with EFBIG */
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	DIR *d = opendir(folder);
	if (!d)
		return -1;
	for (struct dirent *f; (f = readdir(d));)
		unlinkat(dirfd(d), f->d_name, 0);
	closedir(d);
	return rmdir(folder);
}

/* ---- file ---- */

static void saves_replace_the_old_file(void **state)
{
	(void)state;
	err e;
	const char *path = at("save.txt");
	assert_true(file_write_all(path, "old", 3, &e));
	assert_int_equal(chmod(path, 0640), 0);
	file_save s;
	assert_true(file_save_open(&s, path, &e));
	fputs("newer", file_save_stream(&s));
	assert_holds(path, "old");
	assert_int_equal(leftovers(), 1);
	assert_true(file_save_commit(&s, &e));
	assert_holds(path, "newer");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(leftovers(), 0);
	file_save_abort(&s); /* nothing left to do */
	assert_holds(path, "newer");
}

static void new_files_obey_the_umask(void **state)
{
	(void)state;
	err e;
	struct stat st;
	mode_t before = umask(027);
	assert_true(file_write_all(at("masked"), "x", 1, &e));
	umask(before);
	assert_int_equal(stat(at("masked"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void an_abort_leaves_nothing(void **state)
{
	(void)state;
	err e;
	file_save s;
	put_text(at("kept"), "kept");
	assert_true(file_save_open(&s, at("kept"), &e));
	fputs("half", file_save_stream(&s));
	file_save_abort(&s);
	file_save_abort(&s);
	assert_holds(at("kept"), "kept");
	assert_int_equal(leftovers(), 0);
}

static void links_are_followed(void **state)
{
	(void)state;
	err e;
	struct stat st;
	put_text(at("behind"), "old");
	assert_int_equal(symlink("behind", at("link")), 0);
	assert_true(file_write_all(at("link"), "new", 3, &e));
	assert_int_equal(lstat(at("link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds(at("behind"), "new");
}

static void on_signal(int signum)
{
	file_cleanup_signal();
	_exit(signum);
}

static void a_kill_leaves_the_old_file(void **state)
{
	(void)state;
	put_text(at("victim"), "old");
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		err e;
		file_save a, b;
		signal(SIGTERM, on_signal);
		if (!file_save_open(&a, at("victim"), &e) || !file_save_open(&b, at("other"), &e))
			_exit(99);
		fputs("half", file_save_stream(&a));
		raise(SIGTERM);
		_exit(98);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SIGTERM);
	assert_holds(at("victim"), "old");
	assert_int_equal(access(at("other"), F_OK), -1);
	assert_int_equal(leftovers(), 0);
}

/* After a fork the child has the table of temporaries, but they are its parent's. */
/* What a kill -9 has left goes with the next save; files of living processes, fresh ones and others stay. */
static void leftovers_are_removed(void **state)
{
	(void)state;
	err e;
	char name[64], fresh[64], own[64];
	struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	pid_t dead = fork();
	if (dead == 0)
		_exit(0);
	assert_int_equal(waitpid(dead, NULL, 0), dead);
	snprintf(name, sizeof name, ".unroll-%ld-3.tmp", (long)dead);
	snprintf(fresh, sizeof fresh, ".unroll-%ld-4.tmp", (long)dead);
	snprintf(own, sizeof own, ".unroll-%ld-99999.tmp", (long)getpid());
	const char *const all[] = {name, fresh, own, ".unroll-x-1.tmp", ".unroll-1.tmp", "mine.tmp"};
	for (size_t i = 0; i < COUNT(all); i++) {
		put_text(at(all[i]), "x");
		if (all[i] != fresh)
			assert_int_equal(utimensat(AT_FDCWD, at(all[i]), old, 0), 0);
	}
	assert_true(file_write_all(at("next"), "y", 1, &e));
	for (size_t i = 0; i < COUNT(all); i++) {
		assert_int_equal(access(at(all[i]), F_OK), all[i] == name ? -1 : 0);
		(void)unlink(at(all[i]));
	}
	(void)unlink(at("next"));
}

static void a_child_spares_its_parents_files(void **state)
{
	(void)state;
	err e;
	file_save s;
	assert_true(file_save_open(&s, at("mine"), &e));
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		file_cleanup_signal();
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(leftovers(), 1);
	assert_true(file_save_commit(&s, &e));
}

static void many_saves_at_once(void **state)
{
	(void)state;
	enum { SAVES = 40 }; /* more than the table of temporaries holds */
	static file_save s[SAVES];
	char name[16];
	err e;
	for (int i = 0; i < SAVES; i++) {
		snprintf(name, sizeof name, "many%d", i);
		assert_true(file_save_open(&s[i], at(name), &e));
	}
	for (int i = 0; i < SAVES; i++)
		assert_true(file_save_commit(&s[i], &e));
	assert_int_equal(leftovers(), 0);
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	(void)state;
	err e;
	file_save s;
	char block[1000] = {0};
	put_text(at("full"), "old");
	for (int writes = 1; writes <= 100; writes += 99) { /* noticed by the flush at the end, or long before it */
		assert_true(file_save_open(&s, at("full"), &e));
		limit_file_size(500);
		for (int i = 0; i < writes; i++)
			fwrite(block, 1, sizeof block, file_save_stream(&s));
		bool ok = file_save_commit(&s, &e);
		limit_file_size(RLIM_INFINITY);
		assert_false(ok);
		assert_error(&e, ERR_MACHINE, "cannot write");
		assert_holds(at("full"), "old");
		assert_int_equal(leftovers(), 0);
	}
}

static void devices_are_written_directly(void **state)
{
	(void)state;
	err e;
	file_save s;
	char block[100000] = {0};
	assert_true(file_write_all("/dev/null", block, sizeof block, &e));
	assert_false(file_write_all("/dev/full", block, sizeof block, &e));
	assert_error(&e, ERR_MACHINE, "cannot write /dev/full: No space left on device");
	assert_true(file_save_open(&s, "/dev/full", &e));
	fputs("short", file_save_stream(&s));
	assert_false(file_save_commit(&s, &e));
	assert_error(&e, ERR_MACHINE, "No space left on device");
	assert_int_equal(access("/dev/full", F_OK), 0);
}

static void dash_is_standard_output(void **state)
{
	(void)state;
	err e;
	int keep = dup(STDOUT_FILENO), fd = open(at("stdout"), O_WRONLY | O_CREAT, 0600);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	bool ok = file_write_all("-", "to stdout", 9, &e);
	dup2(keep, STDOUT_FILENO);
	close(fd);
	close(keep);
	assert_true(ok);
	assert_holds(at("stdout"), "to stdout");
}

static void unusable_targets_are_refused(void **state)
{
	(void)state;
	err e;
	file_save s;
	char long_path[FILE_PATH + 100];
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	assert_false(file_save_open(&s, "", &e));
	assert_error(&e, ERR_INPUT, "empty");
	assert_false(file_save_open(&s, folder, &e));
	assert_error(&e, ERR_INPUT, "is a folder");
	assert_false(file_save_open(&s, at("nowhere/file"), &e));
	assert_error(&e, ERR_MACHINE, "No such file or directory");
	assert_false(file_save_open(&s, at("nowhere/"), &e));
	assert_error(&e, ERR_INPUT, "no file name");
	assert_false(file_save_open(&s, long_path, &e));
	assert_error(&e, ERR_INPUT, "longer than");
	assert_false(file_save_open(&s, at("masked/below"), &e)); /* a file is no folder */
	assert_error(&e, ERR_MACHINE, "cannot write");
	if (geteuid() != 0) { /* root may write everywhere */
		put_text(at("locked"), "old");
		assert_int_equal(chmod(at("locked"), 0444), 0);
		assert_false(file_save_open(&s, at("locked"), &e));
		assert_error(&e, ERR_MACHINE, "Permission denied");
		assert_int_equal(chmod(folder, 0555), 0);
		assert_false(file_save_open(&s, at("new"), &e));
		assert_int_equal(chmod(folder, 0755), 0);
		assert_error(&e, ERR_MACHINE, "Permission denied");
	}
	assert_int_equal(leftovers(), 0);
}

static void reading_stops_at_its_limit(void **state)
{
	(void)state;
	unsigned char *data;
	size_t size;
	err e;
	put_text(at("ten"), "0123456789");
	assert_true(file_read_all(at("ten"), 10, &data, &size, &e));
	assert_int_equal(size, 10);
	free(data);
	assert_false(file_read_all(at("ten"), 9, &data, &size, &e));
	assert_error(&e, ERR_INPUT, "has 10 bytes; allowed are 9");
	assert_null(data);
	assert_false(file_read_all("/dev/zero", 100000, &data, &size, &e));
	assert_error(&e, ERR_INPUT, "more than 100000 bytes");
	assert_true(file_read_all("/dev/null", 10, &data, &size, &e));
	assert_int_equal(size, 0);
	free(data);
	assert_false(file_read_all(folder, 10, &data, &size, &e));
	assert_error(&e, ERR_INPUT, "is a folder");
	assert_false(file_read_all(at("missing"), 10, &data, &size, &e));
	assert_error(&e, ERR_INPUT, "No such file or directory");
	assert_false(file_read_all("", 10, &data, &size, &e));
	assert_error(&e, ERR_INPUT, "a file without a name");
}

static void names_are_taken_apart(void **state)
{
	(void)state;
	char b[16], tiny[8];
	assert_string_equal(file_extension("out/Fig.PNG", b, sizeof b), "png");
	assert_string_equal(file_extension("a.tar.gz", b, sizeof b), "gz");
	assert_string_equal(file_extension("out.d/fig", b, sizeof b), "");
	assert_string_equal(file_extension("out/.hidden", b, sizeof b), "");
	assert_string_equal(file_extension("fig.", b, sizeof b), "");
	assert_string_equal(file_extension("", b, sizeof b), "");
	assert_string_equal(file_extension("fig.extensiontoolong", b, sizeof b), "");
	assert_string_equal(file_printable(b, sizeof b, "a\n\x1b[b\x7f", 6), "a??[b?");
	assert_string_equal(file_printable(tiny, sizeof tiny, "123456789", 9), "1234…");
	assert_string_equal(file_printable(tiny, sizeof tiny, "123ä5678", 9), "123…");
}

/* ---- npz ---- */

static void arrays_come_back(void **state)
{
	(void)state;
	err e;
	const float f32[] = {1.5f, -0.0f, NAN, INFINITY, 1e-45f, 3};
	const double f64[] = {0.1, -5e-324}, c128[] = {1, 2, 3, 4}, scalar = 42;
	const int32_t i32[] = {INT32_MIN, INT32_MAX};
	const int64_t i64[] = {INT64_MIN, INT64_MAX};
	const unsigned char b1[] = {1, 0, 1};
	npz_writer *w = npz_writer_new(at("round.npz"), &e);
	assert_non_null(w);
	assert_true(npz_add(w, "rnn.weight_ih_l0", NPY_F32, 2, (long[]){2, 3}, f32, &e));
	assert_true(npz_add(w, "f64", NPY_F64, 1, (long[]){2}, f64, &e));
	assert_true(npz_add(w, "eig", NPY_C128, 1, (long[]){2}, c128, &e));
	assert_true(npz_add(w, "i32", NPY_I32, 2, (long[]){1, 2}, i32, &e));
	assert_true(npz_add(w, "i64", NPY_I64, 1, (long[]){2}, i64, &e));
	assert_true(npz_add(w, "b1", NPY_BOOL, 3, (long[]){3, 1, 1}, b1, &e));
	assert_true(npz_add(w, "loss", NPY_F64, 0, NULL, &scalar, &e));
	assert_true(npz_add(w, "none", NPY_F32, 2, (long[]){0, 7}, NULL, &e));
	assert_true(npz_add(w, "state", NPY_TEXT, 0, NULL, "unroll/1 cell=rnn ∂ \xf0\x9f\x8e\x93", &e));
	assert_true(npz_add(w, "blank", NPY_TEXT, 0, NULL, "", &e));
	assert_true(npz_writer_commit(w, &e));

	npz *z = npz_open(at("round.npz"), &e);
	assert_non_null(z);
	assert_int_equal(npz_count(z), 10);
	assert_string_equal(npz_name(z, 0), "rnn.weight_ih_l0");
	const npy *a = npz_find(z, "rnn.weight_ih_l0", &e);
	assert_non_null(a);
	assert_true(a->type == NPY_F32 && a->ndim == 2 && a->shape[0] == 2 && a->shape[1] == 3 && a->count == 6);
	assert_memory_equal(a->data, f32, sizeof f32);
	assert_ptr_equal(npz_find(z, "rnn.weight_ih_l0", &e), a);
	assert_memory_equal(npz_find(z, "f64", &e)->data, f64, sizeof f64);
	assert_memory_equal(npz_find(z, "eig", &e)->data, c128, sizeof c128);
	assert_true(npy_at(npz_find(z, "eig", &e), 1) == 3);
	assert_true(npy_at(npz_find(z, "i32", &e), 0) == INT32_MIN);
	assert_memory_equal(npz_find(z, "i64", &e)->data, i64, sizeof i64);
	assert_true(npy_at(npz_find(z, "b1", &e), 2) == 1);
	a = npz_find(z, "loss", &e);
	assert_true(a && a->ndim == 0 && a->count == 1 && npy_at(a, 0) == 42);
	a = npz_find(z, "none", &e);
	assert_true(a && a->count == 0 && a->shape[1] == 7);
	char text[64], tiny[8];
	assert_true(npz_text(z, "state", text, sizeof text, &e));
	assert_string_equal(text, "unroll/1 cell=rnn ∂ \xf0\x9f\x8e\x93");
	assert_true(npz_text(z, "blank", text, sizeof text, &e));
	assert_string_equal(text, "");
	assert_false(npz_text(z, "state", tiny, sizeof tiny, &e));
	assert_error(&e, ERR_INPUT, "too long");
	assert_false(npz_text(z, "loss", text, sizeof text, &e));
	assert_error(&e, ERR_INPUT, "not one text");
	assert_null(npz_find(z, "state", &e));
	assert_error(&e, ERR_INPUT, "text");
	assert_null(npz_find(z, "rnn.weigth_ih_l0", &e));
	assert_error(&e, ERR_INPUT, "no array named rnn.weigth_ih_l0; it has rnn.weight_ih_l0, f64");
	assert_null(npz_find(z, "los", &e));
	assert_error(&e, ERR_INPUT, "it has loss, rnn.weight_ih_l0, f64");
	assert_true(npz_has(z, "loss") && !npz_has(z, "los"));
	npz_close(z);
	npz_close(NULL);
}

static void the_same_arrays_give_the_same_bytes(void **state)
{
	(void)state;
	err e;
	unsigned char *data[2];
	size_t size[2];
	const double v[] = {1, 2, 3};
	for (int i = 0; i < 2; i++) {
		setenv("TZ", i ? "Pacific/Auckland" : "UTC", 1);
		tzset();
		npz_writer *w = npz_writer_new(at("same.npz"), &e);
		assert_true(w && npz_add(w, "a", NPY_F64, 1, (long[]){3}, v, &e) && npz_writer_commit(w, &e));
		assert_true(file_read_all(at("same.npz"), 1 << 20, &data[i], &size[i], &e));
	}
	unsetenv("TZ");
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(data[0], data[1], size[0]);
	free(data[0]);
	free(data[1]);
}

static void bad_arrays_are_not_written(void **state)
{
	(void)state;
	err e;
	const double v = 1;
	put_text(at("precious.npz"), "old");
	npz_writer *w = npz_writer_new(at("precious.npz"), &e);
	assert_false(npz_add(w, "", NPY_F64, 0, NULL, &v, &e));
	assert_error(&e, ERR_INPUT, "name");
	assert_false(npz_add(w, "a/b", NPY_F64, 0, NULL, &v, &e));
	assert_false(npz_add(w, "a", NPY_F64, 9, NULL, &v, &e));
	assert_error(&e, ERR_INPUT, "dimensions");
	assert_false(npz_add(w, "a", NPY_F64, 1, (long[]){-1}, &v, &e));
	assert_false(npz_add(w, "a", NPY_F64, 2, (long[]){1 << 30, 1 << 30}, &v, &e));
	assert_error(&e, ERR_INPUT, "1 GiB");
	assert_true(npz_add(w, "a", NPY_F64, 0, NULL, &v, &e));
	assert_false(npz_add(w, "a", NPY_F64, 0, NULL, &v, &e));
	assert_error(&e, ERR_INPUT, "cannot be added");
	npz_writer_abort(w);
	npz_writer_abort(NULL);
	assert_holds(at("precious.npz"), "old");
	w = npz_writer_new(at("empty.npz"), &e);
	assert_false(npz_writer_commit(w, &e));
	assert_error(&e, ERR_INPUT, "nothing to write");
	w = npz_writer_new("/dev/full", &e);
	assert_true(npz_add(w, "a", NPY_F64, 0, NULL, &v, &e));
	assert_false(npz_writer_commit(w, &e));
	assert_error(&e, ERR_MACHINE, "No space left on device");
	w = npz_writer_new(at("nowhere/a.npz"), &e);
	assert_true(npz_add(w, "a", NPY_F64, 0, NULL, &v, &e));
	assert_false(npz_writer_commit(w, &e));
	assert_error(&e, ERR_MACHINE, "No such file");
	w = npz_writer_new(at("precious.npz"), &e);
	assert_true(npz_add(w, "a", NPY_F64, 0, NULL, &v, &e));
	limit_file_size(100);
	bool ok = npz_writer_commit(w, &e);
	limit_file_size(RLIM_INFINITY);
	assert_false(ok);
	assert_error(&e, ERR_MACHINE, "cannot write");
	assert_holds(at("precious.npz"), "old");
	assert_int_equal(leftovers(), 0);
}

/* An archive with one member of these bytes. */
static void put_zip(const char *path, const char *member, const void *bytes, size_t n, bool deflate)
{
	unlink(path);
	zip_t *z = zip_open(path, ZIP_CREATE, NULL);
	assert_non_null(z);
	zip_int64_t i = zip_file_add(z, member, zip_source_buffer(z, bytes, n, 0), ZIP_FL_ENC_GUESS);
	assert_true(i >= 0);
	zip_set_file_compression(z, (zip_uint64_t)i, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
	assert_int_equal(zip_close(z), 0);
}

/* A .npy: version, dictionary, then `data` zero bytes. Returns its length. */
static size_t make_npy(unsigned char *to, int version, const char *dict, size_t data)
{
	size_t n = strlen(dict), lead = version == 1 ? 10 : 12;
	memset(to, 0, 12);
	memcpy(to, "\x93NUMPY", 6);
	to[6] = (unsigned char)version;
	to[8] = (unsigned char)(n & 0xff);
	to[9] = (unsigned char)(n >> 8);
	memcpy(to + lead, dict, n);
	memset(to + lead + n, 0, data);
	return lead + n + data;
}

/* Array "x" of the archive; NULL and a message. *z stays open. */
static const npy *find_x(const char *path, npz **z, err *e)
{
	*z = npz_open(path, e);
	return *z ? npz_find(*z, "x", e) : NULL;
}

#define DICT(descr, fortran, shape) "{'descr': " descr ", 'fortran_order': " fortran ", 'shape': " shape ", }"

static void every_version_is_read(void **state)
{
	(void)state;
	static const char *const dicts[] = {
	        DICT("'<f8'", "False", "(2,)"),
	        DICT("'=f8'", "False", "(2L,)"),
	        "{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<f8\"}  \n",
	        DICT("'<f8'", "True", "(2,)"),
	        DICT("'<i8'", "False", "( 2 , 1 )"),
	};
	unsigned char npy_bytes[512];
	npz *z;
	err e;
	for (size_t i = 0; i < COUNT(dicts); i++) {
		for (int version = 1; version <= 3; version++) {
			size_t n = make_npy(npy_bytes, version, dicts[i], 16);
			put_zip(at("v.npz"), "x.npy", npy_bytes, n, version == 2);
			const npy *a = find_x(at("v.npz"), &z, &e);
			if (!a)
				fail_msg("%s: %s", dicts[i], e.text);
			assert_int_equal(a->count, 2);
			npz_close(z);
		}
	}
}

static void wrong_arrays_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *dict;
		size_t data;
		const char *message;
	} rows[] = {
	        {DICT("'>f4'", "False", "(2,)"), 8,
	                "array x is big-endian numbers ('>f4'); allowed are little-endian float32"},
	        {DICT("'<f4'", "True", "(2, 2)"), 16, "Fortran order"},
	        {DICT("'<f2'", "False", "(2,)"), 4, "float16"},
	        {DICT("'|u1'", "False", "(2,)"), 2, "unsigned integers"},
	        {DICT("'|O'", "False", "(2,)"), 16, "Python objects"},
	        {DICT("'<U3'", "False", "(2,)"), 24, "text"},
	        {DICT("'|S3'", "False", "(2,)"), 6, "text"},
	        {DICT("'<M8[ns]'", "False", "(2,)"), 16, "dates"},
	        {DICT("''", "False", "(2,)"), 16, "unknown type"},
	        {DICT("'<q'", "False", "(2,)"), 16, "unknown type"},
	        {DICT("[('a', '<f4')]", "False", "(2,)"), 8, "structured"},
	        {DICT("'<f4'", "False", "(3,)"), 8, "short by 4 bytes"},
	        {DICT("'<f4'", "False", "(1,)"), 8, "too long by 4 bytes"},
	        {DICT("'<f4'", "False", "()"), 0, "short by 4 bytes"},
	        {DICT("'<f4'", "False", "(-1,)"), 8, "negative"},
	        {DICT("'<f4'", "False", "(2.0,)"), 8, "not a tuple"},
	        {DICT("'<f4'", "False", "(x,)"), 8, "whole numbers"},
	        {DICT("'<f4'", "False", "2"), 8, "not a tuple"},
	        {DICT("'<f4'", "False", "(2"), 8, "whole numbers"},
	        {DICT("'<f4'", "False", "(1,1,1,1,1,1,1,1,2)"), 8, "more than 8 dimensions"},
	        {DICT("'<f4'", "False", "(268435457,)"), 8, "1 GiB"},
	        {DICT("'<f4'", "False", "(99999999999999999999999999,)"), 8, "1 GiB"},
	        {DICT("'<f4'", "False", "(4294967296, 4294967296)"), 8, "1 GiB"},
	        {DICT("'<f4'", "False", "(65536, 65536, 65536, 65536)"), 8, "1 GiB"},
	        {DICT("'<f4'", "Maybe", "(2,)"), 8, "header is damaged"},
	        {DICT("'<f4", "False", "(2,)"), 8, "header is damaged"},
	        {DICT("'\\x3cf4'", "False", "(2,)"), 8, "header is damaged"},
	        {DICT("'a name of a type that does not fit'", "False", "(2,)"), 8, "header is damaged"},
	        {"{'descr': '<f4', 'shape': (2,)}", 8, "lacks"},
	        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8, "repeated"},
	        {"{'colour': 'red', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8, "unknown"},
	        {"{", 8, "damaged"},
	        {"", 8, "damaged"},
	        {"}{", 8, "damaged"},
	        {"\x01\xff\xfe garbage", 8, "damaged"},
	        {"{'descr' '<f4'}", 8, "damaged"},
	};
	unsigned char npy_bytes[512];
	npz *z;
	err e;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = make_npy(npy_bytes, 1, rows[i].dict, rows[i].data);
		put_zip(at("w.npz"), "x.npy", npy_bytes, n, i % 2);
		assert_null(find_x(at("w.npz"), &z, &e));
		assert_error(&e, ERR_INPUT, rows[i].message);
		npz_close(z);
	}
}

static void wrong_leads_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		unsigned char byte;
		const char *message;
	} rows[] = {
	        {0, 'x', "no .npy file"},
	        {6, 4, "version 4.0; allowed are"},
	        {6, 0, "version 0.0"},
	        {7, 1, "version 1.1"},
	        {9, 0xff, "ends inside its header"},
	};
	unsigned char npy_bytes[512];
	npz *z;
	err e;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = make_npy(npy_bytes, 1, DICT("'<f4'", "False", "(2,)"), 8);
		npy_bytes[rows[i].offset] = rows[i].byte;
		put_zip(at("l.npz"), "x.npy", npy_bytes, n, false);
		assert_null(find_x(at("l.npz"), &z, &e));
		assert_error(&e, ERR_INPUT, rows[i].message);
		npz_close(z);
	}
	size_t n = make_npy(npy_bytes, 2, DICT("'<f4'", "False", "(2,)"), 8);
	npy_bytes[11] = 0x7f; /* a header of 2 GiB */
	put_zip(at("l.npz"), "x.npy", npy_bytes, n, false);
	assert_null(find_x(at("l.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "allowed are 65536");
	npz_close(z);
	for (size_t cut = 0; cut < 12; cut++) { /* inside magic and version */
		put_zip(at("l.npz"), "x.npy", npy_bytes, cut, false);
		assert_null(find_x(at("l.npz"), &z, &e));
		assert_int_equal(e.code, ERR_INPUT);
		npz_close(z);
	}
}

static unsigned char *load(const char *path, size_t *size)
{
	unsigned char *data;
	err e;
	assert_true(file_read_all(path, 1 << 20, &data, size, &e));
	return data;
}

/* An archive cut after every length, and with every byte changed in turn, is read right or refused. */
static void damaged_archives_are_refused(void **state)
{
	(void)state;
	unsigned char npy_bytes[512], zeros[16] = {0};
	npz *z;
	err e;
	for (int deflate = 0; deflate < 2; deflate++) {
		size_t n = make_npy(npy_bytes, 1, DICT("'<f4'", "False", "(4,)"), 16), size;
		put_zip(at("d.npz"), "x.npy", npy_bytes, n, deflate);
		unsigned char *whole = load(at("d.npz"), &size);
		for (size_t cut = 0; cut < size; cut++) {
			put(at("d.npz"), whole, cut);
			assert_null(find_x(at("d.npz"), &z, &e));
			assert_int_equal(e.code, ERR_INPUT);
			npz_close(z);
		}
		for (size_t i = 0; i < size; i++) {
			for (int flip = 0; flip < 3; flip++) {
				unsigned char keep = whole[i];
				whole[i] = (unsigned char)(flip == 0 ? ~keep : flip == 1 ? keep ^ 1 : keep ^ 0x80);
				put(at("d.npz"), whole, size);
				const npy *a = find_x(at("d.npz"), &z, &e);
				if (a)
					assert_memory_equal(a->data, zeros, sizeof zeros);
				npz_close(z);
				whole[i] = keep;
			}
		}
		free(whole);
	}
}

static void a_bomb_stays_small(void **state)
{
	(void)state;
	enum { BIG = 40 << 20 };
	unsigned char *zeros = calloc(1, BIG);
	npz *z;
	err e;
	assert_non_null(zeros);
	unlink(at("bomb.npz"));
	zip_t *archive = zip_open(at("bomb.npz"), ZIP_CREATE, NULL);
	for (int i = 0; i < 27; i++) { /* 1080 MiB in 1 MiB */
		char name[16];
		snprintf(name, sizeof name, "x%d.npy", i);
		zip_file_add(archive, name, zip_source_buffer(archive, zeros, BIG, 0), 0);
	}
	assert_int_equal(zip_close(archive), 0);
	free(zeros);
	assert_null(find_x(at("bomb.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "allowed is 1 GiB");
}

static void other_files_are_no_archives(void **state)
{
	(void)state;
	unsigned char npy_bytes[512];
	npz *z;
	err e;
	assert_null(find_x(at("missing.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "No such file");
	assert_null(find_x(folder, &z, &e));
	assert_error(&e, ERR_INPUT, "is a folder");
	assert_null(find_x("/dev/zero", &z, &e));
	assert_error(&e, ERR_INPUT, "no regular file");
	put_text(at("text.npz"), "");
	assert_null(find_x(at("text.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "is empty");
	put_text(at("text.npz"), "plain text and no archive at all, whatever its name may say");
	assert_null(find_x(at("text.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "no .npz archive");
	size_t n = make_npy(npy_bytes, 1, DICT("'<f4'", "False", "(4,)"), 16);
	put(at("one.npy"), npy_bytes, n);
	assert_null(find_x(at("one.npy"), &z, &e));
	assert_error(&e, ERR_INPUT, "single .npy");
	put_zip(at("names.npz"), "notes.txt", "hello", 5, false);
	assert_null(find_x(at("names.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "it has none");
	npz_close(z);
	put_zip(at("names.npz"), "evil\x1b[2J\nname.npy", npy_bytes, n, false);
	assert_null(find_x(at("names.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "it has evil");
	assert_null(strchr(e.text, 0x1b));
	npz_close(z);
	char name[200];
	memset(name, 'n', sizeof name);
	snprintf(name + 150, 50, ".npy");
	put_zip(at("names.npz"), name, npy_bytes, n, false);
	assert_null(find_x(at("names.npz"), &z, &e));
	assert_error(&e, ERR_INPUT, "longer than 95 bytes");
}

/* ---- csv ---- */

static void a_table_is_read(void **state)
{
	(void)state;
	csv_table t;
	err e;
	put_text(at("t.csv"), "\xef\xbb\xbfsequence, step ,\"a \"\"x\"\", y\",target\r\n"
	                      "1,1,0.5,\r\n\r\n1,2,\"1e-3\",nan\n  \n2,1,-inf, 7 \r2,2,,0");
	assert_true(csv_read(at("t.csv"), &t, &e));
	assert_int_equal(t.cols, 4);
	assert_int_equal(t.rows, 4);
	assert_string_equal(t.name[0], "sequence");
	assert_string_equal(t.name[1], "step");
	assert_string_equal(t.name[2], "a \"x\", y");
	assert_int_equal(csv_column(&t, "target"), 3);
	assert_int_equal(csv_column(&t, "nothing"), -1);
	assert_true(t.value[2] == 0.5 && isnan(t.value[3]) && t.value[6] == 1e-3 && isnan(t.value[7]));
	assert_true(isinf(t.value[10]) && t.value[11] == 7 && isnan(t.value[14]) && t.value[15] == 0);
	assert_int_equal(t.line[0], 2);
	assert_int_equal(t.line[1], 4);
	assert_int_equal(t.line[2], 6);
	assert_int_equal(t.line[3], 7);
	csv_done(&t);
	csv_done(&t);
	put_text(at("t.csv"), "a,b\033[31m\n1,2\n");
	assert_false(csv_read(at("t.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "t.csv:1: the name of column 2 holds a control character");
	put_text(at("t.csv"), "# a comment, with a \"quote\n\n  # another\n\"#a\",b\n#1,2\n3,4\n");
	assert_true(csv_read(at("t.csv"), &t, &e));
	assert_true(t.rows == 1 && t.cols == 2 && t.header == 4 && t.line[0] == 6 && t.value[0] == 3);
	assert_string_equal(t.name[0], "#a");
	csv_done(&t);
}

static void numbers_survive_a_table(void **state)
{
	(void)state;
	static const double v[] = {0.1, -1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1e-7f, INFINITY, -INFINITY};
	csv_table t;
	err e;
	file_save s;
	assert_true(file_save_open(&s, at("n.csv"), &e));
	csv_text(s.stream, "#a, \"b\"");
	fputs("\n", s.stream);
	for (size_t i = 0; i < COUNT(v); i++) {
		csv_number(s.stream, v[i]);
		putc('\n', s.stream);
	}
	csv_number(s.stream, NAN);
	assert_true(file_save_commit(&s, &e));
	assert_true(csv_read(at("n.csv"), &t, &e));
	assert_string_equal(t.name[0], "#a, \"b\"");
	assert_memory_equal(t.value, v, sizeof v);
	assert_true(isnan(t.value[COUNT(v)]));
	csv_done(&t);
}

static void wrong_tables_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} rows[] = {
	        {"", "t.csv: the file is empty"},
	        {"\n \n\r\n", "the file is empty"},
	        {"a,b\n", "t.csv:1: no rows"},
	        {"1,2\n3,4\n", "t.csv:1: the first line holds numbers"},
	        {"a,b\n1,2\n1,x\n", "t.csv:3: column b holds 'x'; allowed are a number, nan, inf, -inf or nothing"},
	        {"a,b\n1,2,3\n", "t.csv:2: 3 fields; allowed are 2"},
	        {"a,b\n\n1\n", "t.csv:3: 1 fields; allowed are 2"},
	        {"a,b\n1,\n1,2,\n", "t.csv:3: 3 fields"},
	        {"a,b,a\n1,2,3\n", "t.csv:1: two columns are named a"},
	        {"a,,c\n1,2,3\n", "t.csv:1: column 2 has no name"},
	        {"a;b\n1;2\n", "t.csv:1: the fields are separated by semicolons"},
	        {"a,b\n1,\"2\n", "t.csv:2: a quote is not closed"},
	        {"a,b\n\"1\"2,3\n", "t.csv:2: text behind a closing quote"},
	        {"a,\"b\n1,2\n", "t.csv:1: a quote is not closed"},
	        {"a\n0x10\n", "column a holds '0x10'"},
	        {"a\n1e999\n", "column a holds '1e999'"},
	        {"a\n1\x1b[2J\n", "column a holds '1?[2J'"},
	        {"a\n1,5\n", "2 fields; allowed are 1"},
	        {"a\nNA\n", "column a holds 'NA'"},
	};
	csv_table t;
	err e;
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_text(at("t.csv"), rows[i].text);
		assert_false(csv_read(at("t.csv"), &t, &e));
		assert_error(&e, ERR_INPUT, rows[i].message);
		assert_null(t.value);
	}
	put(at("t.csv"), "a\n1\0\n2\n", 8);
	assert_false(csv_read(at("t.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "zero bytes");
	assert_false(csv_read(at("missing.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "No such file");
}

static void large_tables_are_refused(void **state)
{
	(void)state;
	enum { WIDE = 4097, TALL = 10000001 };
	csv_table t;
	err e;
	FILE *f = fopen(at("wide.csv"), "wb");
	for (int i = 0; i < WIDE; i++)
		fprintf(f, "c%d%c", i, i < WIDE - 1 ? ',' : '\n');
	fclose(f);
	assert_false(csv_read(at("wide.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "allowed are 4096");
	f = fopen(at("tall.csv"), "wb");
	fputs("a\n", f);
	for (int i = 0; i < TALL; i++)
		fputs("1\n", f);
	fclose(f);
	assert_false(csv_read(at("tall.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "more than 10000000 values");
	assert_int_equal(truncate(at("tall.csv"), (64 << 20) + 1), 0);
	assert_false(csv_read(at("tall.csv"), &t, &e));
	assert_error(&e, ERR_INPUT, "has 67108865 bytes; allowed are 67108864 (64 MiB)");
	unlink(at("tall.csv"));
}

/* ---- png ---- */

enum { W = 5, H = 3, STRIDE = 7 };

static void paint(uint32_t *argb)
{
	for (int i = 0; i < H * STRIDE; i++)
		argb[i] = 0xff000000u | (uint32_t)i * 0x010305u;
}

/* Decodes to RGBA bytes; also what it was stored as. */
static void decode(const char *path, unsigned char *rgba, int *channels, png_uint_32 *per_metre)
{
	FILE *f = fopen(path, "rb");
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	unsigned char *rows[H];
	for (int y = 0; y < H; y++)
		rows[y] = rgba + y * W * 4;
	assert_int_equal(setjmp(png_jmpbuf(png)), 0);
	png_init_io(png, f);
	png_read_info(png, info);
	assert_int_equal(png_get_image_width(png, info), W);
	assert_int_equal(png_get_image_height(png, info), H);
	*channels = png_get_channels(png, info);
	*per_metre = png_get_x_pixels_per_meter(png, info);
	png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
	png_read_image(png, rows);
	png_read_end(png, NULL);
	png_destroy_read_struct(&png, &info, NULL);
	fclose(f);
}

static void pixels_and_state_come_back(void **state)
{
	(void)state;
	static const char *const states[] = {
	        "unroll/1 cell=rnn @120", "unroll/1 data=größe.csv", "unroll/1 data=∂.csv \xf0\x9f\x8e\x93"};
	uint32_t argb[H * STRIDE];
	unsigned char rgba[H * W * 4];
	char back[256];
	int channels;
	png_uint_32 per_metre;
	err e;
	for (size_t i = 0; i < COUNT(states); i++) {
		for (int alpha = 0; alpha < 2; alpha++) {
			paint(argb);
			argb[STRIDE * (H - 1) + W] = 0; /* outside the picture: must not matter */
			if (alpha)
				argb[STRIDE + 2] = 0x80102030u;
			assert_true(png_write(at("p.png"), argb, W, H, STRIDE, 144, states[i], "‖∇L‖ over k", &e));
			decode(at("p.png"), rgba, &channels, &per_metre);
			assert_int_equal(channels, alpha ? 4 : 3);
			assert_int_equal(per_metre, 5669);
			for (int p = 0; p < W * H; p++) {
				uint32_t c = argb[p / W * STRIDE + p % W];
				unsigned char want[] = {(unsigned char)(c >> 16), (unsigned char)(c >> 8),
				        (unsigned char)c, (unsigned char)(c >> 24)};
				assert_memory_equal(rgba + 4 * p, want, 4);
			}
			assert_true(png_read_state(at("p.png"), back, sizeof back, &e));
			assert_string_equal(back, states[i]);
		}
	}
	assert_false(png_read_state(at("p.png"), back, 8, &e));
	assert_error(&e, ERR_INPUT, "longer than 7 bytes");
	assert_string_equal(back, "");
}

static void the_same_picture_gives_the_same_bytes(void **state)
{
	(void)state;
	uint32_t argb[H * STRIDE];
	unsigned char *data[2];
	size_t size[2];
	err e;
	paint(argb);
	for (int i = 0; i < 2; i++) {
		assert_true(png_write(at("same.png"), argb, W, H, STRIDE, 96, "unroll/1", "caption", &e));
		data[i] = load(at("same.png"), &size[i]);
	}
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(data[0], data[1], size[0]);
	free(data[0]);
	free(data[1]);
}

static void pictures_that_cannot_be_written(void **state)
{
	(void)state;
	static uint32_t argb[200 * 200];
	err e;
	assert_false(png_write(at("z.png"), argb, 0, 1, 1, 96, "s", "c", &e));
	assert_error(&e, ERR_INPUT, "pixels");
	assert_false(png_write(at("z.png"), argb, 2, 1, 1, 96, "s", "c", &e));
	assert_false(png_write(at("z.png"), argb, 100000, 100000, 100000, 96, "s", "c", &e));
	char *text = malloc(70000);
	memset(text, 's', 69999);
	text[69999] = '\0';
	assert_false(png_write(at("z.png"), argb, 1, 1, 1, 96, text, "c", &e));
	assert_error(&e, ERR_INPUT, "allowed are 65536");
	free(text);
	assert_int_equal(access(at("z.png"), F_OK), -1);
	assert_false(png_write("/dev/full", argb, 1, 1, 1, 96, "s", NULL, &e));
	assert_error(&e, ERR_MACHINE, "No space left on device");
	assert_false(png_write(at("nowhere/z.png"), argb, 1, 1, 1, 96, "s", "c", &e));
	assert_error(&e, ERR_MACHINE, "No such file");
	put_text(at("old.png"), "old");
	for (int i = 0; i < 200 * 200; i++)
		argb[i] = (uint32_t)i * 2654435761u; /* does not compress: the failure comes while rows are written */
	limit_file_size(5000);
	bool ok = png_write(at("old.png"), argb, 200, 200, 200, 96, "s", "c", &e);
	limit_file_size(RLIM_INFINITY);
	assert_false(ok);
	assert_error(&e, ERR_MACHINE, "cannot write");
	assert_holds(at("old.png"), "old");
	assert_int_equal(leftovers(), 0);
}

static const unsigned char png_signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

/* CRC-32 of PNG, bit by bit. */
static uint32_t crc(const unsigned char *p, size_t n)
{
	uint32_t c = 0xffffffffu;
	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static unsigned char *put_u32(unsigned char *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(v >> (24 - 8 * i));
	return to + 4;
}

static unsigned char *chunk(unsigned char *to, const char *type, const void *data, size_t n)
{
	unsigned char *start = put_u32(to, (uint32_t)n);
	memcpy(start, type, 4);
	memcpy(start + 4, data, n);
	return put_u32(start + 4 + n, crc(start, n + 4));
}

/* Signature, IHDR, one chunk, IEND: to the file. */
static void put_png(const char *path, const char *type, const void *data, size_t n)
{
	static const unsigned char ihdr[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
	unsigned char *image = malloc(n + 256), *to = image;
	assert_non_null(image);
	memcpy(to, png_signature, 8);
	to = chunk(to + 8, "IHDR", ihdr, sizeof ihdr);
	to = chunk(to, type, data, n);
	to = chunk(to, "IEND", "", 0);
	put(path, image, (size_t)(to - image));
	free(image);
}

static void states_of_other_programs_are_read(void **state)
{
	(void)state;
	/* "unroll/1 T=20" deflated by zlib, behind keyword and method */
	static const unsigned char packed[] = {'u', 'n', 'r', 'o', 'l', 'l', 0, 0, 0x78, 0x9c, 0x2b, 0xcd, 0x2b, 0xca,
	        0xcf, 0xc9, 0xd1, 0x37, 0x54, 0x08, 0xb1, 0x35, 0x32, 0x00, 0x00, 0x21, 0x38, 0x04, 0x10};
	char back[128];
	err e;
	put_png(at("o.png"), "zTXt", packed, sizeof packed);
	if (!png_read_state(at("o.png"), back, sizeof back, &e))
		fail_msg("%s", e.text);
	assert_string_equal(back, "unroll/1 T=20");
	put_png(at("o.png"), "iTXt", "unroll\0\0\0en\0unroll\0unroll/1 T=2\xc3\xa4", 33);
	assert_true(png_read_state(at("o.png"), back, sizeof back, &e));
	assert_string_equal(back, "unroll/1 T=2ä");
	put_png(at("o.png"), "tEXt", "unroll\0unroll/1 T=2\xe4", 20);
	assert_true(png_read_state(at("o.png"), back, sizeof back, &e));
	assert_string_equal(back, "unroll/1 T=2ä");
}

static void foreign_pictures_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *type, *data;
		size_t n;
		const char *message;
	} rows[] = {
	        {"tEXt", "Comment\0hello", 13, "holds no unroll state"},
	        {"tEXt", "unrolled\0hello", 14, "holds no unroll state"},
	        {"tEXt", "unroll", 6, "holds no unroll state"},
	        {"tEXt", "unroll\0", 7, "empty"},
	        {"tEXt", "unroll\0a\nb", 10, "control characters"},
	        {"tEXt", "unroll\0a\x1b[2J", 12, "control characters"},
	        {"zTXt", "unroll\0\0garbage", 15, "damaged"},
	        {"zTXt", "unroll\0\1garbage", 15, "damaged"},
	        {"zTXt", "unroll\0", 7, "damaged"},
	        {"iTXt", "unroll\0\0", 8, "damaged"},
	        {"iTXt", "unroll\0\7\7\0\0x", 12, "damaged"},
	};
	char back[128];
	err e;
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_png(at("f.png"), rows[i].type, rows[i].data, rows[i].n);
		assert_false(png_read_state(at("f.png"), back, sizeof back, &e));
		assert_error(&e, ERR_INPUT, rows[i].message);
		assert_string_equal(back, "");
	}
	char *big = calloc(1, 100000);
	memcpy(big, "unroll", 6);
	memset(big + 7, 'x', 99993);
	put_png(at("f.png"), "tEXt", big, 100000);
	assert_false(png_read_state(at("f.png"), big, 100000, &e));
	assert_error(&e, ERR_INPUT, "has 100000 bytes");
	free(big);
	put_text(at("f.png"), "GIF89a, really");
	assert_false(png_read_state(at("f.png"), back, sizeof back, &e));
	assert_error(&e, ERR_INPUT, "no PNG picture");
	put(at("f.png"), "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR", 16);
	assert_false(png_read_state(at("f.png"), back, sizeof back, &e));
	assert_error(&e, ERR_INPUT, "cut short");
	put(at("f.png"), "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR....", 20);
	assert_false(png_read_state(at("f.png"), back, sizeof back, &e));
	assert_error(&e, ERR_INPUT, "a chunk of 4294967295 bytes where 0 are left");
	assert_false(png_read_state("/dev/zero", back, sizeof back, &e));
	assert_false(png_read_state(folder, back, sizeof back, &e));
	assert_error(&e, ERR_INPUT, "is a folder");
}

/* Cut after every length and with every byte changed: the state or a reason, and nothing else. */
static void damaged_pictures_are_refused(void **state)
{
	(void)state;
	uint32_t argb[H * STRIDE];
	static const char good[] = "unroll/1 data=∂ @7";
	char back[128];
	size_t size;
	err e;
	paint(argb);
	assert_true(png_write(at("d.png"), argb, W, H, STRIDE, 96, good, "c", &e));
	unsigned char *whole = load(at("d.png"), &size);
	for (size_t cut = 0; cut < size; cut++) {
		put(at("d.png"), whole, cut);
		if (png_read_state(at("d.png"), back, sizeof back, &e))
			assert_string_equal(back, good); /* cut behind the chunk */
		else
			assert_int_equal(e.code, ERR_INPUT);
	}
	for (size_t i = 0; i < size; i++) {
		unsigned char keep = whole[i];
		whole[i] = (unsigned char)~keep;
		put(at("d.png"), whole, size);
		if (png_read_state(at("d.png"), back, sizeof back, &e))
			assert_string_equal(back, good);
		else
			assert_int_equal(e.code, ERR_INPUT);
		whole[i] = keep;
	}
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(saves_replace_the_old_file),
	        cmocka_unit_test(new_files_obey_the_umask),
	        cmocka_unit_test(an_abort_leaves_nothing),
	        cmocka_unit_test(links_are_followed),
	        cmocka_unit_test(a_kill_leaves_the_old_file),
	        cmocka_unit_test(leftovers_are_removed),
	        cmocka_unit_test(a_child_spares_its_parents_files),
	        cmocka_unit_test(many_saves_at_once),
	        cmocka_unit_test(a_full_disk_leaves_the_old_file),
	        cmocka_unit_test(devices_are_written_directly),
	        cmocka_unit_test(dash_is_standard_output),
	        cmocka_unit_test(unusable_targets_are_refused),
	        cmocka_unit_test(reading_stops_at_its_limit),
	        cmocka_unit_test(names_are_taken_apart),
	        cmocka_unit_test(arrays_come_back),
	        cmocka_unit_test(the_same_arrays_give_the_same_bytes),
	        cmocka_unit_test(bad_arrays_are_not_written),
	        cmocka_unit_test(every_version_is_read),
	        cmocka_unit_test(wrong_arrays_are_refused),
	        cmocka_unit_test(wrong_leads_are_refused),
	        cmocka_unit_test(damaged_archives_are_refused),
	        cmocka_unit_test(a_bomb_stays_small),
	        cmocka_unit_test(other_files_are_no_archives),
	        cmocka_unit_test(a_table_is_read),
	        cmocka_unit_test(numbers_survive_a_table),
	        cmocka_unit_test(wrong_tables_are_refused),
	        cmocka_unit_test(large_tables_are_refused),
	        cmocka_unit_test(pixels_and_state_come_back),
	        cmocka_unit_test(the_same_picture_gives_the_same_bytes),
	        cmocka_unit_test(pictures_that_cannot_be_written),
	        cmocka_unit_test(states_of_other_programs_are_read),
	        cmocka_unit_test(foreign_pictures_are_refused),
	        cmocka_unit_test(damaged_pictures_are_refused),
	};
	return cmocka_run_group_tests_name("io", tests, setup, teardown);
}
