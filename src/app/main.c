/* unroll: an instrument for watching gradients travel through time. */
#include "app/cards.h"
#include "app/cli.h"
#include "app/lesson_picture.h"
#include "app/opening.h"
#include "app/settings.h"
#include "app/window.h"
#include "base/text.h"
#include "view/view.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_picture[] = "out/unroll.png";

static void usage(FILE *f)
{
	fprintf(f, "usage: unroll [LESSON | 'STATE STRING' | FILE]     the window; FILE: %s\n", opening_allowed);
	for (int i = 0; i < clis_count; i++)
		fprintf(f, "       unroll %s\n", clis[i]->usage);
	fputs("       unroll --help | --version\n", f);
}

static int unknown_word(const char *word)
{
	const char *names[16];
	for (int i = 0; i < clis_count; i++)
		names[i] = clis[i]->name;
	err e;
	int near = text_closest(word, names, clis_count);
	if (near >= 0)
		err_input(&e, "'%.80s' is no command; did you mean '%s'?", word, names[near]);
	else if (access(word, F_OK) == 0)
		err_input(&e, "%.200s: cannot be opened; allowed: %s", word, opening_allowed);
	else
		err_input(&e,
		        "'%.80s' is no command, lesson, state string or file; allowed: 'unroll/1 knob=value …', a file "
		        "(%s), a lesson (unroll list lessons), a command (unroll --help)",
		        word, opening_allowed);
	return cli_fail(&e);
}

/* Without a display: say so, and leave a picture instead of a window that nobody sees. */
static int no_display(run_state *s)
{
	err e;
	static char word[STATE_TEXT];
	fprintf(stderr, "unroll: no display; drawing %s instead (`unroll render` draws any view of any state)\n",
	        default_picture);
	if (!settings_make_folder("out", &e))
		return cli_fail(&e);
	s->update = s->update > 0 ? s->update : 500;
	state_write(s, word, sizeof word);
	char *argv[] = {"render", word, "-o", (char *)(size_t)default_picture, NULL};
	for (int i = 0; i < clis_count; i++)
		if (strcmp(clis[i]->name, "render") == 0)
			return clis[i]->run(4, argv);
	return ERR_MACHINE;
}

static int no_display_for_lesson(const char *word)
{
	err e;
	fprintf(stderr, "unroll: no display; drawing %s instead (`unroll render LESSON#STEP` draws any step)\n",
	        default_picture);
	bool ok = settings_make_folder("out", &e) &&
	          lesson_picture(word, false, THEME_LIGHT, 1280, 800, 1, default_picture, &e);
	return ok ? 0 : cli_fail(&e);
}

/* `unroll bench` measures a window in a process of its own. UNROLL_BENCH_SIZE: "3840x2160@2", pixels and scale. */
static void ask_for_frames(window_options *o, const char *frames)
{
	const char *size = getenv("UNROLL_BENCH_SIZE");
	o->bench_frames = atoi(frames);
	o->width = 1920;
	o->height = 1080;
	if (size)
		(void)sscanf(size, "%dx%d@%f", &o->width, &o->height, &o->scale);
}

/* A state, data for the free bench, or the free bench. */
static bool read_what(const char *word, run_state *s, err *e)
{
	if (!word || strncmp(word, "unroll/", 7) == 0 || opening_kind(word) != OPENS_DATA)
		return cli_read_state(word ? word : cards_first_state, s, e);
	trial *t = NULL;
	config c;
	if (!cli_read_state(cards_first_state, s, e))
		return false;
	c = state_config(s, 0, 0);
	if (!opening_data(word, &c, e) || !(t = trial_new(&c, e))) /* what is wrong with the file is said at once */
		return false;
	trial_free(t);
	state_begin(s, &c, 0);
	return true;
}

