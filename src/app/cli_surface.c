/* unroll surface: the loss over a plane through the parameters, as numbers or as a picture. */
#include "app/cli.h"

#include "base/text.h"
#include "draw/canvas_cairo.h"
#include "draw/canvas_raster.h"
#include "io/csv.h"
#include "io/file.h"
#include "io/npz.h"
#include "io/png.h"
#include "run/plane.h"
#include "run/slice.h"
#include "view/surface.h"
#include "view/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t TRAIL_BYTES = (size_t)64 << 20;
enum { MOST_WAY = 100001 }; /* rows of a descent on a function */

typedef struct job {
	run_state state;
	config c; /* of the first arm, at the update: its loss is the surface */
	long update;
	const char *axes, *range, *size, *out;
	char named[2 * SLICE_NAME];
	slice_kind kind;
	char name[2][SLICE_NAME];
	bool ranged;
	double low[2], high[2];
	int na, nb;
	theme_id theme;
	/* what comes out */
	double *loss, *norm; /* (nb, na) */
	double (*way[STATE_ARMS])[2];
	int steps[STATE_ARMS]; /* 0: its net has other parameters */
	slice_picture picture;
} job;

/* ---- reading ---- */

static bool read_axes(job *j, err *e)
{
	static const struct {
		const char *name;
		slice_kind kind;
	} sets[] = {{"w,b", SLICE_UNIT}, {"random", SLICE_RANDOM}, {"pca", SLICE_PCA}, {"grad", SLICE_GRADIENT}};
	const char *what = config_choice(&j->c, KNOB_task), *axes = config_choice(&j->c, KNOB_axes);
	bool function = strcmp(what, "function") == 0;
	if (strcmp(what, "power") == 0)
		return err_input(
		        e, "task=power: a single weight has no surface; `unroll render … --view power` draws it");
	if (function && j->axes && strcmp(j->axes, "a,b") != 0)
		return err_input(e, "--axes %.80s: task=function has two parameters; allowed: a,b", j->axes);
	if (function) {
		j->kind = SLICE_FUNCTION;
		return true;
	}
	if (!j->axes && strcmp(axes, "auto") == 0)
		j->axes = strcmp(what, "fixed_point") == 0 ? "w,b" : "random";
	else if (!j->axes)
		j->axes = strcmp(axes, "named") == 0 ? config_text(&j->c, KNOB_axes_named, j->named, sizeof j->named)
		                                     : axes;
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (strcmp(j->axes, sets[i].name) == 0) {
			j->kind = sets[i].kind;
			return true;
		}
	j->kind = SLICE_NAMED;
	if (!slice_split(j->axes, j->name, e))
		return err_input(e,
		        "--axes %.80s: not axes; allowed: w,b, random, pca, grad, or two parameters as W_hh[0,1],b[2]",
		        j->axes);
	return true;
}

/* "a:b,c:d" */
static bool read_range(job *j, err *e)
{
	static const char ends[] = ":,:";
	const char *p = j->range;
	double v[4] = {0};
	bool ok = true;
	for (int i = 0; i < 4 && p && ok; i++) {
		char number[40];
		size_t n = i < 3 ? strcspn(p, ":,") : strlen(p);
		ok = n > 0 && n < sizeof number && (i == 3 || p[n] == ends[i]);
		snprintf(number, sizeof number, "%.*s", (int)(n < sizeof number ? n : 0), p);
		ok = ok && text_read_number(number, false, &v[i]) && fabs(v[i]) <= 1e6;
		p += ok && i < 3 ? n + 1 : n;
	}
	if (p && (!ok || !(v[1] > v[0]) || !(v[3] > v[2])))
		return err_input(e, "--range %.60s: not two ranges; allowed: a:b,c:d with a < b and c < d, within ±1e6",
		        j->range);
	j->ranged = p != NULL;
	for (int k = 0; k < 2; k++) {
		j->low[k] = v[2 * k];
		j->high[k] = v[2 * k + 1];
	}
	return true;
}

