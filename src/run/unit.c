#include "run/unit.h"

#include "base/wide.h"
#include "num/unit_map.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- one step ---- */

double unit_sigmoid(double x)
{
	double e = exp(-fabs(x));
	return (x < 0 ? e : 1) / (1 + e);
}

static double sigmoid_slope(double x)
{
	double s = unit_sigmoid(-fabs(x)); /* σ(−|x|) is exact where 1 − σ(|x|) cancels */
	return s * (1 - s);
}

double unit_step(const unit *u, double x)
{
	return u->kind == UNIT_SIGMOID ? u->w * unit_sigmoid(x) + u->b : tanh(u->w * x + u->b);
}

static double sech2(double a)
{
	double t = tanh(a);
	return 1 - t * t;
}

double unit_slope(const unit *u, double x)
{
	return u->w * (u->kind == UNIT_SIGMOID ? sigmoid_slope(x) : sech2(u->w * x + u->b));
}

unit_end unit_run(const unit *u, double x0, int T)
{
	unit_end e = {.x = x0, .dx0 = 1};
	for (int t = 0; t < T; t++) {
		bool sigmoid = u->kind == UNIT_SIGMOID;
		double slope = unit_slope(u, e.x), outer = sigmoid ? 1 : sech2(u->w * e.x + u->b);
		/* ∂x ← ∂⁺x + slope ∂x; the immediate parts are σ(x) and 1, or x·sech² and sech² */
		e.dw = outer * (sigmoid ? unit_sigmoid(e.x) : e.x) + slope * e.dw;
		e.db = outer + slope * e.db;
		e.dx0 *= slope;
		e.x = unit_step(u, e.x);
	}
	return e;
}

void unit_trajectory(const unit *u, double x0, int T, double *x)
{
	x[0] = x0;
	for (int t = 0; t < T; t++)
		x[t + 1] = unit_step(u, x[t]);
}

/* ---- fixed points ---- */

static double excess(const unit *u, double x)
{
	return unit_step(u, x) - x;
}

/* The one zero between lo and hi, where the excess changes its sign. */
static double zero_between(const unit *u, double lo, double hi)
{
	bool rising = excess(u, hi) > 0;
	for (int i = 0; i < 200; i++) {
		double mid = 0.5 * (lo + hi);
		if (mid <= lo || mid >= hi)
			break;
		if ((excess(u, mid) > 0) == rising)
			hi = mid;
		else
			lo = mid;
	}
	return 0.5 * (lo + hi);
}

/* The two states with multiplier 1, in increasing order. */
static bool turning_points(const unit *u, double x[2])
{
	if (u->kind == UNIT_SIGMOID) {
		if (!(u->w > 4))
			return false;
		double root = sqrt(1 - 4 / u->w), s = 2 / (u->w * (1 + root)); /* the smaller root of s(1 − s) = 1/w */
		x[1] = log((1 - s) / s);
		x[0] = -x[1];
		return true;
	}
	if (!(u->w > 1))
		return false;
	double t = sqrt(1 - 1 / u->w);
	x[0] = (-atanh(t) - u->b) / u->w;
	x[1] = (atanh(t) - u->b) / u->w;
	return true;
}

int unit_fixed_points(const unit *u, unit_fixed out[UNIT_FIXED])
{
	/* σ and tanh are bounded: everything happens between these ends */
	double low = u->kind == UNIT_SIGMOID ? u->b + fmin(0, u->w) - 1 : -1.5;
	double high = u->kind == UNIT_SIGMOID ? u->b + fmax(0, u->w) + 1 : 1.5;
	double edge[4] = {low, 0, 0, high}, turn[2];
	int edges = 1, n = 0;
	for (int i = 0; i < 2 && turning_points(u, turn); i++)
		if (turn[i] > low && turn[i] < high)
			edge[edges++] = turn[i];
	edge[edges++] = high;
	for (int i = 0; i + 1 < edges && n < UNIT_FIXED; i++) {
		if ((excess(u, edge[i]) > 0) == (excess(u, edge[i + 1]) > 0))
			continue; /* monotone in between: no zero */
		double x = zero_between(u, edge[i], edge[i + 1]);
		out[n++] = (unit_fixed){.x = x, .multiplier = unit_slope(u, x), .stable = fabs(unit_slope(u, x)) < 1};
	}
	return n;
}

bool unit_folds(unit_kind kind, double w, double b[2], double x[2])
{
	if (kind == UNIT_SIGMOID) {
		unit u = {kind, w, 0};
		double turn[2];
		if (!turning_points(&u, turn))
			return false;
		for (int i = 0; i < 2; i++) {
			x[i] = turn[1 - i];
			b[i] = x[i] - w * unit_sigmoid(x[i]);
		}
		return true;
	}
	if (!(w > 1))
		return false;
	for (int i = 0; i < 2; i++) { /* x = tanh(w x + b) with w (1 − x²) = 1 */
		x[i] = (i ? -1 : 1) * sqrt(1 - 1 / w);
		b[i] = atanh(x[i]) - w * x[i];
	}
	return true;
}