/* What to open: a state, data, or a lesson; none of them is the gallery. */
static int open_window(const char *word, const char *taught, double started)
{
	err e;
	static run_state s;
	const view *list[STATE_VIEWS];
	int n;
	if (!read_what(word, &s, &e) || !view_pick(&s, list, &n, &e))
		return cli_fail(&e);
	if (!window_display_available())
		return taught || (!word && lesson_word("01")) ? no_display_for_lesson(taught ? taught : "01")
		                                              : no_display(&s);
	const char *frames = getenv("UNROLL_BENCH_FRAMES"), *start = getenv("UNROLL_STARTED");
	window_speed speed = {0};
	window_options o = {
	        .theme = -1, .started = start ? strtod(start, NULL) : started, .speed = &speed, .lesson = taught};
	o.gallery = !word && !taught && (!frames || getenv("UNROLL_BENCH_GALLERY"));
	if (frames)
		ask_for_frames(&o, frames);
	int status = window_run(&s, &o);
	if (frames)
		printf("frames %d first %.3f median %.4f p99 %.4f cpu_first %.3f cpu_median %.4f cpu_p99 %.4f\n",
		        speed.frames, speed.first, speed.median, speed.p99, speed.cpu_first, speed.cpu_median,
		        speed.cpu_p99);
	return status;
}

/* Of one subcommand: what it does, and how it is called. */
static int usage_of(const char *word)
{
	for (int i = 0; i < clis_count; i++)
		if (strcmp(word, clis[i]->name) == 0)
			return printf("unroll %s: %s\nusage: unroll %s\n", word, clis[i]->summary, clis[i]->usage), 0;
	return unknown_word(word);
}

static bool is_option(const char *word, const char *a, const char *b)
{
	return word && (strcmp(word, a) == 0 || strcmp(word, b) == 0);
}

static int start(int argc, char **argv, double started)
{
	err e;
	const char *word = argc > 1 ? argv[1] : NULL;
	if (is_option(word, "help", "--help") && argc == 3)
		return usage_of(argv[2]);
	if (is_option(word, "--help", "-h") || is_option(word, "help", "help"))
		return usage(stdout), 0;
	if (is_option(word, "--version", "version"))
		return puts("unroll 0.1"), 0;
	for (int i = 0; word && i < clis_count; i++)
		if (strcmp(word, clis[i]->name) == 0 && argc == 3 && is_option(argv[2], "--help", "-h"))
			return usage_of(word);
		else if (strcmp(word, clis[i]->name) == 0)
			return clis[i]->run(argc - 1, argv + 1);
	if (word && word[0] == '-')
		return err_input(&e, "unknown option '%.60s'; allowed: --help, --version, or a command", word),
		       cli_fail(&e);
	opening kind = word ? opening_kind(word) : OPENS_NOTHING;
	bool opens = word && (strncmp(word, "unroll/", 7) == 0 || kind == OPENS_STATE || kind == OPENS_DATA);
	bool taught = word && !opens && lesson_word(word);
	if (word && !opens && !taught)
		return unknown_word(word);
	if (taught && !lesson_there(word, &e))
		return cli_fail(&e);
	if (argc > 2)
		return err_input(&e, "more than one thing to open; allowed: one state string, file or lesson"),
		       cli_fail(&e);
	return open_window(taught ? NULL : word, taught ? word : NULL, started);
}

/* A full disk behind standard output is a failure like any other. */
static int finish(int status)
{
	err e;
	if (status == ERR_MACHINE || (fflush(stdout) == 0 && !ferror(stdout)))
		return status;
	return err_machine(&e, "cannot write standard output: %s", errno ? strerror(errno) : "is the disk full?"),
	       cli_fail(&e);
}

/* Started with closed descriptors, the next file would become the standard output and mix with what is printed. */
static void open_descriptors(void)
{
	int fd;
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	double started = cli_now();
	open_descriptors();
	signal(SIGXFSZ, SIG_IGN); /* a file that grows beyond `ulimit -f` is a write that fails, not a kill */
	return finish(start(argc, argv, started));
}