/* The plane is all there is: its points are computed at once. */
static bool of_two(const job *j)
{
	return j->kind == SLICE_UNIT || j->kind == SLICE_FUNCTION;
}

static bool read_size(job *j, err *e)
{
	int usual = of_two(j) ? 256 : 51;
	double v[2] = {usual, usual};
	char first[16] = "";
	const char *x = j->size ? strchr(j->size, 'x') : NULL;
	if (j->size) {
		bool ok = x && (size_t)(x - j->size) < sizeof first;
		snprintf(first, sizeof first, "%.*s", ok ? (int)(x - j->size) : 0, j->size);
		ok = ok && text_read_number(first, false, &v[0]) && text_read_number(x + 1, false, &v[1]);
		for (int k = 0; k < 2; k++)
			ok = ok && v[k] == floor(v[k]) && v[k] >= 2 && v[k] <= SLICE_MOST;
		if (!ok)
			return err_input(e, "--size %.40s: not a size; allowed: NxM from 2x2 to %dx%d, as 51x51",
			        j->size, SLICE_MOST, SLICE_MOST);
	}
	j->na = (int)v[0];
	j->nb = (int)v[1];
	return true;
}

static bool is_picture(const char *kind)
{
	return strcmp(kind, "png") == 0 || strcmp(kind, "svg") == 0 || strcmp(kind, "pdf") == 0;
}

static bool check_out(const job *j, err *e)
{
	char kind[8];
	if (!j->out)
		return err_input(e, "nowhere to write; allowed: -o F.npz, .csv, .png, .svg, .pdf");
	file_extension(j->out, kind, sizeof kind);
	if (!is_picture(kind) && strcmp(kind, "npz") != 0 && strcmp(kind, "csv") != 0)
		return err_input(e, "%s: unknown kind of file; allowed: .npz, .csv, .png, .svg, .pdf", j->out);
	return file_check_writable(j->out, e);
}

static bool read_job(job *j, int argc, char **argv, err *e)
{
	const char *updates = NULL, *look = NULL;
	const option options[] = {{"--axes", &j->axes, NULL}, {"--range", &j->range, NULL}, {"--size", &j->size, NULL},
	        {"--updates", &updates, NULL}, {"--theme", &look, NULL}, {"--out", &j->out, NULL}};
	enum { COUNT = sizeof options / sizeof *options };
	if (!cli_parse_state(argc, argv, options, COUNT, &j->state, e))
		return false;
	double n = (double)j->state.update;
	int t = look ? theme_find(look) : THEME_LIGHT;
	if (t < 0)
		return err_input(e, "--theme %.40s: unknown theme; allowed: light, dark, projector, print", look);
	j->theme = (theme_id)t;
	if (!cli_number("--updates", updates, 0, 1e9, &n, e))
		return false;
	j->update = (long)n;
	j->c = state_config(&j->state, 0, j->update);
	return read_axes(j, e) && (!j->range || read_range(j, e)) && read_size(j, e) && check_out(j, e);
}

/* ---- the ways ---- */

static bool no_memory(err *e)
{
	return err_machine(e, "no memory for the surface; lower --size or the updates");
}

static bool interrupted(err *e)
{
	return err_check(e, "interrupted; nothing was written");
}

static bool make_room(job *j, err *e)
{
	size_t points = (size_t)j->na * (size_t)j->nb;
	j->loss = malloc(points * sizeof *j->loss);
	j->norm = malloc(points * sizeof *j->norm);
	bool ok = j->loss && j->norm;
	for (int a = 0; a < j->state.arms && ok; a++)
		ok = (j->way[a] = malloc((size_t)(j->update + 1) * sizeof *j->way[a])) != NULL;
	return ok || no_memory(e);
}

/* Whether an arm's parameters are points of the plane's space. */
static bool fits(const slice_plane *p, const trial *t)
{
	return slice_size(t->api, t->m) == p->parameters;
}

