#include "io/npz.h"

#include "base/text.h"
#include "io/file.h"
#include "io/npy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { MEMBERS = 4096 }; /* files in one archive */

/* ---- the archive ---- */

typedef struct member {
	char name[NPY_NAME];
	zip_uint64_t index;
	size_t size; /* bytes of the .npy as the directory has it: a claim */
	npy *array;  /* NULL until it is asked for */
} member;

struct npz {
	char path[FILE_PATH];
	zip_t *zip;
	int count;
	member *members;
};

/* Members that are no .npy are passed over. */
static bool add_member(npz *z, zip_uint64_t index, size_t *total, err *e)
{
	zip_stat_t st;
	char shown[NPY_NAME];
	if (zip_stat_index(z->zip, index, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME) || !(st.valid & ZIP_STAT_SIZE))
		return err_input(e, "%s: the directory of the archive is damaged", z->path);
	size_t n = strlen(st.name);
	if (n < 5 || strcmp(st.name + n - 4, ".npy") != 0)
		return true;
	n -= 4;
	file_printable(shown, sizeof shown, st.name, n);
	if (n >= NPY_NAME)
		return err_input(e, "%s: the name %s is longer than %d bytes", z->path, shown, NPY_NAME - 1);
	for (int i = 0; i < z->count; i++) {
		if (strcmp(z->members[i].name, shown) == 0)
			return err_input(e, "%s: two arrays are named %s", z->path, shown);
	}
	if (st.size > NPY_DATA_BYTES - *total)
		return err_input(e, "%s holds more than 1 GiB of arrays; allowed is 1 GiB", z->path);
	*total += st.size;
	member *m = &z->members[z->count++];
	*m = (member){.index = index, .size = st.size};
	memcpy(m->name, shown, sizeof m->name);
	return true;
}

static bool read_directory(npz *z, err *e)
{
	zip_int64_t n = zip_get_num_entries(z->zip, 0);
	size_t total = 0;
	if (n > MEMBERS)
		return err_input(e, "%s holds %lld files; allowed are %d", z->path, (long long)n, MEMBERS);
	z->members = calloc(n > 0 ? (size_t)n : 1, sizeof *z->members);
	if (!z->members)
		return err_machine(e, "no memory for the directory of %s", z->path);
	for (zip_int64_t i = 0; i < n; i++) {
		if (!add_member(z, (zip_uint64_t)i, &total, e))
			return false;
	}
	return true;
}

/* The usual mistakes by name; true when there is something to hand to libzip. Leaves f at its beginning. */
static bool looks_like_archive(const char *path, FILE *f, long long size, err *e)
{
	char magic[6] = {0};
	if (size <= 0)
		return err_input(e, "%s is %s; a .npz archive is needed", path, size ? "no regular file" : "empty");
	if (fread(magic, 1, sizeof magic, f) == sizeof magic && memcmp(magic, "\x93NUMPY", 6) == 0)
		return err_input(e, "%s is a single .npy array; an archive is needed (numpy.savez)", path);
	rewind(f);
	return true;
}

/* Takes f over: libzip closes it with the archive. */
static bool open_archive(npz *z, FILE *f, long long size, err *e)
{
	zip_error_t error;
	zip_error_init(&error);
	zip_source_t *source = zip_source_filep_create(f, 0, size, &error);
	if (!source)
		fclose(f);
	else
		z->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	if (!z->zip) {
		zip_source_free(source);
		err_input(e, "%s is no .npz archive (%s)", z->path, zip_error_strerror(&error));
	}
	zip_error_fini(&error);
	return z->zip != NULL;
}

npz *npz_open(const char *path, err *e)
{
	long long size;
	if (strlen(path) >= FILE_PATH) {
		err_input(e, "the path of the archive is longer than %d bytes", FILE_PATH - 1);
		return NULL;
	}
	FILE *f = file_open(path, &size, e);
	if (!f)
		return NULL;
	if (!looks_like_archive(path, f, size, e)) {
		fclose(f);
		return NULL;
	}
	npz *z = calloc(1, sizeof *z);
	if (!z) {
		fclose(f);
		err_machine(e, "no memory for the directory of %s", path);
		return NULL;
	}
	memcpy(z->path, path, strlen(path) + 1);
	if (!open_archive(z, f, size, e) || !read_directory(z, e)) {
		npz_close(z);
		return NULL;
	}
	return z;
}

