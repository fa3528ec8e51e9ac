/* The native products. Tiles of a few rows × a few vectors of C live in registers while k runs: one load of B and one
 * broadcast of A feed each fused multiply-add. Nothing is packed: the operands of a recurrent step fit the caches as
 * they are. Every element is one chain of fused multiply-adds in the order of k, whatever the tile and the vector
 * width. */
#include "num/simd.h"
#include "num/wide.h"

typedef struct operands {
	const real *A; /* A(row, k) = A[row·row_step + k·k_step] */
	long row_step, k_step;
	const real *B;
	long ldb;
	int k;
} operands;

/* acc[r][v] = Σ_k A(r, k) B(k, v) */
INLINE void tile_sum(const operands *o, const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS])
{
	UNROLL
	for (int r = 0; r < rows; r++)
		UNROLL
	for (int v = 0; v < vecs; v++)
		acc[r][v] = (vec){0};
	const real *A = o->A, *B = o->B;
	for (int k = 0; k < o->k; k++, A += o->k_step, B += o->ldb) {
		vec b[TILE_VECS];
		UNROLL
		for (int v = 0; v < vecs; v++)
			b[v] = vec_load(B + v * VEC);
		UNROLL
		for (int r = 0; r < rows; r++) {
			vec a = vec_all(A[r * o->row_step]);
			UNROLL
			for (int v = 0; v < vecs; v++)
				acc[r][v] = vec_fma(a, b[v], acc[r][v]);
		}
	}
}

/* Stores the first `lanes` of x; the rest of the vector is read and written back as it was (rows are padded). */
INLINE void put(real *c, vec x, int lanes)
{
	vec_store(c, lanes >= VEC ? x : vec_select(vec_below(lanes), x, vec_load(c)));
}

typedef struct target {
	real *C; /* the tile's corner */
	long ldc;
	int n;   /* columns of C that are left from the corner */
	int add; /* product: C += */
	real scale;
	real (*lanes)[REAL_PAD]; /* outer: squares of a row in sixteen virtual lanes, or NULL */
	int first;               /* virtual lane of the tile's first column */
	/* narrow products: the tile's first row, and where its segments end; lanes has a line for each */
	int row;
	const int *end;
} target;

INLINE void product_tile(const operands *o, const int rows, const int vecs, const target *t)
{
	vec acc[TILE_ROWS][TILE_VECS];
	tile_sum(o, rows, vecs, acc);
	UNROLL
	for (int r = 0; r < rows; r++)
		UNROLL
	for (int v = 0; v < vecs; v++) {
		real *c = t->C + r * t->ldc + v * VEC;
		put(c, t->add ? acc[r][v] + vec_load(c) : acc[r][v], t->n - v * VEC);
	}
}

INLINE void outer_tile(const operands *o, const int rows, const int vecs, const target *t)
{
	vec acc[TILE_ROWS][TILE_VECS];
	tile_sum(o, rows, vecs, acc);
	vec s = vec_all(t->scale);
	UNROLL
	for (int r = 0; r < rows; r++)
		UNROLL
	for (int v = 0; v < vecs; v++) {
		real *g = t->C + r * t->ldc + v * VEC;
		put(g, vec_fma(s, acc[r][v], vec_load(g)), t->n - v * VEC);
	}
	if (!t->lanes)
		return;
	UNROLL
	for (int r = 0; r < rows; r++)
		UNROLL
	for (int v = 0; v < vecs; v++) {
		vec x = vec_select(vec_below(t->n - v * VEC), acc[r][v], (vec){0});
		real *lane = t->lanes[r] + (t->first + v * VEC) % REAL_PAD;
		vec_store(lane, vec_load(lane) + x * x);
	}
}

typedef void tile_fn(const operands *o, const target *t);
#define TILE(kind, r, v)                                                                                               \
	static void kind##_##r##v(const operands *o, const target *t)                                                  \
	{                                                                                                              \
		kind##_tile(o, r, v, t);                                                                               \
	}
#define TILES_R(kind, v) TILE(kind, 1, v) TILE(kind, 2, v) TILE(kind, 3, v) TILE(kind, 4, v) TILE_56(kind, v)
#define LIST_R(kind, v)                                                                                                \
	{                                                                                                              \
		kind##_1##v, kind##_2##v, kind##_3##v, kind##_4##v LIST_56(kind, v)                                    \
	}
