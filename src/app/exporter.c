/* The export dialog, and movies of what happens on the bench. */
#include "app/exporter.h"

#include "app/bench.h"
#include "app/export.h"
#include "app/pictures.h"
#include "io/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FRAMES = 2000, RANGE_FRAMES = 120, MOST_CLIPBOARD = 8 << 20 };

static const float ROW = 40, PAD = 24, NAME = 150, WIDTH = 620, CONTROL = 30, HEAD = 24,
                   FOOT = 34; /* points at scale 1 */

static const char *const formats[] = {"png", "svg", "pdf", "csv", "npz", "gif", "mp4", "webm"};
static const char *const format_names[] = {
        "PNG picture", "SVG, vector", "PDF, vector", "CSV table", "npz arrays", "GIF movie", "MP4 movie", "WebM movie"};
static const char *const sizes[] = {"as here", "16:9 slide", "4:3 slide"};
static const char *const scales[] = {"1×", "2×", "3×", "4×"};
static const char *const theme_names[] = {"as here", "light", "dark", "projector", "print"};
static const char *const letters[] = {"letters", "outlines"};
enum { FORMATS = sizeof formats / sizeof *formats, SIZES = sizeof sizes / sizeof *sizes, FIRST_MOVIE = 5, ROWS = 7 };

void exporter_init(exporter *x)
{
	*x = (exporter){.scale = 1, .updates = 100, .rate = 10};
}

static bool is_vector(const exporter *x)
{
	return x->format == 1 || x->format == 2;
}

static bool is_table(const exporter *x)
{
	return x->format == 3 || x->format == 4;
}

static bool is_movie(const exporter *x)
{
	return x->format >= FIRST_MOVIE;
}

static export_how how_of(const bench *b, bool movie)
{
	const exporter *x = &b->exporter;
	export_how how = {.theme = x->theme > 0 ? (theme_id)(x->theme - 1) : b->settings.theme,
	        .w = b->plots.w,
	        .h = b->plots.h,
	        .paths = x->letters == 1};
	if (x->size > 0)
		export_slide(x->size == 1 ? "16:9" : "4:3", &how);
	how.scale = (float)((movie ? x->movie_scale : x->scale) + 1);
	return how;
}

static int views_of(const bench *b, const view **list)
{
	int what = b->exporter.what;
	if (what < 1 || what > b->views)
		return bench_views(b, list);
	list[0] = b->view[what - 1];
	return 1;
}

static bool new_path(exporter *x, const char *extension, err *e)
{
	const char *const list[] = {extension, NULL};
	char name[sizeof x->path - 8];
	if (!pictures_name(list, name, sizeof name, e))
		return false;
	snprintf(x->path, sizeof x->path, "%s.%s", name, extension);
	return true;
}

static void tell(bench *b, bool ok, const err *e, const char *more)
{
	char text[480], shown[400];
	if (ok)
		snprintf(text, sizeof text, "Saved %s%s", export_short_path(b->exporter.path, shown, sizeof shown),
		        more);
	else
		snprintf(text, sizeof text, "Not saved: %.400s", e->text);
	ui_toast(&b->ui, text);
}

/* ---- movies ---- */

static void finish(bench *b)
{
	exporter *x = &b->exporter;
	err e = {0};
	char more[48];
	film *f = x->film;
	x->film = NULL;
	snprintf(more, sizeof more, ": %ld picture%s", film_frames(f), film_frames(f) == 1 ? "" : "s");
	bool ok = film_commit(f, &e);
	tell(b, ok, &e, more);
}

static void give_up(bench *b, const err *e)
{
	film_abort(b->exporter.film);
	b->exporter.film = NULL;
	tell(b, false, e, "");
}

static bool begin(bench *b, const char *extension)
{
	static run_state s;
	exporter *x = &b->exporter;
	err e = {0};
	export_how how = how_of(b, true);
	bench_state(b, &s);
	bool ok = new_path(x, extension, &e);
	x->film = ok ? film_open(&s, &how, x->rate, x->path, &e) : NULL;
	x->last = -1;
	if (!x->film)
		tell(b, false, &e, "");
	return x->film != NULL;
}

/* The way from `updates` before the present until now. */
static void begin_range(bench *b)
{
	exporter *x = &b->exporter;
	long back = lround(x->updates);
	if (!begin(b, formats[x->format]))
		return;
	x->follows = false;
	x->end = b->snap->update;
	x->next = x->end > back ? x->end - back : 0;
	x->every = (x->end - x->next) / RANGE_FRAMES + 1;
	bench_seek(b, x->next);
}