void npz_close(npz *z)
{
	if (!z)
		return;
	for (int i = 0; i < z->count; i++) {
		if (z->members[i].array)
			free(z->members[i].array->data);
		free(z->members[i].array);
	}
	if (z->zip)
		zip_discard(z->zip);
	free(z->members);
	free(z);
}

int npz_count(npz *z)
{
	return z->count;
}

const char *npz_name(npz *z, int i)
{
	return z->members[i].name;
}

/* ---- reading one array ---- */

static bool refuse(const npz *z, const member *m, err *e, const char *wrong)
{
	return err_input(e, "%s: array %s: %s", z->path, m->name, wrong);
}

/* Reads n bytes of a member; a failure is damage (zlib, checksum) or a shorter file than the directory says. */
static bool read_bytes(const npz *z, const member *m, zip_file_t *f, void *to, size_t n, err *e)
{
	size_t done = 0;
	while (done < n) {
		zip_int64_t got = zip_fread(f, (char *)to + done, n - done);
		if (got < 0)
			return err_input(e, "%s: array %s is damaged (%s)", z->path, m->name,
			        zip_error_strerror(zip_file_get_error(f)));
		if (got == 0)
			return err_input(e, "%s: array %s is short by %zu bytes", z->path, m->name, n - done);
		done += (size_t)got;
	}
	return true;
}

/* The end must be here; getting there also makes libzip compare the checksum. */
static bool read_end(const npz *z, const member *m, zip_file_t *f, err *e)
{
	char more;
	zip_int64_t got = zip_fread(f, &more, 1);
	if (got > 0)
		return refuse(z, m, e, "it is longer than the directory of the archive says");
	return got == 0 || err_input(e, "%s: array %s is damaged (%s)", z->path, m->name,
	                           zip_error_strerror(zip_file_get_error(f)));
}

/* Magic, version and dictionary. *used = bytes up to the data. */
static bool read_header(const npz *z, const member *m, zip_file_t *f, npy_header *h, size_t *used, err *e)
{
	unsigned char lead[12];
	if (m->size < 10)
		return refuse(z, m, e, "it is too short for a .npy header");
	if (!read_bytes(z, m, f, lead, 10, e))
		return false;
	if (memcmp(lead, "\x93NUMPY", 6) != 0)
		return refuse(z, m, e, "it is no .npy file");
	if (lead[6] < 1 || lead[6] > 3 || lead[7] != 0)
		return err_input(e, "%s: array %s has .npy version %d.%d; allowed are 1.0, 2.0 and 3.0", z->path,
		        m->name, lead[6], lead[7]);
	size_t lead_bytes = lead[6] == 1 ? 10 : 12, n = lead[8] | (size_t)lead[9] << 8;
	if (lead_bytes == 12) {
		if (!read_bytes(z, m, f, lead + 10, 2, e))
			return false;
		n |= (size_t)lead[10] << 16 | (size_t)lead[11] << 24;
	}
	if (n > NPY_HEADER_BYTES)
		return err_input(e, "%s: array %s has a header of %zu bytes; allowed are %d", z->path, m->name, n,
		        NPY_HEADER_BYTES);
	if (n > m->size || lead_bytes > m->size - n)
		return refuse(z, m, e, "it ends inside its header");
	char *text = malloc(n + 1);
	if (!text)
		return err_machine(e, "no memory for %zu bytes of %s", n, z->path);
	const char *wrong = NULL;
	bool ok = read_bytes(z, m, f, text, n, e);
	if (ok)
		wrong = npy_parse(text, n, h);
	free(text);
	*used = lead_bytes + n;
	return wrong ? refuse(z, m, e, wrong) : ok;
}

#define ALLOWED "little-endian float32, float64, int32, int64, bool and complex128 in C order"

/* NULL and a message when an array like that is not taken. */
static const npy_kind *accept_kind(const npz *z, const member *m, const npy_header *h, err *e)
{
	const npy_kind *kind = npy_kind_named(h->descr);
	if (kind && (!h->fortran || h->ndim <= 1))
		return kind;
	if (kind)
		err_input(e, "%s: array %s is in Fortran order; allowed are " ALLOWED, z->path, m->name);
	else
		err_input(e, "%s: array %s is %s ('%s'); allowed are " ALLOWED, z->path, m->name,
		        npy_describe(h->descr), h->descr);
	return NULL;
}

/* The rest of the member must be exactly `need` bytes. */
static bool check_rest(const npz *z, const member *m, size_t used, size_t need, err *e)
{
	size_t rest = m->size - used;
	if (rest == need)
		return true;
	return err_input(e, "%s: array %s is %s by %zu bytes: its shape needs %zu, the file has %zu", z->path, m->name,
	        rest < need ? "short" : "too long", rest < need ? need - rest : rest - need, need, rest);
}

