/* unroll render: a picture of a state, without a window. */
#include "app/cli.h"

#include "app/export.h"
#include "app/lesson_picture.h"
#include "base/text.h"
#include "io/file.h"
#include "run/arms.h"
#include "view/view.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_VIEWS = STATE_VIEWS };

typedef struct job {
	run_state *state;
	const char *lesson; /* the whole screen with it; NULL: plots of the state */
	bool played;
	const view *view[MOST_VIEWS];
	int views;
	theme_id theme;
	float width, height, scale;
	const char *out;
	bool sequence;
	long from, to, every;
} job;

static bool read_views(const char *list, job *j, err *e)
{
	const char *names[32];
	for (int i = 0; i < views_count && i < 32; i++)
		names[i] = views[i]->name;
	for (const char *p = list; *p;) {
		char name[32];
		size_t n = strcspn(p, ",");
		snprintf(name, sizeof name, "%.*s", (int)n, p);
		const view *v = view_find(name);
		if (!v) {
			int near = text_closest(name, names, views_count);
			return near >= 0
			               ? err_input(e, "--view %s: unknown view; did you mean '%s'?", name, names[near])
			               : err_input(e, "--view %s: unknown view; `unroll list views` shows them all",
			                         name);
		}
		if (j->views == MOST_VIEWS)
			return err_input(e, "--view: more than %d views", MOST_VIEWS);
		j->view[j->views++] = v;
		p += n + (p[n] == ',');
	}
	return j->views > 0 || err_input(e, "--view: empty; `unroll list views` shows them all");
}

static bool read_size(const char *text, job *j, err *e)
{
	double w, h;
	char first[16];
	const char *x = strchr(text, 'x');
	bool ok = x && (size_t)(x - text) < sizeof first;
	if (ok) {
		snprintf(first, sizeof first, "%.*s", (int)(x - text), text);
		ok = text_read_number(first, false, &w) && text_read_number(x + 1, false, &h) && w >= 40 && h >= 30 &&
		     w <= 14400 && h <= 14400;
	}
	if (!ok)
		return err_input(
		        e, "--size %.40s: not a size; allowed: WxH from 40x30 to 14400x14400, as 1920x1080", text);
	j->width = (float)w;
	j->height = (float)h;
	return true;
}

static bool read_scale(const char *text, job *j, err *e)
{
	double s;
	if (!text_read_number(text, false, &s) || s < 0.25 || s > 8)
		return err_input(e, "--scale %.40s: out of range; allowed: 0.25 to 8", text);
	j->scale = (float)s;
	return true;
}

static bool read_theme(const char *text, job *j, err *e)
{
	int t = theme_find(text);
	if (t < 0)
		return err_input(e, "--theme %.40s: unknown theme; allowed: light, dark, projector, print", text);
	j->theme = (theme_id)t;
	return true;
}

/* "a:b:step" */
static bool read_frames(const char *text, job *j, err *e)
{
	char part[3][24] = {"", "", "1"};
	double v[3];
	int n = 0;
	const char *p = text;
	for (bool more = true; more && n < 4; n++) {
		size_t length = strcspn(p, ":");
		if (n < 3)
			snprintf(part[n], sizeof part[n], "%.*s", (int)length, p);
		more = p[length] == ':';
		p += length + more;
	}
	for (int i = 0; i < 3; i++)
		if (n < 2 || n > 3 || !text_read_number(part[i], false, &v[i]) || v[i] < (i == 2) || v[i] > 1e9 ||
		        v[i] != (double)(long)v[i])
			return err_input(e, "--frames %.40s: not a range of updates; allowed: a:b or a:b:step", text);
	j->from = (long)v[0];
	j->to = (long)v[1];
	j->every = (long)v[2];
	j->sequence = true;
	if (j->to < j->from)
		return err_input(e, "--frames %.40s: ends before it begins; allowed: a:b:step with a ≤ b", text);
	return true;
}

/* The name of frame i: the one %d, %04d … of the pattern replaced. */
static bool frame_name(const char *pattern, long i, char *buf, size_t size, err *e)
{
	const char *p = strchr(pattern, '%'), *q = p ? p + 1 : NULL;
	int width = 0;
	while (q && *q >= '0' && *q <= '9' && width < 100)
		width = width * 10 + (*q++ - '0');
	if (!p || *q != 'd' || strchr(q, '%') || width > 12)
		return err_input(
		        e, "-o %.80s: --frames needs a place for the number; allowed: one %%d or %%04d", pattern);
	int n = snprintf(buf, size, "%.*s%0*ld%s", (int)(p - pattern), pattern, width, i, q + 1);
	return (n >= 0 && (size_t)n < size) || err_input(e, "-o: the name is too long");
}

/* Asked before the training, not after it. */
static bool can_draw(const job *j, err *e)
{
	static const char *const kinds[] = {"png", "svg", "pdf"};
	char kind[8], first[4096];
	if (!j->out)
		return err_input(e, "nowhere to draw; allowed: -o F.png, -o F.svg, -o F.pdf");
	file_extension(j->out, kind, sizeof kind);
	for (int i = 0; i < 3; i++) {
		if (strcmp(kind, kinds[i]) != 0)
			continue;
		if (!j->sequence)
			return file_check_writable(j->out, e);
		return frame_name(j->out, 0, first, sizeof first, e) && file_check_writable(first, e);
	}
	return err_input(e, "%s: unknown kind of picture; allowed: .png, .svg, .pdf", j->out);
}

