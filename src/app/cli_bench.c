/* unroll bench: how fast it is on this machine, as shares of the processor's peak and as ratios to installed peers.
 * Every figure is a median over interleaved rounds, because machines are noisy. */
#include "app/cli.h"

#include "app/bench_surface.h"
#include "app/bench_window.h"
#include "num/eig.h"
#include "num/speed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One update of the adding problem, f32, sgd; a batch that is ready. */
typedef struct workload {
	const char *name, *cell;
	int H, B, T;
	double share, peer_ratio; /* goals: of the peak on one core with OpenBLAS and norms; against the peer */
} workload;

static const workload named[] = {{"A", "rnn", 100, 20, 100, 0.65, 6}, {"B", "rnn", 50, 32, 200, 0.52, 10},
        {"C", "rnn", 128, 64, 400, 0.55, 3.5}, {"D", "rnn", 16, 8, 50, 0.25, 100},
        {"LSTM", "lstm", 100, 20, 100, 0.58, 5.5}, {"GRU", "gru", 100, 20, 100, 0.60, 7.5}};
enum { NAMED = sizeof named / sizeof *named, ROWS = NAMED + 26, VARIANTS = 8, MOST_ROUNDS = 99, FRAMES_A_ROUND = 80 };

/* The time of a step of A must not depend on the number of steps. */
static const int lengths[] = {100, 200, 400};
enum { LENGTHS = sizeof lengths / sizeof *lengths };
static const double most_growth = 1.25; /* goal: last to first; the tape of the longest leaves the nearer caches */

/* Variant bits. */
enum { NO_NORMS = 1, TWO_THREADS = 2, NATIVE = 4 };

typedef struct bench_result {
	double updates[VARIANTS]; /* per second, median */
	double flops;             /* of an update */
	double peer;
	char peer_way[64];
} bench_result;

typedef struct bench {
	workload row[ROWS];
	bench_result result[ROWS];
	int rows;
	double peak;
	double per_step[LENGTHS]; /* seconds */
	double surface[SURFACE_FIGURES];
	window_speed speed[WINDOW_CASES];
} bench;

/* The named rows, and the shape of A for every other cell. */
static void list_rows(bench *n)
{
	const knob *cells = knob_get(KNOB_cell);
	memcpy(n->row, named, sizeof named);
	n->rows = NAMED;
	for (int c = 0; c < cells->choices && n->rows < ROWS; c++) {
		bool there = false;
		for (int i = 0; i < NAMED; i++)
			there = there || strcmp(named[i].cell, cells->choice[c]) == 0;
		if (there)
			continue;
		workload *w = &n->row[n->rows++];
		*w = named[0];
		w->name = w->cell = cells->choice[c];
		w->share = w->peer_ratio = 0;
	}
}

/* Multiply-adds of the cell's products, forward, gradient and, but for the inputs, backward, times two; everything else
 * is not counted. */