static bool read_array(const npz *z, const member *m, zip_file_t *f, npy *a, err *e)
{
	npy_header h = {0};
	size_t used;
	if (!read_header(z, m, f, &h, &used, e))
		return false;
	const npy_kind *kind = accept_kind(z, m, &h, e);
	if (!kind)
		return false;
	memcpy(a->name, m->name, sizeof a->name);
	a->type = kind->type;
	a->ndim = h.ndim;
	memcpy(a->shape, h.shape, sizeof a->shape);
	if (!npy_shape_count(a->ndim, a->shape, kind->size, &a->count))
		return refuse(z, m, e, "its shape needs more than 1 GiB; allowed is 1 GiB");
	size_t bytes = a->count * kind->size;
	if (!check_rest(z, m, used, bytes, e))
		return false;
	a->data = malloc(bytes ? bytes : 1);
	if (!a->data)
		return err_machine(e, "no memory for array %s of %s (%zu bytes)", m->name, z->path, bytes);
	return read_bytes(z, m, f, a->data, bytes, e) && read_end(z, m, f, e);
}

static zip_file_t *open_member(const npz *z, const member *m, err *e)
{
	zip_file_t *f = zip_fopen_index(z->zip, m->index, 0);
	if (!f)
		err_input(e, "%s: array %s cannot be read (%s)", z->path, m->name, zip_strerror(z->zip));
	return f;
}

static bool load(const npz *z, member *m, err *e)
{
	zip_file_t *f = open_member(z, m, e);
	if (!f)
		return false;
	npy *a = calloc(1, sizeof *a);
	bool ok = a ? read_array(z, m, f, a, e) : err_machine(e, "no memory for array %s of %s", m->name, z->path);
	zip_fclose(f);
	if (ok) {
		m->array = a;
	} else if (a) {
		free(a->data);
		free(a);
	}
	return ok;
}

static member *find(npz *z, const char *name)
{
	for (int i = 0; i < z->count; i++) {
		if (strcmp(z->members[i].name, name) == 0)
			return &z->members[i];
	}
	return NULL;
}

bool npz_has(npz *z, const char *name)
{
	return find(z, name) != NULL;
}

/* Lists what is there, the closest name first, as far as it fits. */
static void report_missing(const npz *z, const char *name, err *e)
{
	char list[256] = "";
	size_t used = 0;
	int closest = -1, least = 0;
	for (int i = 0; i < z->count; i++) {
		int d = text_distance(name, z->members[i].name);
		if (closest < 0 || d < least) {
			closest = i;
			least = d;
		}
	}
	for (int k = 0; k < z->count; k++) { /* closest, then the others in their order */
		int i = k == 0 ? closest : k <= closest ? k - 1 : k;
		const char *shown = z->members[i].name;
		if (used + strlen(shown) + 8 > sizeof list) {
			snprintf(list + used, sizeof list - used, ", …");
			break;
		}
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", shown);
	}
	err_input(e, "%s has no array named %s; it has %s", z->path, name, z->count ? list : "none");
}

const npy *npz_find(npz *z, const char *name, err *e)
{
	member *m = find(z, name);
	if (!m)
		report_missing(z, name, e);
	else if (m->array || load(z, m, e))
		return m->array;
	return NULL;
}

/* ---- text: one str of NumPy is UCS-4, padded with zeros ---- */

static bool decode_text(
        const npz *z, const member *m, const uint32_t *letters, size_t n, char *buf, size_t size, err *e)
{
	size_t used = 0;
	while (n > 0 && letters[n - 1] == 0)
		n--;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = letters[i];
		if (c < 0x20 || c == 0x7f || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
			return refuse(z, m, e, "the text holds control characters");
		if (used + 5 > size)
			return err_input(e, "%s: array %s: the text is too long; allowed are %zu bytes", z->path,
			        m->name, size - 5);
		used += npy_put_utf8(buf + used, c);
	}
	buf[used] = '\0';
	return true;
}

