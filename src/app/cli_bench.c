/* unroll bench: how fast it is on this machine, as shares of the processor's peak and as ratios to installed peers.
 * Every figure is a median over interleaved rounds, because machines are noisy. */
#include "app/cli.h"

#include "app/window.h"
#include "num/eig.h"
#include "num/speed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One update of the adding problem, f32, sgd; a batch that is ready. */
typedef struct workload {
	const char *name, *cell;
	int H, B, T, gates;
	double share, peer_ratio; /* goals: of the peak on one core with OpenBLAS and norms; against the peer */
} workload;

static const workload workloads[] = {{"A", "rnn", 100, 20, 100, 1, 0.65, 6}, {"B", "rnn", 50, 32, 200, 1, 0.52, 10},
        {"C", "rnn", 128, 64, 400, 1, 0.55, 3.5}, {"D", "rnn", 16, 8, 50, 1, 0.25, 100},
        {"LSTM", "lstm", 100, 20, 100, 4, 0.58, 5.5}, {"GRU", "gru", 100, 20, 100, 3, 0.60, 7.5}};
enum { ROWS = sizeof workloads / sizeof *workloads, VARIANTS = 8, MOST_ROUNDS = 99, FRAMES_A_ROUND = 80 };

/* Variant bits. */
enum { NO_NORMS = 1, TWO_THREADS = 2, NATIVE = 4 };

typedef struct bench_result {
	double updates[VARIANTS]; /* per second, median */
	double peer;
	char peer_way[64];
} bench_result;

/* Multiply-adds of the products, forward, backward and gradient, times two; everything else is not counted. */
static double flops(const workload *w)
{
	double g = w->gates * w->H, I = 2;
	return (double)w->T * w->B * (2 * 2 * g * (w->H + I) + 2 * g * w->H);
}

static trial *open_row(const workload *w, int bits, err *e)
{
	config c;
	long update;
	char state[256];
	snprintf(state, sizeof state,
	        "unroll/1 cell=%s hidden=%d batch=%d T=%d lr=0.001 sigma=%g backend=%s threads=%d", w->cell, w->H, w->B,
	        w->T, 0.9 / sqrt(w->H), bits & NATIVE ? "native" : "blas", bits & TWO_THREADS ? 2 : 1);
	return config_read_state(&c, &update, state, e) ? trial_new(&c, e) : NULL;
}

static void update(trial *t, bool norms)
{
	t->api->forward(t->m, t->team);
	t->api->backward(t->m, t->team, norms, &t->r);
	t->api->descend(t->m, &t->descent, &t->r);
}

static double run_updates(trial *t, bool norms, double seconds)
{
	update(t, norms);
	long n = 0;
	double start = cli_now(), elapsed;
	do {
		for (int i = 0; i < 4; i++, n++)
			update(t, norms);
		elapsed = cli_now() - start;
	} while (elapsed < seconds);
	return (double)n / elapsed;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *x, int n)
{
	qsort(x, (size_t)n, sizeof *x, ascending);
	return n ? (n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2) : NAN;
}

/* ---- peers ---- */

