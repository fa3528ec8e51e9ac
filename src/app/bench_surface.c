#include "app/bench_surface.h"

#include "app/cli.h"
#include "draw/canvas_raster.h"
#include "plot/surface3d.h"
#include "run/slice.h"
#include "run/team.h"
#include "run/trial.h"

#include <math.h>
#include <stdlib.h>

enum { UNIT_SIDE = 512, SLICE_SIDE_A = 64, SLICE_POINTS = 512, MESH = 256, REPEATS = 4 };

static bool time_unit(double out[SURFACE_FIGURES], err *e)
{
	static float loss[UNIT_SIDE * UNIT_SIDE], slope[UNIT_SIDE * UNIT_SIDE];
	const unit_task one = {0.5, 0.7, 50};
	for (int hands = 1; hands <= 2; hands++) {
		team *t = hands > 1 ? crew_new(hands, e) : NULL;
		if (hands > 1 && !t)
			return false;
		double best = INFINITY;
		for (int i = 0; i < REPEATS; i++) {
			double start = cli_now();
			unit_surface(&one, 4, 7, UNIT_SIDE, -3.2, -1.6, UNIT_SIDE, loss, slope, t);
			best = fmin(best, cli_now() - start);
		}
		out[hands > 1 ? SURFACE_UNIT_2 : SURFACE_UNIT] = 1e3 * best;
		crew_free(t);
	}
	return true;
}

/* Multiply-adds of a forward pass, times two. */
static double flops(const trial *t)
{
	const model_block *table;
	double n = 0;
	int blocks = t->api->blocks(t->m, &table);
	for (int i = 0; i < blocks; i++)
		if (!table[i].bias && table[i].layer == 0)
			n += 2.0 * table[i].rows * table[i].cols;
	return n * t->shape.T_max * t->task_spec.B;
}

static bool time_slice(bool native, double *per_second, err *e)
{
	config c;
	config_default(&c);
	c.v[KNOB_hidden] = 100;
	c.v[KNOB_T] = 100;
	c.v[KNOB_backend] = native;
	trial *t = trial_new(&c, e);
	slice_plane p;
	if (!t)
		return false;
	trial_measure(t);
	bool ok = slice_random(&p, t->api, t->m, 1, e);
	slice *s = ok ? slice_new(t->api, t->m, &p, p.low, p.high, SLICE_SIDE_A, SLICE_SIDE_A, false, e) : NULL;
	if (s) {
		slice_advance(s, NULL, 64);
		double start = cli_now();
		slice_advance(s, NULL, SLICE_POINTS);
		*per_second = SLICE_POINTS * flops(t) / (cli_now() - start);
	}
	ok = s != NULL;
	slice_free(s);
	slice_plane_done(&p);
	trial_free(t);
	return ok;
}

static bool time_relief(double *ms, err *e)
{
	static float z[MESH * MESH];
	raster *r = raster_new(&themes[THEME_LIGHT], 1920, 1080, 1);
	if (!r)
		return err_machine(e, "no memory for a picture");
	for (int j = 0; j < MESH; j++)
		for (int i = 0; i < MESH; i++) {
			float x = (float)i / (MESH - 1) * 4 - 2, y = (float)j / (MESH - 1) * 4 - 2;
			z[j * MESH + i] = sinf(2 * x) * cosf(3 * y) + 0.3F * x;
		}
	surface3d_scene s = {.f = {z, MESH, MESH, -2, 2, -2, 2},
	        .x = {.kind = AXIS_LINEAR, .low = -2, .high = 2, .zero = NAN},
	        .y = {.kind = AXIS_LINEAR, .low = -2, .high = 2, .zero = NAN},
	        .z = {.kind = AXIS_LINEAR, .low = -1.7, .high = 1.7, .zero = NAN},
	        .pose = surface3d_usual,
	        .samples = 1};
	double best = INFINITY;
	for (int i = 0; i < REPEATS; i++) {
		s.pose.turn += 1; /* a picture that has not been made yet */
		double start = cli_now();
		if (surface3d_begin(&r->canvas, (rect){0, 0, 1920, 1080}, &s))
			surface3d_end();
		best = fmin(best, cli_now() - start);
	}
	raster_free(r);
	*ms = 1e3 * best;
	return true;
}

bool bench_surface(double out[SURFACE_FIGURES], err *e)
{
	return time_unit(out, e) && time_slice(false, &out[SURFACE_SLICE], e) &&
	       time_slice(true, &out[SURFACE_SLICE_NATIVE], e) && time_relief(&out[SURFACE_RELIEF], e);
}