/* An arm's run from its start, every update seen in the plane. It ends where the run diverges. */
static bool walk(job *j, const slice_plane *p, int arm, err *e)
{
	config c = j->state.arm[arm].start;
	trial *t = trial_new(&c, e);
	double *theta = t ? malloc((size_t)p->parameters * sizeof *theta) : NULL;
	bool ok = theta || (t && no_memory(e));
	cli_progress shown = cli_progress_start("way");
	if (ok && fits(p, t))
		trial_follow(t, j->state.edit, j->state.edits, arm);
	while (ok && fits(p, t)) {
		slice_parameters(t->api, t->m, theta);
		slice_project(p, theta, j->way[arm][j->steps[arm]++]);
		if (t->update >= j->update)
			break;
		trial_step(t);
		if (t->diverged)
			break;
		trial_follow(t, j->state.edit, j->state.edits, arm);
		cli_progress_show(&shown, t->update, j->update);
		ok = !cli_interrupted() || interrupted(e);
	}
	cli_progress_end(&shown);
	free(theta);
	trial_free(t);
	return ok;
}

static bool walk_all(job *j, const slice_plane *p, err *e)
{
	char name[STATE_NAME];
	for (int a = 0; a < j->state.arms; a++) {
		if (!walk(j, p, a, e))
			return false;
		if (j->steps[a] == 0)
			fprintf(stderr, "unroll: '%s' has other parameters than the first arm: no way in this plane\n",
			        state_label(&j->state, a, name, sizeof name));
	}
	return true;
}

/* ---- a function of two parameters, the one-unit net among them ---- */

static double coordinate(const job *j, int k, int i)
{
	return j->low[k] + (j->high[k] - j->low[k]) * i / ((k ? j->nb : j->na) - 1);
}

static void fill_grid(job *j, const plane *p)
{
	if (p->id == PLANE_UNIT) {
		unit_surface_exact(
		        &p->unit, j->low[0], j->high[0], j->na, j->low[1], j->high[1], j->nb, j->loss, j->norm, NULL);
		return;
	}
	for (int y = 0; y < j->nb; y++)
		for (int x = 0; x < j->na; x++) {
			plane_point at = plane_at(p, coordinate(j, 0, x), coordinate(j, 1, y));
			j->loss[(size_t)y * (size_t)j->na + (size_t)x] = at.value;
			j->norm[(size_t)y * (size_t)j->na + (size_t)x] = hypot(at.da, at.db);
		}
}

/* The run of an arm whose task is something else: the descent on the error of the one-unit net that its knobs describe.
 */
static bool descend(job *j, const plane *first, int arm, err *e)
{
	plane p;
	plane_arm how = {&j->state, arm};
	config c = state_config(&j->state, arm, 0);
	int rows = j->update < MOST_WAY ? (int)j->update + 1 : MOST_WAY;
	plane_step *step = malloc((size_t)rows * sizeof *step);
	if (!step)
		return no_memory(e);
	plane_make(&p, first->id, &c);
	j->steps[arm] = plane_follow(&p, plane_arm_rule, &how, p.start[0], p.start[1], rows, step);
	for (int i = 0; i < j->steps[arm]; i++) {
		j->way[arm][i][0] = step[i].a;
		j->way[arm][i][1] = step[i].b;
	}
	free(step);
	return true;
}

static bool own_plane(const job *j, slice_plane *p, err *e)
{
	trial *t = trial_new(&j->state.arm[0].start, e);
	bool ok = t && slice_own(p, t->api, t->m, e);
	trial_free(t);
	return ok;
}