static snap picture;

static bool draw(const job *j, arms *a, const char *path, err *e)
{
	picture.serial++;
	arms_want(a, view_wants(j->view, j->views));
	arms_show(a, &picture, true);
	return export_view(&picture, j->view, j->views, j->theme, j->width, j->height, j->scale, path, e);
}

static bool draw_frame(const job *j, arms *a, long frame, err *e)
{
	char path[4096];
	return frame_name(j->out, frame, path, sizeof path, e) && draw(j, a, path, e);
}

static void tell_stops(const arms *a)
{
	for (int i = 0; i < arms_count(a); i++)
		if (arms_trial(a, i)->diverged)
			fprintf(stderr, "unroll: %s\n", arms_trial(a, i)->message);
}

static bool run_to_end(const job *j, arms *a, err *e)
{
	long last = j->state->update, frame = 0;
	cli_progress p = cli_progress_start("training");
	bool ok = true;
	if (j->sequence && j->from == 0)
		ok = draw_frame(j, a, frame++, e);
	while (ok && !cli_interrupted() && arms_round(a)) {
		long update = arms_update(a);
		if (j->sequence && update >= j->from && (update - j->from) % j->every == 0)
			ok = draw_frame(j, a, frame++, e);
		cli_progress_show(&p, update, last);
	}
	cli_progress_end(&p);
	if (ok && cli_interrupted())
		return err_check(e, "interrupted after update %ld; %s", arms_update(a),
		        j->sequence ? "the frames before it are complete" : "nothing was written");
	tell_stops(a);
	return ok && (j->sequence || draw(j, a, j->out, e));
}

static int render(const job *j)
{
	err e;
	if (j->lesson)
		return lesson_picture(j->lesson, j->played, j->theme, j->width, j->height, j->scale, j->out, &e)
		               ? 0
		               : cli_fail(&e);
	cli_catch_interrupt();
	arms *a = arms_new(j->state, 0, &e);
	bool ok = a && run_to_end(j, a, &e);
	arms_free(a);
	return ok ? 0 : cli_fail(&e);
}

/* The word that means a lesson is taken out of the others. */
static int take_lesson(job *j, int argc, char **argv)
{
	for (int i = 1; i < argc && !j->lesson; i++) {
		bool value = argv[i - 1][0] == '-' && strcmp(argv[i - 1], "--played") != 0;
		if (value || !lesson_word(argv[i]))
			continue;
		j->lesson = argv[i];
		memmove(&argv[i], &argv[i + 1], (size_t)(argc - i - 1) * sizeof *argv);
		argc--;
	}
	return argc;
}

static bool read_job(job *j, int argc, char **argv, err *e)
{
	const char *updates = NULL, *view_names = NULL, *theme_name = NULL, *size = NULL, *scale = NULL, *frames = NULL;
	const option options[] = {{"--updates", &updates, NULL}, {"--view", &view_names, NULL},
	        {"--theme", &theme_name, NULL}, {"--size", &size, NULL}, {"--scale", &scale, NULL},
	        {"--frames", &frames, NULL}, {"--out", &j->out, NULL}, {"--played", NULL, &j->played}};
	enum { COUNT = sizeof options / sizeof *options };
	argc = take_lesson(j, argc, argv);
	if (!cli_parse_state(argc, argv, options, COUNT, j->state, e))
		return false;
	double n = (double)j->state->update;
	if (!cli_number("--updates", updates, 0, 1e9, &n, e))
		return false;
	j->state->update = (long)n;
	bool ok = view_names ? read_views(view_names, j, e) : view_pick(j->state, j->view, &j->views, e);
	ok = ok && (!theme_name || read_theme(theme_name, j, e)) && (!size || read_size(size, j, e)) &&
	     (!scale || read_scale(scale, j, e)) && (!frames || read_frames(frames, j, e)) && can_draw(j, e);
	if (ok && j->lesson && (view_names || frames || updates))
		return err_input(e, "--view, --updates and --frames are for states; allowed with a lesson: --played");
	if (ok && j->played && !j->lesson)
		return err_input(e, "--played is for the step of a lesson, as in: render 08#2 --played -o F.png");
	if (ok && j->sequence)
		j->state->update = j->to;
	return ok;
}

static int run(int argc, char **argv)
{
	err e;
	static run_state state;
	job j = {.state = &state, .theme = THEME_LIGHT, .width = 1280, .height = 720, .scale = 1};
	if (!read_job(&j, argc, argv, &e))
		return cli_fail(&e);
	return render(&j);
}

const cli cli_render = {"render",
        "render 'STATE'|LESSON[#STEP] [--played] [--set K=V]… [--updates N] [--view V,…] [--theme "
        "light|dark|projector|print] [--size WxH] "
        "[--scale S] [--frames a:b:step] -o F.{png,svg,pdf}",
        "draw a state, or the screen at a step of a lesson, into a picture", run};