static bool add_frame(bench *b)
{
	exporter *x = &b->exporter;
	const view *list[BENCH_VIEWS];
	err e = {0};
	x->last = b->snap->update;
	if (film_add(x->film, b->snap, list, views_of(b, list), &e))
		return true;
	give_up(b, &e);
	return false;
}

/* Another picture, and the order for the next. What the user does meanwhile ends the movie where it is. */
static void take_range(bench *b)
{
	exporter *x = &b->exporter;
	if (b->worker && (b->snap->obeyed < worker_sent(b->worker) || b->snap->travel_to > 0))
		return;
	if (b->snap->update != x->next) {
		finish(b);
		return;
	}
	if (!add_frame(b))
		return;
	long step = x->next + x->every > x->end ? x->end - x->next : x->every;
	x->next += step;
	if (step > 0)
		bench_step(b, step);
	else
		finish(b);
}

/* The film runs as fast as the run did: pictures are taken at the rate at which they are shown. */
static void take_present(bench *b)
{
	exporter *x = &b->exporter;
	x->due = fmax(x->due + 1 / x->rate, b->ui.now);
	if (add_frame(b) && film_frames(x->film) >= MOST_FRAMES)
		finish(b);
}

/* ---- the script ---- */

void exporter_copy_pytorch(bench *b)
{
	if (!b->worker || !b->ui.clipboard.set)
		return;
	worker_script(b->worker, bench_arm(b));
	b->exporter.script = worker_sent(b->worker);
}

static void take_script(bench *b)
{
	exporter *x = &b->exporter;
	if (x->script == 0 || b->snap->obeyed < x->script)
		return;
	char *text = worker_take_script(b->worker);
	x->script = 0;
	if (!text)
		return; /* the snap's message says why */
	if (strlen(text) > MOST_CLIPBOARD) {
		ui_toast(&b->ui,
		        "The script is too long for the clipboard: unroll probe --pytorch F.py writes it to a file.");
	} else {
		b->ui.clipboard.set(b->ui.clipboard.data, text);
		ui_toast(&b->ui,
		        "A script for PyTorch is on the clipboard: the same weights, the same batch, the same loss.");
	}
	free(text);
}

void exporter_take(bench *b)
{
	exporter *x = &b->exporter;
	take_script(b);
	if (!x->film)
		return;
	if (!x->follows)
		take_range(b);
	else if (b->snap->update != x->last && b->snap->travel_to == 0 && b->ui.now >= x->due)
		take_present(b);
}

void exporter_record(bench *b)
{
	exporter *x = &b->exporter;
	if (x->film) {
		exporter_end(b);
		return;
	}
	if (!begin(b, is_movie(x) ? formats[x->format] : "gif"))
		return;
	x->follows = true;
	x->due = b->ui.now;
	exporter_take(b);
}

long exporter_frames(const bench *b)
{
	return b->exporter.film ? film_frames(b->exporter.film) : -1;
}

void exporter_end(bench *b)
{
	err e = {0};
	if (!b->exporter.film)
		return;
	if (film_frames(b->exporter.film) > 0)
		finish(b);
	else if (!err_input(&e, "no picture was taken"))
		give_up(b, &e);
}

/* ---- the dialog ---- */

static void export_now(bench *b)
{
	exporter *x = &b->exporter;
	const view *list[BENCH_VIEWS];
	err e = {0};
	x->open = false;
	if (is_movie(x)) {
		begin_range(b);
		return;
	}
	export_how how = how_of(b, false);
	int n = views_of(b, list);
	bool ok = new_path(x, formats[x->format], &e) && export_file(b->snap, list, n, &how, x->path, &e);
	tell(b, ok, &e, "");
}