static bool plane_job(job *j, err *e)
{
	plane p;
	slice_plane own = {0};
	bool is_task = j->kind == SLICE_FUNCTION || strcmp(config_choice(&j->c, KNOB_task), "fixed_point") == 0;
	if (j->kind == SLICE_FUNCTION ? !plane_of(&j->c, &p, e) : (plane_make(&p, PLANE_UNIT, &j->c), false))
		return false;
	for (int k = 0; k < 2 && !j->ranged; k++) {
		j->low[k] = p.low[k];
		j->high[k] = p.high[k];
	}
	if (!make_room(j, e))
		return false;
	fill_grid(j, &p);
	bool ok = true;
	if (is_task)
		ok = own_plane(j, &own, e) && walk_all(j, &own, e);
	for (int a = 0; a < j->state.arms && !is_task && ok; a++)
		ok = descend(j, &p, a, e);
	slice_plane_done(&own);
	if (p.id == PLANE_UNIT)
		slice_show_unit(&p.unit, j->low, j->high, j->na > j->nb ? j->na : j->nb, NULL, &j->picture);
	else
		plane_show(&p, j->c.expression, j->low, j->high, j->na < SLICE_SIDE ? j->na : SLICE_SIDE,
		        j->nb < SLICE_SIDE ? j->nb : SLICE_SIDE, &j->picture);
	return ok;
}

/* ---- a net ---- */

/* Trains the first arm to the update; keeps the way for its principal directions, and the last step. */
static bool train(job *j, trial *t, trail *way, double *before, err *e)
{
	cli_progress p = cli_progress_start("training");
	trial_follow(t, j->state.edit, j->state.edits, 0);
	for (;;) {
		trail_add(way, t->update, t->api, t->m);
		if (t->update >= j->update || t->diverged || cli_interrupted())
			break;
		slice_parameters(t->api, t->m, before);
		trial_step(t);
		trial_follow(t, j->state.edit, j->state.edits, 0);
		cli_progress_show(&p, t->update, j->update);
	}
	cli_progress_end(&p);
	if (t->diverged)
		return err_check(e, "%s", t->message);
	return !cli_interrupted() || interrupted(e);
}

static bool make_plane(job *j, trial *t, const trail *way, const double *before, slice_plane *p, err *e)
{
	const char *const names[2] = {j->name[0], j->name[1]};
	long n = slice_size(t->api, t->m);
	switch (j->kind) {
	case SLICE_NAMED:
		return slice_named(p, t->api, t->m, names, e);
	case SLICE_PCA:
		return slice_pca(p, t->api, t->m, way, e);
	case SLICE_GRADIENT:
		break;
	default:
		return slice_random(p, t->api, t->m, (uint64_t)j->c.v[KNOB_seed], e);
	}
	double *step = malloc((size_t)n * sizeof *step);
	if (!step)
		return no_memory(e);
	slice_parameters(t->api, t->m, step);
	for (long i = 0; i < n; i++)
		step[i] -= before[i];
	bool ok = t->update > 0 ? slice_gradient(p, t->api, t->m, step, e)
	                        : err_input(e, "--axes grad needs a step to look at; allowed: --updates 1 or more");
	free(step);
	return ok;
}

static bool compute(job *j, trial *t, const slice_plane *p, err *e)
{
	for (int k = 0; k < 2 && !j->ranged; k++) {
		j->low[k] = p->low[k];
		j->high[k] = p->high[k];
	}
	slice *s = slice_new(t->api, t->m, p, j->low, j->high, j->na, j->nb, true, e);
	long all = (long)j->na * j->nb;
	if (!s)
		return false;
	cli_progress shown = cli_progress_start("surface");
	while (slice_advance(s, t->team, 8) && !cli_interrupted())
		cli_progress_show(&shown, s->next, all);
	cli_progress_end(&shown);
	bool ok = !cli_interrupted() || interrupted(e);
	memcpy(j->loss, s->loss, (size_t)all * sizeof *j->loss);
	memcpy(j->norm, s->norm, (size_t)all * sizeof *j->norm);
	slice_show(s, t->update, &j->picture);
	j->picture.batch = t->update + 1;
	j->picture.present = true;
	j->picture.parameters = p->parameters;
	slice_free(s);
	return ok;
}

static bool net_job(job *j, err *e)
{
	slice_plane p = {0};
	trail way = {0};
	trial *t = trial_new(&j->state.arm[0].start, e);
	if (!t)
		return false;
	long n = slice_size(t->api, t->m);
	double *before = calloc((size_t)n, sizeof *before);
	bool ok = before ? make_room(j, e) && trail_init(&way, n, TRAIL_BYTES, e) : no_memory(e);
	ok = ok && train(j, t, &way, before, e);
	if (ok)
		trial_measure(t); /* the batch whose loss it is: the next one */
	ok = ok && make_plane(j, t, &way, before, &p, e) && compute(j, t, &p, e) && walk_all(j, &p, e);
	slice_plane_done(&p);
	trail_done(&way);
	free(before);
	trial_free(t);
	return ok;
}