void unit_cusp(unit_kind kind, double *w, double *b)
{
	*w = kind == UNIT_SIGMOID ? 4 : 1;
	*b = kind == UNIT_SIGMOID ? -2 : 0;
}

int unit_basin(const unit *u, double x0, const unit_fixed *fixed, int n)
{
	double x = x0;
	for (int t = 0; t < 20000; t++) {
		for (int i = 0; i < n; i++)
			if (fixed[i].stable && fabs(x - fixed[i].x) < 1e-9)
				return i;
		x = unit_step(u, x);
	}
	return -1;
}

void unit_sweep(unit_kind kind, double w, double b0, double db, int n, double x0, int steps, double *up, double *down)
{
	double x = x0;
	for (int k = 0; k < 2 * n; k++) {
		int i = k < n ? k : 2 * n - 1 - k;
		unit u = {kind, w, b0 + i * db};
		for (int t = 0; t < steps; t++)
			x = unit_step(&u, x);
		(k < n ? up : down)[i] = x;
	}
}

/* ---- the error surface ---- */

unit_error unit_error_at(const unit_task *t, double w, double b)
{
	unit u = {UNIT_SIGMOID, w, b};
	unit_end e = unit_run(&u, t->x0, t->T);
	double miss = unit_sigmoid(e.x) - t->target, outer = 2 * miss * sigmoid_slope(e.x);
	return (unit_error){miss * miss, outer * e.dw, outer * e.db};
}

double unit_wall(const unit_task *t, double w)
{
	return t->x0 - w * unit_sigmoid(t->x0);
}

double unit_wall_gradient(const unit_task *t, double w)
{
	double s = unit_sigmoid(t->x0), slope = sigmoid_slope(t->x0), a = w * slope;
	double sum = fabs(a - 1) < 1e-9 ? t->T : (pow(a, t->T) - 1) / (a - 1);
	return fabs(2 * (s - t->target) * slope * sum) * sqrt(1 + s * s);
}

static double logit(double p)
{
	return log(p / (1 - p));
}

double unit_valley(const unit_task *t, double w)
{
	return logit(t->target) - w * t->target;
}

double unit_valley_end(const unit_task *t)
{
	return (logit(t->target) - t->x0) / (t->target - unit_sigmoid(t->x0));
}

/* ---- surfaces, in both precisions ---- */

static double grid_at(double low, double high, int n, int i)
{
	return n > 1 ? low + (high - low) * i / (n - 1) : low;
}

typedef struct surface_job {
	const unit_task *t;
	double a0, a1, b0, b1;
	int na, nb;
	float *loss, *slope;
	double *exact_loss, *exact_slope;
} surface_job;

/* log10 x of a positive number in the normal range: x = 2ᵉ m, ½√2 ≤ m < √2, ln m = 2 artanh t with t = (m − 1)/(m + 1).
 * Good to an ulp of the result's size, or of 1. */
static inline float log10_of(float x)
{
	uint32_t b, mantissa;
	memcpy(&b, &x, sizeof b);
	int32_t e = (int32_t)(b - 0x3F3504F3U) >> 23;
	mantissa = b - ((uint32_t)e << 23);
	float m;
	memcpy(&m, &mantissa, sizeof m);
	float t = (m - 1) / (m + 1), z = t * t;
	float odd = 0.86858896F + z * (0.28952965F + z * (0.17371779F + z * (0.12408414F + z * 0.09650988F)));
	return (float)e * 0.30103F + (t * odd + (float)e * -4.3359e-9F);
}

/* log10 √(x² + y²), without overflow; −INFINITY where both are zero. */
WIDE_LOOPS static void log_norms(int n, const float *restrict x, const float *restrict y, float *restrict out)
{
	const float log_up = -30.103F, log_down = 30.103F; /* of 2⁻¹⁰⁰, 2¹⁰⁰ */
	for (int i = 0; i < n; i++) {
		float a = fabsf(x[i]), b = fabsf(y[i]), high = a > b ? a : b;
		bool tiny = high < 0x1p-50F;
		bool huge = high > 0x1p50F;
		float lift = tiny ? 0x1p100F : huge ? 0x1p-100F : 1, h = a * lift, l = b * lift;
		float v = 0.5F * log10_of(h * h + l * l) + (tiny ? log_up : huge ? log_down : 0);
		v = high > 0 ? v : -INFINITY;
		v = high < INFINITY ? v : INFINITY;
		out[i] = a + b == a + b ? v : NAN;
	}
}

/* A surface is computed in pieces of up to PIECE_ROWS × PIECE_COLS points. */
enum { PIECE_ROWS = UNIT_MAP_ROWS, PIECE_COLS = 512 };