static rect next_row(bench *b, rect *area, const char *label)
{
	float em = b->ui.em;
	rect row = rect_cut_top(area, ROW * em), name = rect_cut_left(&row, fminf(NAME * em, 0.4F * row.w));
	name.h = row.h = CONTROL * em;
	ui_label(&b->ui, name, label, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	return row;
}

static void choice_row(
        bench *b, rect *area, const char *label, const char *const *option, int n, int *chosen, const char *tip)
{
	char name[48];
	snprintf(name, sizeof name, "export: %.30s", label);
	ui_choice(&b->ui, next_row(b, area, label), name, option, n, chosen, tip);
}

static void number_row(bench *b, rect *area, const char *label, const ui_range *range, double *value)
{
	ui_slider(&b->ui, next_row(b, area, label), range, value);
}

static void what_row(bench *b, rect *area)
{
	static const char *what[BENCH_VIEWS + 1]; /* an open list looks at it after this */
	what[0] = b->alone >= 0 ? "the plot that is shown" : "all plots";
	for (int i = 0; i < b->views; i++)
		what[i + 1] = b->view[i]->title;
	if (b->exporter.what > b->views)
		b->exporter.what = 0;
	choice_row(b, area, "what", what, b->views + 1, &b->exporter.what, "which plots");
}

static void movie_rows(bench *b, rect *area)
{
	exporter *x = &b->exporter;
	static const ui_range back = {.name = "export: updates",
	        .tip = "how many updates before the present the movie begins",
	        .low = 1,
	        .high = 100000,
	        .safe_low = 1,
	        .safe_high = 100000,
	        .fallback = 100,
	        .log = true,
	        .whole = true};
	static const ui_range rate = {.name = "export: rate",
	        .tip = "pictures per second",
	        .low = 1,
	        .high = 50,
	        .safe_low = 1,
	        .safe_high = 50,
	        .fallback = 10,
	        .whole = true};
	number_row(b, area, "the last updates", &back, &x->updates);
	number_row(b, area, "pictures per second", &rate, &x->rate);
}

static int row_count(const exporter *x)
{
	return is_table(x) ? 2 : is_movie(x) ? ROWS : 5;
}

static void rows(bench *b, rect *area)
{
	exporter *x = &b->exporter;
	what_row(b, area);
	choice_row(b, area, "as", format_names, FORMATS, &x->format, "kind of file");
	if (is_table(x))
		return;
	choice_row(b, area, "size", sizes, SIZES, &x->size,
	        "of the plots in this window, or of a whole slide: 960 × 540 or 720 × 540 points");
	if (!is_vector(x))
		choice_row(b, area, "pixels per point", scales, 4, is_movie(x) ? &x->movie_scale : &x->scale,
		        "2× makes a slide of 1920 × 1080 pixels");
	choice_row(b, area, "colours", theme_names, THEME_COUNT + 1, &x->theme, "theme");
	if (is_vector(x))
		choice_row(b, area, "text", letters, 2, &x->letters,
		        "letters can be searched and edited; outlines look the same without the font");
	if (is_movie(x))
		movie_rows(b, area);
}

static void buttons(bench *b, rect area)
{
	ui *u = &b->ui;
	exporter *x = &b->exporter;
	float em = u->em;
	rect go = rect_cut_right(&area, 120 * em);
	if (ui_button(u, go, "export", ICON_NONE, "Export", LOOK_PRIMARY, "save it in the folder for pictures"))
		export_now(b);
	rect_cut_right(&area, 12 * em);
	rect tape = rect_cut_right(&area, is_movie(x) ? fminf(190 * em, area.w) : 0);
	char folder[FILE_PATH], text[FILE_PATH], shown[FILE_PATH + 8];
	if (pictures_find_folder(folder, sizeof folder) && area.w > 90 * em) {
		snprintf(shown, sizeof shown, "to %s", export_short_path(folder, text, sizeof text));
		ui_label(u, area, shown, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	}
	if (is_movie(x) && ui_button(u, tape, "record", ICON_NONE, x->film ? "Stop recording" : "Record from here",
	                           LOOK_RAISED, "what the plots show from now on (Ctrl+R)")) {
		x->open = false;
		exporter_record(b);
	}
}

void exporter_draw(bench *b)
{
	ui *u = &b->ui;
	float em = u->em, pad = PAD * em;
	rect all = {0, 0, u->c->width, u->c->height};
	/* as high for every kind of file: nothing moves under the pointer */
	float most = ROWS * ROW * em, content = (float)row_count(&b->exporter) * ROW * em;
	float width = fminf(WIDTH * em, all.w), height = fminf(most + 2 * pad + (HEAD + 16 + 8 + FOOT) * em, all.h);
	ui_dialog d = ui_dialog_begin(u, width, height, "Export", "close export");
	rect inner = d.inside;
	rect_cut_top(&inner, 16 * em);
	rect foot = rect_cut_bottom(&inner, FOOT * em);
	rect_cut_bottom(&inner, fminf(8 * em, inner.h));
	rect area = ui_scroll(u, inner, "export scroll bar", content, &b->exporter.offset);
	area.w -= inner.h < content ? UI_TARGET * em : 0;
	rows(b, &area);
	ui_scroll_end(u, inner, content, &b->exporter.offset);
	buttons(b, foot);
	if (ui_dialog_end(u, &d))
		b->exporter.open = false;
}