/* ---- writing ---- */

/* --axes as settings. Where there are two parameters there is nothing to choose. */
static void note_axes(const job *j, run_state *s)
{
	const char *what = config_choice(&j->c, KNOB_task);
	bool named = strchr(j->axes, ',') != NULL;
	err e;
	if (strcmp(what, "function") == 0 || strcmp(what, "fixed_point") == 0)
		return;
	for (int a = 0; a < s->arms; a++)
		if (config_set(&s->arm[a].start, "axes", named ? "named" : j->axes, &e) && named)
			(void)config_set(&s->arm[a].start, "axes_named", j->axes, &e);
}

/* What opens the run again, at its surface. */
static const char *state_of(const job *j, char *buf, size_t size)
{
	static run_state s;
	const view *surface = view_find("surface");
	s = j->state;
	s.update = j->update;
	note_axes(j, &s);
	if (s.views == 0)
		view_note(&s, &surface, 1);
	return state_write(&s, buf, size);
}

static bool write_npz(const job *j, err *e)
{
	static char state[STATE_TEXT];
	double at[2][SLICE_MOST];
	const char *one[] = {state_of(j, state, sizeof state)};
	long shape[2] = {j->nb, j->na}, n[2] = {j->na, j->nb};
	npz_writer *w = npz_writer_new(j->out, e);
	for (int k = 0; k < 2; k++)
		for (int i = 0; i < n[k]; i++)
			at[k][i] = coordinate(j, k, i);
	bool ok = w && npz_add(w, "a", NPY_F64, 1, &n[0], at[0], e) && npz_add(w, "b", NPY_F64, 1, &n[1], at[1], e) &&
	          npz_add(w, "loss", NPY_F64, 2, shape, j->loss, e) &&
	          npz_add(w, "grad_norm", NPY_F64, 2, shape, j->norm, e);
	for (int a = 0; a < j->state.arms && ok; a++) {
		char name[16];
		long way[2] = {j->steps[a], 2};
		snprintf(name, sizeof name, a ? "path_%d" : "path", a + 1);
		ok = npz_add(w, name, NPY_F64, 2, way, j->way[a], e);
	}
	ok = ok && npz_add_texts(w, "state", -1, one, e);
	if (ok)
		return npz_writer_commit(w, e);
	npz_writer_abort(w);
	return false;
}

/* One row per point; the paths are in the .npz alone. */
static bool write_csv(const job *j, err *e)
{
	file_save s;
	if (!file_save_open(&s, j->out, e))
		return false;
	FILE *f = file_save_stream(&s);
	fputs("a,b,loss,grad_norm\n", f);
	for (int y = 0; y < j->nb; y++)
		for (int x = 0; x < j->na; x++) {
			const double row[] = {coordinate(j, 0, x), coordinate(j, 1, y),
			        j->loss[(size_t)y * (size_t)j->na + (size_t)x],
			        j->norm[(size_t)y * (size_t)j->na + (size_t)x]};
			for (int k = 0; k < 4; k++) {
				if (k)
					fputc(',', f);
				csv_number(f, row[k]);
			}
			fputc('\n', f);
		}
	return file_save_commit(&s, e);
}

/* The names of the arms in their colours, at the right end of the title's line. */
static void paint_names(const job *j, canvas *c, rect line)
{
	char name[STATE_NAME], fitted[STATE_NAME + 4];
	float em = plot_em(c, TYPE_BASE);
	for (int a = j->state.arms - 1; a >= 0 && j->state.arms > 1 && line.w > 8 * em; a--) {
		text_style st = plot_type(c, TYPE_BASE, (ink)(INK_ARM_0 + a), ALIGN_RIGHT);
		state_label(&j->state, a, name, sizeof name);
		canvas_fit(fitted, sizeof fitted, name, 0.3F * c->width, em, st.weight);
		canvas_text(c, line.x + line.w, line.y + 1.2F * em, fitted, st);
		line.w -= canvas_measure(fitted, em, st.weight).width + 1.5F * em;
	}
}

