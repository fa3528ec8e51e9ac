/* unit_map: the error surface of the one-unit net x ← w σ(x) + b, many points at a time. The same bits on every
 * machine, for every vector width and however the points are split. May be included by run. */
#ifndef NUM_UNIT_MAP_H
#define NUM_UNIT_MAP_H

/* n × m points: parameters w[i] and b[j], T steps from x0, E = (σ(x_T) − target)² into loss[j·ld + i]; its derivatives
 * into dw and db unless they are NULL (both or none). Fastest where neighbours are near, and by UNIT_MAP_ROWS rows. */
enum { UNIT_MAP_ROWS = 8 };
#define UNIT_MAP(real, suffix)                                                                                         \
	typedef struct unit_map_##suffix {                                                                             \
		const char *name; /* "base", "v3", "v4" */                                                             \
		void (*grid)(int n, const real *w, int m, const real *b, real x0, real target, int T, int ld,          \
		        real *loss, real *dw, real *db);                                                               \
	} unit_map_##suffix;                                                                                           \
	/* For the widest vectors that this processor has (UNROLL_WIDTH narrows the choice), or a given width: 0 base, \
	 * 1 v3, 2 v4, at most wide_level(). */                                                                        \
	const unit_map_##suffix *unit_map_get_##suffix(void);                                                          \
	const unit_map_##suffix *unit_map_width_##suffix(int level);
UNIT_MAP(float, f32)
UNIT_MAP(double, f64)
#undef UNIT_MAP

#endif