#if defined WIDTH_base
#define TILE_56(kind, v)
#define LIST_56(kind, v)
#else
#define TILE_56(kind, v) TILE(kind, 5, v) TILE(kind, 6, v)
#define LIST_56(kind, v) , kind##_5##v, kind##_6##v
#endif
#if defined WIDTH_v4
#define TILES(kind) TILES_R(kind, 1) TILES_R(kind, 2) TILES_R(kind, 3) TILES_R(kind, 4)
#define LIST(kind)                                                                                                     \
	{                                                                                                              \
		LIST_R(kind, 1), LIST_R(kind, 2), LIST_R(kind, 3), LIST_R(kind, 4)                                     \
	}
#else
#define TILES(kind) TILES_R(kind, 1) TILES_R(kind, 2)
#define LIST(kind)                                                                                                     \
	{                                                                                                              \
		LIST_R(kind, 1), LIST_R(kind, 2)                                                                       \
	}
#endif
TILES(product)
TILES(outer)
static tile_fn *const product_tiles[TILE_VECS][TILE_ROWS] = LIST(product);
static tile_fn *const outer_tiles[TILE_VECS][TILE_ROWS] = LIST(outer);

INLINE int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Rows of a tile: m split evenly into as few tiles as possible. */
static int even_rows(int m)
{
	int tiles = (m + TILE_ROWS - 1) / TILE_ROWS;
	return (m + tiles - 1) / tiles;
}

static void product(int m, int n, int k, const real *A, int lda, const real *B, int ldb, int add, real *C, int ldc)
{
	if (m <= 0 || n <= 0)
		return;
	int step = even_rows(m);
	for (int j = 0; j < n; j += TILE_VECS * VEC) {
		int vecs = smaller(TILE_VECS, (n - j + VEC - 1) / VEC);
		for (int i = 0; i < m; i += step)
			product_tiles[vecs - 1][smaller(step, m - i) - 1](
			        &(operands){A + (long)i * lda, lda, 1, B + j, ldb, k},
			        &(target){.C = C + (long)i * ldc + j, .ldc = ldc, .n = n - j, .add = add});
	}
}

static void add_lanes(real to[REAL_PAD], const real from[REAL_PAD])
{
	for (int i = 0; i < REAL_PAD; i += VEC)
		vec_store(to + i, vec_load(to + i) + vec_load(from + i));
}

/* ---- narrow products: at most REAL_PAD columns ----
 * A row of P is one line of virtual lanes, so more rows fit into the registers and the squares are summed there, in the
 * same order as in the general case. */
#if defined WIDTH_v4
enum { NARROW_ROWS = 20 };
#elif defined WIDTH_v3
enum { NARROW_ROWS = 5 };
#else
enum { NARROW_ROWS = 3 };
#endif
enum { LINE = REAL_PAD / VEC };

INLINE void narrow_tile(const operands *o, const int rows, const target *t)
{
	vec acc[NARROW_ROWS][LINE], s = vec_all(t->scale);
	vec_bits used[LINE];
	UNROLL
	for (int r = 0; r < rows; r++)
		UNROLL
	for (int v = 0; v < LINE; v++)
		acc[r][v] = (vec){0};
	UNROLL
	for (int v = 0; v < LINE; v++)
		used[v] = vec_below(t->n - v * VEC);
	const real *A = o->A, *B = o->B;
	for (int k = 0; k < o->k; k++, A += o->k_step, B += o->ldb)
		UNROLL
	for (int v = 0; v < LINE; v++) {
		vec b = vec_select(used[v], vec_load(B + v * VEC), (vec){0});
		UNROLL
		for (int r = 0; r < rows; r++)
			acc[r][v] = vec_fma(vec_all(A[r]), b, acc[r][v]);
	}
	real *g = t->C;
	const long ldc = t->ldc;
	UNROLL
	for (int r = 0; r < rows; r++, g += ldc)
		UNROLL
	for (int v = 0; v < LINE; v++) {
		vec old = vec_load(g + v * VEC);
		vec_store(g + v * VEC, vec_select(used[v], vec_fma(s, acc[r][v], old), old));
	}
	if (!t->lanes)
		return;
	/* The squares of the rows of a segment are added up in registers. */
	real(*lanes)[REAL_PAD] = t->lanes;
	const int *end = t->end;
	int cut = *end;
	vec sum[LINE];
	UNROLL
	for (int v = 0; v < LINE; v++)
		sum[v] = vec_load(lanes[0] + v * VEC);
	UNROLL
	for (int r = 0; r < rows; r++) {
		while (r + t->row == cut) {
			for (int v = 0; v < LINE; v++)
				vec_store(lanes[0] + v * VEC, sum[v]);
			lanes++;
			cut = *++end;
			for (int v = 0; v < LINE; v++)
				sum[v] = vec_load(lanes[0] + v * VEC);
		}
		UNROLL
		for (int v = 0; v < LINE; v++)
			sum[v] += acc[r][v] * acc[r][v];
	}
	for (int v = 0; v < LINE; v++)
		vec_store(lanes[0] + v * VEC, sum[v]);
}