static void paint(const job *j, const char *caption, canvas *c)
{
	rect all = {0, 0, c->width, c->height}, inner = rect_inset(all, 12, 12);
	text_style title = plot_type(c, TYPE_TITLE + 3, INK_TEXT, ALIGN_LEFT),
	           small = plot_type(c, TYPE_TICK, INK_MUTED, ALIGN_LEFT);
	title.weight = WEIGHT_BOLD;
	canvas_box(c, all, 0, INK_PANEL, 1);
	rect top = rect_cut_top(&inner, 2 * title.size), foot = rect_cut_bottom(&inner, 2 * small.size);
	canvas_text(c, top.x, top.y + title.size, "Error surface", title);
	canvas_text(c, foot.x, foot.y + 1.6F * small.size, caption, small);
	paint_names(j, c, top);
	surface_draw(&j->picture, &j->c, c, inner, NULL);
}

static void add_ways(job *j)
{
	j->picture.ways = j->state.arms;
	for (int a = 0; a < j->state.arms; a++) {
		config c = state_config(&j->state, a, j->update);
		slice_way *w = &j->picture.way[a];
		w->arm = a;
		w->steps = 0;
		w->clipped = strcmp(config_choice(&c, KNOB_clip), "none") != 0;
		for (int i = 0; i < j->steps[a]; i++)
			slice_way_add(&j->picture, a, j->way[a][i][0], j->way[a][i][1]);
	}
}

static bool write_picture(job *j, const char *kind, err *e)
{
	static const float W = 1280, H = 720, SCALE = 2;
	char caption[512], state[STATE_TEXT];
	add_ways(j);
	surface_caption(&j->picture, caption, sizeof caption);
	state_of(j, state, sizeof state);
	if (strcmp(kind, "png") != 0) {
		vector_file *v = vector_open(
		        j->out, kind[0] == 'p', &themes[j->theme], W, H, "unroll: Error surface", caption, state, e);
		if (!v)
			return false;
		paint(j, caption, vector_canvas(v));
		return vector_commit(v, e);
	}
	int w, h, stride;
	raster *r = raster_new(&themes[j->theme], W, H, SCALE);
	if (!r)
		return err_machine(e, "no memory for a picture");
	paint(j, caption, &r->canvas);
	const uint32_t *pixels = raster_pixels(r, &w, &h, &stride);
	bool ok = png_write(j->out, pixels, w, h, stride, 96 * (double)SCALE, state, caption, e);
	raster_free(r);
	return ok;
}

static bool write_out(job *j, err *e)
{
	char kind[8];
	file_extension(j->out, kind, sizeof kind);
	if (is_picture(kind))
		return write_picture(j, kind, e);
	return strcmp(kind, "npz") == 0 ? write_npz(j, e) : write_csv(j, e);
}

static int run(int argc, char **argv)
{
	static job j;
	err e;
	memset(&j, 0, sizeof j);
	if (!read_job(&j, argc, argv, &e))
		return cli_fail(&e);
	cli_catch_interrupt();
	bool ok = (of_two(&j) ? plane_job(&j, &e) : net_job(&j, &e)) && write_out(&j, &e);
	free(j.loss);
	free(j.norm);
	for (int a = 0; a < STATE_ARMS; a++)
		free(j.way[a]);
	return ok ? 0 : cli_fail(&e);
}

const cli cli_surface = {"surface",
        "surface ['STATE'] [--set K=V]… [--axes w,b|random|pca|grad|NAME[i,j],NAME[i]] [--updates N] "
        "[--range a:b,c:d] "
        "[--size NxM] [--theme T] -o F.{npz,csv,png,svg,pdf}",
        "the loss over a plane through the parameters", run};