/* assets/peers.py beside the program, or where it is installed. */
static bool peers_script(char *path, size_t size)
{
	char self[3000];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return false;
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	static const char *const places[] = {
	        "/../assets/peers.py", "/../share/unroll/assets/peers.py", "/../share/unroll/peers.py"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, size, "%s%s", self, places[i]);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

static double ask_peer(const char *script, const char *row, double seconds, char *way, size_t size)
{
	char command[4096], line[512];
	for (const char *p = script; *p; p++)
		if (*p == '\'' || *p == '\\')
			return NAN; /* a path that would have to be quoted */
	snprintf(command, sizeof command,
	        "for p in python3 /usr/bin/python3; do $p -c 'import torch' 2>/dev/null && exec $p '%s' --row %s "
	        "--seconds %g 2>/dev/null; done",
	        script, row, seconds);
	FILE *f = popen(command, "r");
	double value = NAN;
	while (f && fgets(line, sizeof line, f)) {
		const char *p = strstr(line, "\"updates_per_s\":"), *q = strstr(line, "\"way\":");
		if (p)
			value = strtod(p + 16, NULL);
		if (q && (q = strchr(q + 6, '"')))
			snprintf(way, size, "%.*s", (int)strcspn(q + 1, "\""), q + 1);
	}
	if (f)
		pclose(f);
	return value;
}

/* ---- the window ---- */

static bool measure_window(int frames, window_speed *s)
{
	char self[3000], command[3400], line[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0 || strpbrk((self[n] = '\0', self), "'\\"))
		return false;
	const char *driver = getenv("DISPLAY") || getenv("WAYLAND_DISPLAY") ? "" : "SDL_VIDEODRIVER=dummy ";
	snprintf(command, sizeof command, "%sUNROLL_BENCH_FRAMES=%d UNROLL_STARTED=%.6f '%s' 2>/dev/null", driver,
	        frames, cli_now(), self);
	FILE *f = popen(command, "r");
	bool ok = false;
	while (f && fgets(line, sizeof line, f))
		ok = ok || sscanf(line, "frames %d first %lf median %lf p99 %lf", &s->frames, &s->first, &s->median,
		                   &s->p99) == 4;
	if (f)
		pclose(f);
	return ok;
}

/* ---- report ---- */

static void print_row(const workload *w, const bench_result *r, double peak)
{
	for (int native = 0; native <= NATIVE; native += NATIVE) {
		const double *u = r->updates + native;
		double share = u[0] * flops(w) / peak;
		printf("%-5s %-6s  %9.0f  %5.1f %%", w->name, native ? "native" : "blas", u[0], 100 * share);
		if (native)
			printf("          ");
		else
			printf(" (%2.0f %%)%s ", 100 * w->share, share >= w->share ? " ok" : "  -");
		printf("  %9.0f  %6.1f %%  %9.0f  %5.2f", u[NO_NORMS], 100 * (u[NO_NORMS] / u[0] - 1), u[TWO_THREADS],
		        u[TWO_THREADS] / u[0]);
		if (!native && r->peer > 0)
			printf("   %8.1f  %6.1f (%g) %s", r->peer, u[0] / r->peer, w->peer_ratio, r->peer_way);
		putchar('\n');
	}
}

static void print_text(const bench_result *r, double peak, const window_speed *s, bool window, bool peers)
{
	printf("peak of one core, f32 fused multiply-add (%s vectors): %.1f GFLOP/s; OpenBLAS core %s\n", speed_width(),
	        peak / 1e9, eig_core_name());
	printf("%-5s %-6s  %9s  %-18s  %9s  %8s  %9s  %5s%s\n", "row", "engine", "updates/s", "of peak (goal)",
	        "no norms", "norms cost", "2 threads", "ratio", peers ? "   PyTorch    ratio (goal)" : "");
	for (int i = 0; i < ROWS; i++)
		print_row(&workloads[i], &r[i], peak);
	if (window)
		printf("window: first frame after %.0f ms (60); a frame at 1920×1080 while training: median %.2f "
		       "ms (3), p99 %.2f ms "
		       "(6), %d frames\n",
		        s->first, s->median, s->p99, s->frames);
}

static void print_json(const bench_result *r, double peak, const window_speed *s, bool window)
{
	printf("{\"peak_gflops\": %.2f, \"vectors\": \"%s\", \"openblas_core\": \"%s\", \"rows\": [\n", peak / 1e9,
	        speed_width(), eig_core_name());
	bool first = true;
	for (int i = 0; i < ROWS; i++)
		for (int v = 0; v < VARIANTS; v++, first = false)
			printf("%s  {\"name\": \"%s\", \"backend\": \"%s\", \"threads\": %d, \"norms\": %s, "
			       "\"updates_per_s\": %.1f, "
			       "\"share_of_peak\": %.4f}",
			        first ? "" : ",\n", workloads[i].name, v & NATIVE ? "native" : "blas",
			        v & TWO_THREADS ? 2 : 1, v & NO_NORMS ? "false" : "true", r[i].updates[v],
			        r[i].updates[v] * flops(&workloads[i]) / peak);
	printf("\n]");
	for (int i = 0; i < ROWS; i++)
		if (r[i].peer > 0)
			printf(",\n \"peer_%s\": {\"way\": \"%s\", \"updates_per_s\": %.2f, \"ratio\": %.2f}",
			        workloads[i].name, r[i].peer_way, r[i].peer, r[i].updates[0] / r[i].peer);
	if (window)
		printf(",\n \"window\": {\"first_frame_ms\": %.2f, \"frame_median_ms\": %.3f, \"frame_p99_ms\": %.3f, "
		       "\"frames\": %d}",
		        s->first, s->median, s->p99, s->frames);
	printf("}\n");
}

static bool measure(bench_result *results, int rounds, double seconds, const char *script, double *peak, err *e)
{
	static double samples[ROWS][VARIANTS][MOST_ROUNDS], peer[ROWS][MOST_ROUNDS], peaks[MOST_ROUNDS * ROWS];
	int n_peaks = 0;
	cli_progress p = cli_progress_start("measuring");
	for (int round = 0; round < rounds && !cli_interrupted(); round++)
		for (int i = 0; i < ROWS && !cli_interrupted(); i++) {
			peaks[n_peaks++] = speed_peak(seconds / 3);
			for (int v = 0; v < VARIANTS; v++) {
				trial *t = open_row(&workloads[i], v, e);
				if (!t)
					return false;
				trial_measure(t);
				samples[i][v][round] = run_updates(t, !(v & NO_NORMS), seconds);
				trial_free(t);
			}
			if (script)
				peer[i][round] = ask_peer(script, workloads[i].name, 4 * seconds, results[i].peer_way,
				        sizeof results[i].peer_way);
			cli_progress_show(&p, (long)round * ROWS + i + 1, (long)rounds * ROWS);
		}
	cli_progress_end(&p);
	if (cli_interrupted())
		return err_check(e, "interrupted; no figures");
	for (int i = 0; i < ROWS; i++) {
		for (int v = 0; v < VARIANTS; v++)
			results[i].updates[v] = median(samples[i][v], rounds);
		results[i].peer = script ? median(peer[i], rounds) : NAN;
	}
	*peak = median(peaks, n_peaks);
	return true;
}

static int run(int argc, char **argv)
{
	err e;
	bool json = false, peers = false;
	const char *rounds_text = NULL, *ms_text = NULL;
	double rounds = 5, ms = 150, peak = NAN;
	const option options[] = {{"--json", NULL, &json}, {"--peers", NULL, &peers}, {"--rounds", &rounds_text, NULL},
	        {"--ms", &ms_text, NULL}};
	cli_words words;
	if (!cli_parse(argc, argv, options, 4, NULL, &words, &e) ||
	        !cli_number("--rounds", rounds_text, 1, MOST_ROUNDS, &rounds, &e) ||
	        !cli_number("--ms", ms_text, 1, 60000, &ms, &e))
		return cli_fail(&e);
	if (words.n)
		return err_input(&e, "'%.60s': bench takes options only; allowed: --json, --peers, --rounds, --ms",
		               words.word[0]),
		       cli_fail(&e);
	if (getenv("OPENBLAS_CORETYPE"))
		fprintf(stderr,
		        "unroll: OPENBLAS_CORETYPE=%s pins OpenBLAS to one kind of processor, which can halve its "
		        "speed\n",
		        getenv("OPENBLAS_CORETYPE"));
	char script[3200];
	bool has_script = peers && peers_script(script, sizeof script);
	if (peers && !has_script)
		fprintf(stderr, "unroll: assets/peers.py is not beside the program; measuring without peers\n");
	static bench_result results[ROWS];
	window_speed s = {0};
	cli_catch_interrupt();
	eig_one_thread();
	if (!measure(results, (int)rounds, ms / 1000, has_script ? script : NULL, &peak, &e))
		return cli_fail(&e);
	bool window = measure_window(FRAMES_A_ROUND * (int)rounds, &s);
	if (json)
		print_json(results, peak, &s, window);
	else
		print_text(results, peak, &s, window, has_script);
	return 0;
}

const cli cli_bench = {"bench", "bench [--json] [--peers] [--rounds N] [--ms N]",
        "how fast it is here, as shares of the processor's peak", run};
