#include "app/bench_window.h"

#include "app/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct window_case {
	const char *name, *label;  /* in JSON, for the reader */
	const char *opens;         /* a state or a lesson; NULL: the default run */
	const char *surroundings;  /* variables that main.c reads */
	double first, median, p99; /* goals, ms; 0 = none */
} window_case;

#define FOUR_ARMS                                                                                                      \
	"unroll/1 views=temporal,loss,norms,spectrum,activity,jacobian arm=\"sgd\" optimizer=sgd arm=\"momentum\" "    \
	"optimizer=momentum lr=0.005 arm=\"adam\" optimizer=adam lr=0.002 arm=\"clip\" clip=norm clip_at=0.5 @700"

static const window_case cases[WINDOW_CASES] = {
        {NULL, "four plots", NULL, "", 60, 3, 6},
        {"views6_arms4", "six plots of four arms", FOUR_ARMS, "", 0, 6, 12},
        {"views4_4k", "four plots at 3840×2160", NULL, "UNROLL_BENCH_SIZE=3840x2160@2 ", 0, 0, 33},
        {"views6_arms4_4k", "six of four arms at 3840×2160", FOUR_ARMS, "UNROLL_BENCH_SIZE=3840x2160@2 ", 0, 0, 33},
        {"gallery", "gallery", NULL, "UNROLL_BENCH_GALLERY=1 ", 60, 0, 0},
        {"lesson", "lesson with an error surface", "08", "", 60, 0, 0},
};

static bool measure(const window_case *k, int frames, window_speed *s)
{
	char self[3000], command[4400], line[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0 || strpbrk((self[n] = '\0', self), "'\\"))
		return false;
	const char *driver = getenv("DISPLAY") || getenv("WAYLAND_DISPLAY") ? "" : "SDL_VIDEODRIVER=dummy ";
	const char *quote = k->opens ? "'" : "";
	snprintf(command, sizeof command, "%s%sUNROLL_BENCH_FRAMES=%d UNROLL_STARTED=%.6f '%s' %s%s%s 2>/dev/null",
	        driver, k->surroundings, frames, cli_now(), self, quote, k->opens ? k->opens : "", quote);
	FILE *f = popen(command, "r");
	bool ok = false;
	while (f && fgets(line, sizeof line, f))
		ok = ok ||
		     sscanf(line, "frames %d first %lf median %lf p99 %lf cpu_first %lf cpu_median %lf cpu_p99 %lf",
		             &s->frames, &s->first, &s->median, &s->p99, &s->cpu_first, &s->cpu_median,
		             &s->cpu_p99) == 7;
	if (f)
		pclose(f);
	return ok;
}

void bench_window(int frames, window_speed speed[WINDOW_CASES])
{
	memset(speed, 0, WINDOW_CASES * sizeof *speed);
	for (int i = 0; i < WINDOW_CASES && !cli_interrupted(); i++)
		if (!measure(&cases[i], frames, &speed[i]))
			speed[i].frames = 0;
}

static void print_goal(double goal)
{
	if (goal > 0)
		printf(" (%2g)", goal);
	else
		printf("     ");
}

void bench_window_text(const window_speed speed[WINDOW_CASES])
{
	printf("%-31s %-14s  %-17s  %-17s  %s\n", "window: a frame while it trains", "first, ms", "median (own time)",
	        "p99 (own time)", "frames");
	for (int i = 0; i < WINDOW_CASES; i++) {
		const window_speed *s = &speed[i];
		const window_case *k = &cases[i];
		if (!s->frames)
			continue;
		int wide = 31 + (strstr(k->label, "×") ? 1 : 0); /* bytes of two that show as one */
		printf("%-*s %6.0f", wide, k->label, s->first);
		print_goal(k->first);
		printf("    %6.2f [%5.2f]", s->median, s->cpu_median);
		print_goal(k->median);
		printf(" %6.2f [%5.2f]", s->p99, s->cpu_p99);
		print_goal(k->p99);
		printf(" %6d\n", s->frames);
	}
}

static void print_figures(const window_speed *s)
{
	printf("\"first_frame_ms\": %.2f, \"frame_median_ms\": %.3f, \"frame_p99_ms\": %.3f, \"frames\": %d, "
	       "\"first_frame_cpu_ms\": %.2f, \"frame_median_cpu_ms\": %.3f, \"frame_p99_cpu_ms\": %.3f",
	        s->first, s->median, s->p99, s->frames, s->cpu_first, s->cpu_median, s->cpu_p99);
}

void bench_window_json(const window_speed speed[WINDOW_CASES])
{
	if (!speed[0].frames)
		return;
	printf(",\n \"window\": {");
	print_figures(&speed[0]);
	for (int i = 1; i < WINDOW_CASES; i++) {
		if (!speed[i].frames)
			continue;
		printf(",\n  \"%s\": {", cases[i].name);
		print_figures(&speed[i]);
		putchar('}');
	}
	putchar('}');
}