typedef struct piece {
	int row, col, rows, cols;
} piece;

static void surface_piece(const surface_job *j, piece p)
{
	float w[PIECE_COLS], b[PIECE_ROWS];
	float loss[PIECE_ROWS][PIECE_COLS], dw[PIECE_ROWS][PIECE_COLS], db[PIECE_ROWS][PIECE_COLS];
	for (int i = 0; i < p.cols; i++)
		w[i] = (float)grid_at(j->a0, j->a1, j->na, p.col + i);
	for (int k = 0; k < p.rows; k++)
		b[k] = (float)grid_at(j->b0, j->b1, j->nb, p.row + k);
	unit_map_get_f32()->grid(p.cols, w, p.rows, b, (float)j->t->x0, (float)j->t->target, j->t->T, PIECE_COLS,
	        loss[0], j->slope ? dw[0] : NULL, j->slope ? db[0] : NULL);
	for (int k = 0; k < p.rows; k++) {
		ptrdiff_t at = (ptrdiff_t)(p.row + k) * j->na + p.col;
		memcpy(j->loss + at, loss[k], (size_t)p.cols * sizeof *j->loss);
		if (j->slope)
			log_norms(p.cols, dw[k], db[k], j->slope + at);
	}
}

static void exact_piece(const surface_job *j, piece p)
{
	double w[PIECE_COLS], b[PIECE_ROWS];
	double loss[PIECE_ROWS][PIECE_COLS], dw[PIECE_ROWS][PIECE_COLS], db[PIECE_ROWS][PIECE_COLS];
	for (int i = 0; i < p.cols; i++)
		w[i] = grid_at(j->a0, j->a1, j->na, p.col + i);
	for (int k = 0; k < p.rows; k++)
		b[k] = grid_at(j->b0, j->b1, j->nb, p.row + k);
	unit_map_get_f64()->grid(p.cols, w, p.rows, b, j->t->x0, j->t->target, j->t->T, PIECE_COLS, loss[0],
	        j->exact_slope ? dw[0] : NULL, j->exact_slope ? db[0] : NULL);
	for (int k = 0; k < p.rows; k++) {
		ptrdiff_t at = (ptrdiff_t)(p.row + k) * j->na + p.col;
		memcpy(j->exact_loss + at, loss[k], (size_t)p.cols * sizeof *j->exact_loss);
		for (int i = 0; j->exact_slope && i < p.cols; i++)
			j->exact_slope[at + i] = hypot(dw[k][i], db[k][i]);
	}
}

/* A part takes every parts-th strip of pieces: the slow ones, near the wall, are dealt out evenly. */
static void surface_part(void *arg, int part, int parts)
{
	const surface_job *j = arg;
	for (int row = part * PIECE_ROWS; row < j->nb; row += parts * PIECE_ROWS)
		for (int col = 0; col < j->na; col += PIECE_COLS) {
			piece p = {row, col, j->nb - row < PIECE_ROWS ? j->nb - row : PIECE_ROWS,
			        j->na - col < PIECE_COLS ? j->na - col : PIECE_COLS};
			j->exact_loss ? exact_piece(j, p) : surface_piece(j, p);
		}
}

void unit_surface(const unit_task *t, double a0, double a1, int na, double b0, double b1, int nb, float *loss,
        float *slope, team *hands)
{
	surface_job j = {
	        .t = t, .a0 = a0, .a1 = a1, .b0 = b0, .b1 = b1, .na = na, .nb = nb, .loss = loss, .slope = slope};
	team_run(hands, surface_part, &j);
}

void unit_surface_exact(const unit_task *t, double a0, double a1, int na, double b0, double b1, int nb, double *loss,
        double *slope, team *hands)
{
	surface_job j = {.t = t,
	        .a0 = a0,
	        .a1 = a1,
	        .b0 = b0,
	        .b1 = b1,
	        .na = na,
	        .nb = nb,
	        .exact_loss = loss,
	        .exact_slope = slope};
	team_run(hands, surface_part, &j);
}

/* ---- the product ---- */

/* factor · wᵏ */
static unit_scaled scaled(double factor, double w, int k)
{
	if (factor == 0 || (w == 0 && k > 0))
		return (unit_scaled){0, -INFINITY, 0};
	int sign = w < 0 && k % 2 != 0 ? -1 : 1;
	double size = fabs(w);
	/* log1p keeps the digits that log10 loses near 1 */
	double log_w = fabs(size - 1) < 0.5 ? log1p(size - 1) / log(10) : log10(size);
	double exponent = log10(factor) + (k ? k * log_w : 0);
	return (unit_scaled){sign, exponent, sign * factor * pow(size, k)};
}

unit_scaled unit_power(double w, int n)
{
	return scaled(1, w, n - 1);
}

unit_scaled unit_power_slope(double w, int n)
{
	return n < 2 ? scaled(0, w, 0) : scaled(n - 1, w, n - 2);
}