#define NARROW(r)                                                                                                      \
	static void narrow_##r(const operands *o, const target *t)                                                     \
	{                                                                                                              \
		narrow_tile(o, r, t);                                                                                  \
	}
NARROW(1)
NARROW(2)
NARROW(3)
#if !defined WIDTH_base
NARROW(4)
NARROW(5)
#endif
#if defined WIDTH_v4
NARROW(6)
NARROW(7)
NARROW(8)
NARROW(9)
NARROW(10)
NARROW(11)
NARROW(12)
NARROW(13)
NARROW(14)
NARROW(15)
NARROW(16)
NARROW(17)
NARROW(18)
NARROW(19)
NARROW(20)
#endif
static tile_fn *const narrow_tiles[NARROW_ROWS] = {narrow_1, narrow_2, narrow_3,
#if !defined WIDTH_base
        narrow_4, narrow_5,
#endif
#if defined WIDTH_v4
        narrow_6, narrow_7, narrow_8, narrow_9, narrow_10, narrow_11, narrow_12, narrow_13, narrow_14, narrow_15,
        narrow_16, narrow_17, narrow_18, narrow_19, narrow_20
#endif
};

static void narrow_outer(int m, int n, int k, const real *A, int lda, const real *B, int ldb, real scale, real *G,
        int ldg, int segments, const int *end, double *squares)
{
	_Alignas(64) real lines[MAT_SEGMENTS][REAL_PAD];
	operands o = {A, 1, lda, B, ldb, k};
	target t = {.C = G, .ldc = ldg, .n = n, .scale = scale, .lanes = segments ? lines : NULL, .end = end};
	for (int s = 0; s < segments; s++)
		for (int v = 0; v < REAL_PAD; v += VEC)
			vec_store(lines[s] + v, (vec){0});
	for (int rows; t.row < m; t.row += rows, o.A += rows, t.C += (long)rows * ldg) {
		rows = smaller(NARROW_ROWS, m - t.row);
		while (segments && t.row >= *t.end) {
			t.end++;
			t.lanes++;
		}
		narrow_tiles[rows - 1](&o, &t);
	}
	for (int s = 0; s < segments; s++)
		squares[s] = lanes_fold(lines[s]);
}

static void outer(int m, int n, int k, const real *A, int lda, const real *B, int ldb, real scale, real *G, int ldg,
        int segments, const int *end, double *squares, real *scratch)
{
	(void)scratch;
	if (m <= 0)
		return;
	if (n <= REAL_PAD) {
		narrow_outer(m, n, k, A, lda, B, ldb, scale, G, ldg, segments, end, squares);
		return;
	}
	int step = even_rows(m), segment = 0;
	_Alignas(64) real sums[MAT_SEGMENTS][REAL_PAD] = {{0}};
	for (int i = 0; i < m; i += step) {
		int rows = smaller(step, m - i);
		_Alignas(64) real lanes[TILE_ROWS][REAL_PAD] = {{0}};
		for (int j = 0; j < n; j += TILE_VECS * VEC) {
			int vecs = smaller(TILE_VECS, (n - j + VEC - 1) / VEC);
			outer_tiles[vecs - 1][rows - 1](
			        &(operands){A + i, 1, lda, B + j, ldb, k}, &(target){.C = G + (long)i * ldg + j,
			                                                           .ldc = ldg,
			                                                           .n = n - j,
			                                                           .scale = scale,
			                                                           .lanes = segments ? lanes : NULL,
			                                                           .first = j % REAL_PAD});
		}
		for (int r = 0; r < rows && segments; r++) {
			while (i + r >= end[segment])
				segment++;
			add_lanes(sums[segment], lanes[r]);
		}
	}
	for (int s = 0; s < segments; s++)
		squares[s] = lanes_fold(sums[s]);
}

const R(mat) W(mat_native) = {"native", product, outer};
