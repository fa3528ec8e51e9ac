/* unroll train: a run without a window. */
#include "app/cli.h"

#include "base/text.h"
#include "io/csv.h"
#include "io/file.h"
#include "lesson/gauge.h"
#include "run/judge.h"
#include "run/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
	const run_state *state;
	int arm;
	long updates; /* 0 = until the goal */
	bool temporal, has_goal;
	goal goal;
	const char *csv, *save, *prompt;
	int test, sample; /* sequences; symbols; 0: not asked for */
	double temperature;
	trial *t;
	file_save file;
	gauge *g;
} job;

static void csv_header(const job *j, FILE *f)
{
	fputs("update,loss,metric,grad_norm,clipped_norm,update_norm,rho,sigma_max", f);
	for (int k = 1; j->temporal && k <= j->t->shape.T_max; k++)
		fprintf(f, ",temporal_%d", k);
	fputc('\n', f);
}

/* Steps beyond the end of a shorter batch are empty; what was not measured at this update is nan. */
static void csv_row(const job *j, FILE *f)
{
	const model_result *r = &j->t->r;
	bool measured = j->t->measured && !j->t->diverged;
	const double values[] = {r->loss, j->t->metric, r->grad_norm, r->clipped_norm, r->update_norm,
	        measured ? gauge_read(j->g, GOAL_rho, 0) : NAN, measured ? gauge_read(j->g, GOAL_sigma_max, 0) : NAN};
	fprintf(f, "%ld", j->t->diverged ? j->t->diverged_update : j->t->update);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		fputc(',', f);
		csv_number(f, values[i]);
	}
	for (int k = 0; j->temporal && k < j->t->shape.T_max; k++) {
		fputc(',', f);
		if (k < r->T)
			csv_number(f, j->t->measured ? r->temporal_total[k] : NAN);
	}
	fputc('\n', f);
}

static void summary(const job *j, bool reached)
{
	char loss[32], norm[32];
	const trial *t = j->t;
	text_short(loss, sizeof loss, t->r.loss, 4);
	text_short(norm, sizeof norm, t->r.grad_norm, 3);
	/* beside a table on standard output, the line goes where it does no harm */
	FILE *out = j->csv && strcmp(j->csv, "-") == 0 ? stderr : stdout;
	char wrong[32] = "";
	if (t->metric == t->metric) /* there is right and wrong */
		snprintf(wrong, sizeof wrong, "wrong %.1f %%, ", 100 * t->metric);
	fprintf(out, "update %ld: loss %s, %sgradient norm %s%s\n", t->update, loss, wrong, norm,
	        reached ? "; goal reached" : "");
}

/* A table that cannot be written ends the run; the commit says why. */
static bool goes_on(const job *j, FILE *f)
{
	return !j->t->diverged && !j->t->stopped && (j->updates == 0 || j->t->update < j->updates) &&
	       !cli_interrupted() && !(f && ferror(f));
}

/* Exit status of a finished loop. */
static int train(job *j)
{
	FILE *f = j->csv ? file_save_stream(&j->file) : NULL;
	bool reached = false;
	cli_progress p = cli_progress_start("training");
	if (f)
		csv_header(j, f);
	while (!reached && goes_on(j, f)) {
		trial_step(j->t);
		trial_follow(j->t, j->state->edit, j->state->edits, j->arm);
		gauge_update(j->g);
		if (f)
			csv_row(j, f);
		reached = j->has_goal && goal_holds(&j->goal, 0, gauge_goal, j->g);
		cli_progress_show(&p, j->t->update, j->updates);
	}
	cli_progress_end(&p);
	if (j->t->diverged || j->t->stopped)
		fprintf(stderr, "unroll: %s\n", j->t->message);
	if (cli_interrupted())
		fprintf(stderr, "unroll: interrupted after update %ld; the files hold what was reached\n",
		        j->t->update);
	summary(j, reached);
	return j->t->diverged || cli_interrupted() || (j->has_goal && !reached) ? ERR_CHECK : 0;
}

static bool open_job(job *j, const char *load, err *e)
{
	if (j->save && !file_check_writable(j->save, e))
		return false;
	config start = state_config(j->state, j->arm, 0);
	j->t = trial_new(&start, e);
	if (!j->t || (load && !weights_load(j->t, load, e)))
		return false;
	j->g = gauge_new(j->t, e);
	if (!j->g)
		return false;
	return !j->csv || file_save_open(&j->file, j->csv, e);
}

static void close_job(job *j)
{
	gauge_free(j->g);
	trial_free(j->t);
}

/* What the net does on sequences that it was not trained on. */
static bool test(const job *j, err *e)
{
	judgement v;
	judge *q = judge_new(j->t, RNG_TEST, j->test, e);
	bool ok = q && judge_run(q, j->t, &v, e);
	char loss[32];
	if (ok)
		fprintf(j->csv && strcmp(j->csv, "-") == 0 ? stderr : stdout,
		        "test on %ld sequences: loss %s, wrong %.2f %%\n", v.sequences,
		        text_short(loss, sizeof loss, v.loss, 4), 100 * v.wrong);
	judge_free(q);
	return ok || err_prefix(e, "--test");
}

/* A symbol as it is written, where its name only shows it. */
static const char *written(const char *name)
{
	static const char *const shown[][2] = {{"␣", " "}, {"↵", "\n"}, {"⇥", "\t"}};
	for (size_t i = 0; i < sizeof shown / sizeof *shown && name; i++)
		if (strcmp(name, shown[i][0]) == 0)
			return shown[i][1];
	return name;
}