static bool read_text(const npz *z, const member *m, zip_file_t *f, char *buf, size_t size, err *e)
{
	npy_header h = {0};
	size_t used;
	if (!read_header(z, m, f, &h, &used, e))
		return false;
	if (strncmp(h.descr, "<U", 2) != 0 || h.ndim != 0)
		return refuse(z, m, e, "it is not one text (a NumPy str)");
	size_t n = strtoul(h.descr + 2, NULL, 10);
	if (n > NPY_TEXT_LETTERS)
		return err_input(e, "%s: array %s: the text is too long; allowed are %d letters", z->path, m->name,
		        NPY_TEXT_LETTERS);
	if (!check_rest(z, m, used, n * sizeof(uint32_t), e))
		return false;
	uint32_t *letters = malloc((n + 1) * sizeof *letters);
	if (!letters)
		return err_machine(e, "no memory for array %s of %s", m->name, z->path);
	bool ok = read_bytes(z, m, f, letters, n * sizeof *letters, e) && read_end(z, m, f, e) &&
	          decode_text(z, m, letters, n, buf, size, e);
	free(letters);
	return ok;
}

bool npz_text(npz *z, const char *name, char *buf, size_t size, err *e)
{
	buf[0] = '\0';
	member *m = find(z, name);
	if (!m) {
		report_missing(z, name, e);
		return false;
	}
	zip_file_t *f = open_member(z, m, e);
	if (!f)
		return false;
	bool ok = read_text(z, m, f, buf, size, e);
	zip_fclose(f);
	if (!ok)
		buf[0] = '\0';
	return ok;
}

/* ---- writing ---- */

struct npz_writer {
	char path[FILE_PATH];
	zip_source_t *image; /* the archive as it will be in the file */
	zip_t *zip;
	size_t total; /* bytes of the members so far */
};

npz_writer *npz_writer_new(const char *path, err *e)
{
	if (!path[0] || strlen(path) >= FILE_PATH) {
		err_input(e, "the name of the file to write is %s", path[0] ? "too long" : "empty");
		return NULL;
	}
	npz_writer *w = calloc(1, sizeof *w);
	zip_error_t error;
	zip_error_init(&error);
	if (w)
		w->image = zip_source_buffer_create(NULL, 0, 1, &error);
	if (w && w->image)
		w->zip = zip_open_from_source(w->image, ZIP_TRUNCATE, &error);
	zip_error_fini(&error);
	if (!w || !w->zip) {
		if (w && w->image)
			zip_source_free(w->image);
		free(w);
		err_machine(e, "no memory for writing %s", path);
		return NULL;
	}
	zip_source_keep(w->image); /* closing the archive gives up one reference; the bytes are wanted afterwards */
	memcpy(w->path, path, strlen(path) + 1);
	return w;
}

void npz_writer_abort(npz_writer *w)
{
	if (!w)
		return;
	if (w->zip)
		zip_discard(w->zip);
	zip_source_free(w->image);
	free(w);
}

static bool fits(const npz_writer *w, size_t bytes)
{
	return w->total <= NPY_DATA_BYTES && bytes <= NPY_DATA_BYTES - w->total;
}