static double flops(const trial *t)
{
	const model_block *table;
	int blocks = t->api->blocks(t->m, &table);
	double n = 0;
	for (int i = 0; i < blocks; i++)
		if (!table[i].bias && table[i].layer == 0)
			n += (table[i].cols == t->shape.I ? 4.0 : 6.0) * table[i].rows / table[i].copies *
			     table[i].cols;
	return n * t->shape.T_max * t->task_spec.B;
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

/* ---- report ---- */

static void print_row(const workload *w, const bench_result *r, double peak)
{
	for (int native = 0; native <= NATIVE; native += NATIVE) {
		const double *u = r->updates + native;
		double share = u[0] * r->flops / peak;
		printf("%-12s %-6s  %9.0f  %5.1f %%", w->name, native ? "native" : "blas", u[0], 100 * share);
		if (native || w->share == 0)
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

static double growth(const bench *n)
{
	return n->per_step[LENGTHS - 1] / n->per_step[0];
}

static void print_text(const bench *n, bool peers)
{
	printf("peak of one core, f32 fused multiply-add (%s vectors): %.1f GFLOP/s; OpenBLAS core %s\n", speed_width(),
	        n->peak / 1e9, eig_core_name());
	printf("%-12s %-6s  %9s  %-18s  %9s  %8s  %9s  %5s%s\n", "row", "engine", "updates/s", "of peak (goal)",
	        "no norms", "norms cost", "2 threads", "ratio", peers ? "   PyTorch    ratio (goal)" : "");
	for (int i = 0; i < n->rows; i++)
		print_row(&n->row[i], &n->result[i], n->peak);
	printf("time of a step of A:");
	for (int i = 0; i < LENGTHS; i++)
		printf("%s %.2f µs at T = %d", i ? "," : "", 1e6 * n->per_step[i], lengths[i]);
	printf("; last to first %.2f (%.2f) %s\n", growth(n), most_growth, growth(n) <= most_growth ? "ok" : "-");
	const double *s = n->surface;
	printf("error surface, 512×512 points of the one-unit net, T = 50: %.2f ms (2.5), two cores %.2f× (1.8)\n",
	        s[SURFACE_UNIT], s[SURFACE_UNIT] / s[SURFACE_UNIT_2]);
	printf("64×64 points of the loss of A: %.1f %% of peak (60 %%), native %.1f %%; relief of 256×256 points at "
	       "1920×1080: %.1f ms (16.7)\n",
	        100 * s[SURFACE_SLICE] / n->peak, 100 * s[SURFACE_SLICE_NATIVE] / n->peak, s[SURFACE_RELIEF]);
	bench_window_text(n->speed);
}

static void print_json(const bench *n)
{
	printf("{\"peak_gflops\": %.2f, \"vectors\": \"%s\", \"openblas_core\": \"%s\", \"rows\": [\n", n->peak / 1e9,
	        speed_width(), eig_core_name());
	bool first = true;
	for (int i = 0; i < n->rows; i++)
		for (int v = 0; v < VARIANTS; v++, first = false)
			printf("%s  {\"name\": \"%s\", \"backend\": \"%s\", \"threads\": %d, \"norms\": %s, "
			       "\"updates_per_s\": %.1f, "
			       "\"share_of_peak\": %.4f}",
			        first ? "" : ",\n", n->row[i].name, v & NATIVE ? "native" : "blas",
			        v & TWO_THREADS ? 2 : 1, v & NO_NORMS ? "false" : "true", n->result[i].updates[v],
			        n->result[i].updates[v] * n->result[i].flops / n->peak);
	printf("\n]");
	for (int i = 0; i < n->rows; i++)
		if (n->result[i].peer > 0)
			printf(",\n \"peer_%s\": {\"way\": \"%s\", \"updates_per_s\": %.2f, \"ratio\": %.2f}",
			        n->row[i].name, n->result[i].peer_way, n->result[i].peer,
			        n->result[i].updates[0] / n->result[i].peer);
	printf(",\n \"step\": {");
	for (int i = 0; i < LENGTHS; i++)
		printf("\"us_T%d\": %.3f, ", lengths[i], 1e6 * n->per_step[i]);
	printf("\"ratio\": %.3f}", growth(n));
	const double *s = n->surface;
	printf(",\n \"surface\": {\"unit_ms\": %.3f, \"unit_ratio_two\": %.3f, \"slice_share\": %.4f, "
	       "\"slice_share_native\": %.4f, \"relief_ms\": %.2f}",
	        s[SURFACE_UNIT], s[SURFACE_UNIT] / s[SURFACE_UNIT_2], s[SURFACE_SLICE] / n->peak,
	        s[SURFACE_SLICE_NATIVE] / n->peak, s[SURFACE_RELIEF]);
	bench_window_json(n->speed);
	printf("}\n");
}

/* Updates per second; NAN with a message. */
static double measure_once(const workload *w, int bits, double seconds, double *work, err *e)
{
	trial *t = open_row(w, bits, e);
	if (!t)
		return NAN;
	trial_measure(t);
	*work = flops(t);
	double speed = run_updates(t, !(bits & NO_NORMS), seconds);
	trial_free(t);
	return speed;
}

static bool measure(bench *n, int rounds, double seconds, const char *script, err *e)
{
	static double samples[ROWS][VARIANTS][MOST_ROUNDS], peer[ROWS][MOST_ROUNDS], peaks[MOST_ROUNDS * ROWS],
	        steps[LENGTHS][MOST_ROUNDS], surface[SURFACE_FIGURES][MOST_ROUNDS];
	int n_peaks = 0;
	double work;
	cli_progress p = cli_progress_start("measuring");
	for (int round = 0; round < rounds && !cli_interrupted(); round++) {
		for (int i = 0; i < n->rows && !cli_interrupted(); i++) {
			bool goals = i < NAMED; /* rows without get a third of the time */
			peaks[n_peaks++] = speed_peak(seconds / 3);
			for (int v = 0; v < VARIANTS; v++) {
				double *to = &samples[i][v][round];
				*to = measure_once(
				        &n->row[i], v, goals ? seconds : seconds / 3, &n->result[i].flops, e);
				if (isnan(*to))
					return false;
			}
			if (script && goals)
				peer[i][round] = ask_peer(script, n->row[i].name, 4 * seconds, n->result[i].peer_way,
				        sizeof n->result[i].peer_way);
			cli_progress_show(&p, (long)round * n->rows + i + 1, (long)rounds * n->rows);
		}
		for (int i = 0; i < LENGTHS && !cli_interrupted(); i++) {
			workload w = named[0];
			w.T = lengths[i];
			steps[i][round] = 1 / (lengths[i] * measure_once(&w, 0, seconds, &work, e));
		}
		double one[SURFACE_FIGURES];
		if (!bench_surface(one, e))
			return false;
		for (int i = 0; i < SURFACE_FIGURES; i++)
			surface[i][round] = one[i];
	}
	cli_progress_end(&p);
	if (cli_interrupted())
		return err_check(e, "interrupted; no figures");
	for (int i = 0; i < n->rows; i++) {
		for (int v = 0; v < VARIANTS; v++)
			n->result[i].updates[v] = median(samples[i][v], rounds);
		n->result[i].peer = script && i < NAMED ? median(peer[i], rounds) : NAN;
	}
	for (int i = 0; i < LENGTHS; i++)
		n->per_step[i] = median(steps[i], rounds);
	for (int i = 0; i < SURFACE_FIGURES; i++)
		n->surface[i] = median(surface[i], rounds);
	n->peak = median(peaks, n_peaks);
	return true;
}

static int run(int argc, char **argv)
{
	err e;
	bool json = false, peers = false;
	const char *rounds_text = NULL, *ms_text = NULL;
	double rounds = 5, ms = 150;
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
	static bench n;
	list_rows(&n);
	cli_catch_interrupt();
	eig_one_thread();
	if (!measure(&n, (int)rounds, ms / 1000, has_script ? script : NULL, &e))
		return cli_fail(&e);
	bench_window(FRAMES_A_ROUND * (int)rounds, n.speed);
	if (json)
		print_json(&n);
	else
		print_text(&n, has_script);
	return 0;
}

const cli cli_bench = {"bench", "bench [--json] [--peers] [--rounds N] [--ms N]",
        "how fast it is here, as shares of the processor's peak", run};