/* The symbols of a prompt, longest names first; the task's first symbol without one. */
static bool read_prompt(const job *j, int *out, int most, int *n, err *e)
{
	const trial *t = j->t;
	*n = 0;
	if (!j->prompt[0])
		out[(*n)++] = 0;
	for (const char *p = j->prompt; *p && *n < most;) {
		size_t longest = 0;
		for (int i = 0; i < t->shape.I; i++) {
			const char *name = written(t->task->answer(&t->task_spec, i));
			size_t size = name ? strlen(name) : 0;
			if (size > longest && strncmp(p, name, size) == 0) {
				longest = size;
				out[*n] = i;
			}
		}
		if (!longest)
			return err_input(e, "--prompt: '%.20s' begins with no symbol of task=%s", p, t->task->name);
		++*n;
		p += longest;
	}
	return true;
}

/* Continues the prompt by n symbols, into new memory; n = 0 only says whether that can be done. */
static int *continued(const job *j, int n, int *given, err *e)
{
	int *out = calloc((size_t)n + strlen(j->prompt) + 2, sizeof *out);
	*given = 0;
	if (!out)
		return err_machine(e, "no memory for %d symbols", n), NULL;
	bool ok = j->t->task->answer ? read_prompt(j, out, (int)strlen(j->prompt), given, e)
	                             : judge_continue(j->t, 1, 2, 0, 0, out, e);
	if (ok && judge_continue(j->t, *given, *given + n, j->temperature, 0, out, e))
		return out;
	free(out);
	return err_prefix(e, "--sample"), NULL;
}

static bool sample(const job *j, err *e)
{
	int given, *out = continued(j, j->sample, &given, e);
	for (int i = 0; out && i < given + j->sample; i++)
		fputs(written(j->t->task->answer(&j->t->task_spec, out[i])), stdout);
	if (out)
		putchar('\n');
	free(out);
	return out != NULL;
}

/* Said before the training, not after it. */
static bool can_sample(const job *j, err *e)
{
	int given, *out = continued(j, 0, &given, e);
	free(out);
	return out != NULL;
}

static int run_job(job *j, const char *load)
{
	err e;
	if (!open_job(j, load, &e) || (j->sample && !can_sample(j, &e)))
		return cli_fail(&e);
	cli_catch_interrupt();
	int status = train(j);
	if (j->csv && !file_save_commit(&j->file, &e))
		return cli_fail(&e);
	if (j->save && !weights_save(j->t, j->save, &e))
		return cli_fail(&e);
	if ((j->test && !test(j, &e)) || (j->sample && !sample(j, &e)))
		return cli_fail(&e);
	return status;
}

static int run(int argc, char **argv)
{
	err e;
	static run_state state;
	job j = {.state = &state, .prompt = ""};
	const char *tests = NULL, *samples = NULL, *temperature = NULL;
	double test_on = 0, symbols = 0;
	const char *updates = NULL, *load = NULL, *until = NULL, *arm = NULL;
	const option options[] = {{"--updates", &updates, NULL}, {"--csv", &j.csv, NULL}, {"--save", &j.save, NULL},
	        {"--load", &load, NULL}, {"--until", &until, NULL}, {"--temporal", NULL, &j.temporal},
	        {"--arm", &arm, NULL}, {"--test", &tests, NULL}, {"--sample", &samples, NULL},
	        {"--prompt", &j.prompt, NULL}, {"--temperature", &temperature, NULL}};
	if (!cli_parse_state(argc, argv, options, sizeof options / sizeof *options, &state, &e))
		return cli_fail(&e);
	j.arm = cli_arm(&state, arm, &e);
	if (j.arm < 0)
		return cli_fail(&e);
	double limit = state.arm[j.arm].start.v[KNOB_updates], n = limit > 0 ? limit : (double)state.update;
	if (!cli_number("--updates", updates, 0, 1e9, &n, &e))
		return cli_fail(&e);
	if (!cli_number("--test", tests, 1, 1e6, &test_on, &e) ||
	        !cli_number("--sample", samples, 1, 1e5, &symbols, &e))
		return cli_fail(&e);
	if (temperature &&
	        (!text_read_number(temperature, false, &j.temperature) || j.temperature < 0 || j.temperature > 100))
		return err_input(&e, "--temperature %.40s: not a temperature; allowed: 0 to 100", temperature),
		       cli_fail(&e);
	j.test = (int)test_on;
	j.sample = (int)symbols;
	j.updates = (long)n;
	j.has_goal = until != NULL;
	if (j.csv && j.save && strcmp(j.csv, j.save) == 0)
		return err_input(&e, "--csv and --save name one file, %s; allowed: two", j.csv), cli_fail(&e);
	if (until && !goal_parse(until, NULL, &j.goal, &e))
		return cli_fail(&e);
	if (!j.updates && !until && !updates)
		return err_input(&e, "how long? give --updates N or --until 'loss < 0.01'"), cli_fail(&e);
	if (!j.updates && updates)
		return err_input(&e, "--updates 0: nothing to do; allowed: 1 to 1000000000"), cli_fail(&e);
	int status = run_job(&j, load);
	close_job(&j);
	return status;
}

const cli cli_train = {"train",
        "train ['STATE'] [--set K=V]… [--updates N] [--until 'GOAL'] [--csv F] [--temporal] [--load W.npz] [--save "
        "W.npz] [--arm NAME] [--test N] [--sample N] [--prompt TEXT] [--temperature X]",
        "train without a window; write numbers and weights", run};