/* Hands `bytes` (malloc'd, now owned by the archive) over as NAME.npy. */
static bool add_bytes(npz_writer *w, const char *name, void *bytes, size_t n, err *e)
{
	char file[NPY_NAME + 4];
	zip_source_t *source = zip_source_buffer(w->zip, bytes, n, 1);
	if (!source) {
		free(bytes);
		return err_machine(e, "no memory for writing array %s", name);
	}
	snprintf(file, sizeof file, "%s.npy", name);
	zip_int64_t index = zip_file_add(w->zip, file, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		zip_source_free(source);
		return err_input(e, "array %s cannot be added to %s: %s", name, w->path, zip_strerror(w->zip));
	}
	enum { YEAR_1980 = 1 << 5 | 1 }; /* first of January: no clock in the file */
	if (zip_set_file_compression(w->zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0 ||
	        zip_file_set_dostime(w->zip, (zip_uint64_t)index, 0, YEAR_1980, 0) != 0)
		return err_machine(e, "array %s cannot be added to %s: %s", name, w->path, zip_strerror(w->zip));
	w->total += n;
	return true;
}

static bool check_name(const npz_writer *w, const char *name, err *e)
{
	size_t n = strlen(name);
	bool clean = n > 0 && n < NPY_NAME;
	for (size_t i = 0; clean && i < n; i++)
		clean = (unsigned char)name[i] > 0x20 && name[i] != '/' && name[i] != '\\' && name[i] != 0x7f;
	return clean ||
	       err_input(e, "an array of %s has no usable name; allowed are 1 to %d bytes without blanks and slashes",
	               w->path, NPY_NAME - 1);
}

/* Letters of the longest text; NumPy has no text of length 0. */
static size_t widest(long n, const char *const *text)
{
	size_t most = 1;
	for (long i = 0; i < n; i++) {
		size_t letters = 0;
		for (const unsigned char *p = (const unsigned char *)(text[i] ? text[i] : ""); *p; letters++)
			npy_get_utf8(&p);
		most = letters > most ? letters : most;
	}
	return most;
}

static void put_letters(unsigned char *to, size_t letters, const char *text)
{
	const unsigned char *p = (const unsigned char *)(text ? text : "");
	for (size_t k = 0; k < letters; k++) {
		uint32_t code = *p ? npy_get_utf8(&p) : 0;
		memcpy(to + 4 * k, &code, 4);
	}
}

bool npz_add_texts(npz_writer *w, const char *name, long n, const char *const *text, err *e)
{
	long count = n < 0 ? 1 : n;
	size_t letters = widest(count, text), size = 4 * letters * (size_t)count;
	char descr[24];
	if (!check_name(w, name, e))
		return false;
	if (letters > NPY_DATA_BYTES / 4 / ((size_t)count + 1) || !fits(w, NPY_HEADER_ROOM + size))
		return err_input(e, "array %s makes %s larger than 1 GiB; allowed is 1 GiB", name, w->path);
	unsigned char *bytes = malloc(NPY_HEADER_ROOM + size);
	if (!bytes)
		return err_machine(e, "no memory for writing array %s", name);
	snprintf(descr, sizeof descr, "<U%zu", letters);
	size_t used = npy_make(bytes, descr, n < 0 ? 0 : 1, &n);
	for (long i = 0; i < count; i++)
		put_letters(bytes + used + 4 * letters * (size_t)i, letters, text[i]);
	return add_bytes(w, name, bytes, used + size, e);
}

static bool add_text(npz_writer *w, const char *name, const char *text, err *e)
{
	if (strlen(text) > NPY_TEXT_LETTERS)
		return err_input(e, "the text %s of %s has %zu bytes; allowed are %d", name, w->path, strlen(text),
		        NPY_TEXT_LETTERS);
	return npz_add_texts(w, name, -1, &text, e);
}

static bool add_array(
        npz_writer *w, const char *name, const npy_kind *kind, int ndim, const long *shape, const void *data, err *e)
{
	size_t count;
	if (!npy_shape_count(ndim, shape, kind->size, &count) || !fits(w, NPY_HEADER_ROOM + count * kind->size))
		return err_input(e, "array %s makes %s larger than 1 GiB; allowed is 1 GiB", name, w->path);
	size_t size = count * kind->size;
	unsigned char *bytes = malloc(NPY_HEADER_ROOM + size);
	if (!bytes)
		return err_machine(e, "no memory for writing array %s (%zu bytes)", name, size);
	size_t used = npy_make(bytes, kind->descr, ndim, shape);
	if (size)
		memcpy(bytes + used, data, size);
	return add_bytes(w, name, bytes, used + size, e);
}

bool npz_add(npz_writer *w, const char *name, npy_type type, int ndim, const long *shape, const void *data, err *e)
{
	if (!check_name(w, name, e))
		return false;
	if (ndim < 0 || ndim > NPY_DIMS)
		return err_input(e, "array %s has %d dimensions; allowed are 0 to %d", name, ndim, NPY_DIMS);
	const npy_kind *kind = npy_kind_of(type);
	return kind ? add_array(w, name, kind, ndim, shape, data, e) : add_text(w, name, data, e);
}

/* The finished archive from libzip's buffer to the file. */
static bool save_image(npz_writer *w, err *e)
{
	file_save s;
	char block[65536];
	zip_int64_t n;
	if (!file_save_open(&s, w->path, e))
		return false;
	if (zip_source_open(w->image) != 0) {
		file_save_abort(&s);
		return err_machine(e, "no memory for writing %s", w->path);
	}
	do {
		n = zip_source_read(w->image, block, sizeof block);
	} while (n > 0 && fwrite(block, 1, (size_t)n, s.stream) == (size_t)n);
	zip_source_close(w->image);
	if (n < 0) {
		file_save_abort(&s);
		return err_machine(e, "the archive %s could not be put together", w->path);
	}
	return file_save_commit(&s, e); /* notices a short fwrite */
}

bool npz_writer_commit(npz_writer *w, err *e)
{
	bool ok;
	if (w->total == 0) {
		ok = err_input(e, "there is nothing to write to %s", w->path);
	} else if (zip_close(w->zip) != 0) {
		ok = err_machine(e, "cannot write %s: %s", w->path, zip_strerror(w->zip));
	} else {
		w->zip = NULL;
		ok = save_image(w, e);
	}
	npz_writer_abort(w);
	return ok;
}
