#include "lesson/gauge.h"

#include "lesson/bits.h"
#include "lesson/gauge_parts.h"
#include "lesson/way.h"
#include "num/eig.h"
#include "run/judge.h"
#include "run/matrix.h"
#include "run/measure.h"

#include <math.h>
#include <stdlib.h>

enum {
	WINDOW = 100,      /* updates that means are taken over, and between two tests */
	KEPT = 4096,       /* updates whose loss is kept, so that a run may go back */
	FRESH = 2560,      /* sequences of a test */
	FRESH_FEWEST = 100 /* … of very long ones */
};
static const double fresh_numbers = 4e6; /* inputs of a test set at most */

/* Where the largest or smallest value so far has changed, in the order of the updates. */
typedef struct extremes {
	int n, room;
	struct extreme {
		long update;
		double value;
	} * at;
} extremes;

struct gauge {
	const trial *t;
	long seen; /* updates */
	bool stale;
	extremes max_step, best_loss;
	long of[KEPT]; /* update that the loss in this place belongs to, 0: none */
	double loss[KEPT], metric[KEPT];
	double *W, *work; /* H × H, 3 H */
	long spectrum_at; /* update that rho and sigma_max belong to, −1: none */
	double rho, sigma_max, sigma_min;
	judge *judge;
	bool no_judge;
	long judged_at;
	judgement judged;
	pairs_gauge pairs;
	struct {
		long at; /* update, −1: none */
		int p;
		double share, cosine;
	} truncation;
	struct {
		long at;
		int k;
		double wrong;
	} length[2]; /* left to itself, forced */
	bits bits;
	way way;
	maps_gauge maps;
};

gauge *gauge_new(const trial *t, err *e)
{
	gauge *g = calloc(1, sizeof *g);
	const char *name;
	size_t H = (size_t)trial_transition(t, NULL, &name);
	if (g) {
		g->W = malloc((H * H + 1) * sizeof *g->W);
		g->work = malloc((3 * H + 1) * sizeof *g->work);
	}
	if (!g || !g->W || !g->work) {
		err_machine(e, "no memory for the spectrum; lower the knob hidden");
		gauge_free(g);
		return NULL;
	}
	g->t = g->pairs.t = t;
	g->spectrum_at = g->judged_at = -1;
	bits_init(&g->bits);
	g->truncation.at = g->length[0].at = g->length[1].at = -1;
	return g;
}

void gauge_free(gauge *g)
{
	if (!g)
		return;
	judge_free(g->judge);
	pairs_gauge_done(&g->pairs);
	way_done(&g->way);
	free(g->max_step.at);
	free(g->best_loss.at);
	free(g->W);
	free(g->work);
	free(g);
}

const trial *gauge_trial(const gauge *g)
{
	return g->t;
}

bool gauge_fresh(const gauge *g)
{
	return !g->stale;
}

/* Takes in the value of an update; what was known from there on belongs to a past that is no more. */
static void extend(extremes *x, long update, double value, int sign)
{
	while (x->n > 0 && x->at[x->n - 1].update >= update)
		x->n--;
	if (isnan(value) || (x->n > 0 && sign * value <= sign * x->at[x->n - 1].value))
		return;
	if (x->n == x->room) {
		int room = x->room ? 2 * x->room : 64;
		struct extreme *more = realloc(x->at, (size_t)room * sizeof *more);
		if (!more)
			return;
		x->at = more;
		x->room = room;
	}
	x->at[x->n++] = (struct extreme){update, value};
}

/* Up to an update; `none` when there is nothing yet. */
static double extreme_at(const extremes *x, long update, double none)
{
	for (int i = x->n - 1; i >= 0; i--)
		if (x->at[i].update <= update)
			return x->at[i].value;
	return none;
}

void gauge_update(gauge *g)
{
	const trial *t = g->t;
	bits_add(&g->bits, t);
	way_add(&g->way, t);
	long at = t->update;
	if (at == g->seen)
		return;
	bool next = at == g->seen + 1;
	g->seen = at;
	g->stale = !next && at > 0; /* the start is measured */
	if (!next)
		return; /* the run went to another update: the results are not those of a step */
	extend(&g->max_step, at, t->r.update_norm, 1);
	extend(&g->best_loss, at, t->r.loss, -1);
	g->of[at % KEPT] = at;
	g->loss[at % KEPT] = t->r.loss;
	g->metric[at % KEPT] = t->metric;
}

/* NaN when the run has been sent to where not all of these updates are known. */
static double mean(const gauge *g, const double *values)
{
	long n = g->seen < WINDOW ? g->seen : WINDOW;
	double sum = 0;
	for (long i = 0; i < n; i++) {
		long at = g->seen - i;
		if (g->of[at % KEPT] != at)
			return NAN;
		sum += values[at % KEPT];
	}
	return n ? sum / (double)n : NAN;
}

/* NaN when they cannot be computed. */
static void measure_spectrum(gauge *g)
{
	const char *name;
	err e;
	if (g->spectrum_at == g->t->update)
		return;
	g->spectrum_at = g->t->update;
	g->rho = g->sigma_max = g->sigma_min = NAN;
	int H = trial_transition(g->t, g->W, &name);
	if (H == 0)
		return;
	if (eig_values(H, g->W, g->work, g->work + H, &e))
		g->rho = hypot(g->work[0], g->work[H]);
	if (eig_singular(H, H, g->W, g->work + 2 * H, &e)) {
		g->sigma_max = g->work[2 * H];
		g->sigma_min = g->work[3 * H - 1];
	}
}

static double weight_sd(gauge *g)
{
	const char *name;
	double sum = 0, squares = 0;
	size_t H = (size_t)trial_transition(g->t, g->W, &name), n = H * H;
	for (size_t i = 0; i < n; i++)
		sum += g->W[i];
	for (size_t i = 0; i < n; i++)
		squares += (g->W[i] - sum / (double)n) * (g->W[i] - sum / (double)n);
	return n ? sqrt(squares / (double)n) : NAN;
}

static int fresh_sequences(const trial *t)
{
	if (t->shape.unit)
		return 1; /* all sequences are the same */
	double n = fresh_numbers / ((double)t->shape.T_max * (t->shape.I > 0 ? t->shape.I : 1));
	return n > FRESH ? FRESH : n < FRESH_FEWEST ? FRESH_FEWEST : (int)n;
}

/* Sequences that all come from a file leave none for a test: NaN. */
static const judgement *test(gauge *g)
{
	long at = g->t->update - g->t->update % WINDOW;
	err e;
	if (g->judged_at == at)
		return &g->judged;
	g->judged_at = at;
	g->judged = (judgement){NAN, NAN, 0};
	if (!g->judge && !g->no_judge) {
		g->judge = judge_new(g->t, RNG_TEST, fresh_sequences(g->t), &e);
		g->no_judge = !g->judge;
	}
	if (g->judge && !judge_run(g->judge, g->t, &g->judged, &e))
		g->judged = (judgement){NAN, NAN, 0};
	return &g->judged;
}

/* Of sequences of another length. */
static double test_length(gauge *g, int k, bool forced)
{
	long at = g->t->update - g->t->update % WINDOW;
	double wrong = NAN;
	err e;
	if (g->length[forced].at == at && g->length[forced].k == k)
		return g->length[forced].wrong;
	if (k < 1 || !judge_at(g->t, k, forced, FRESH, &wrong, &e))
		wrong = NAN;
	g->length[forced].at = at;
	g->length[forced].k = k;
	return g->length[forced].wrong = wrong;
}

static double truncation(gauge *g, int p, bool cosine)
{
	if (g->truncation.at != g->t->update || g->truncation.p != p)
		matrix_truncation(g->t, p, &g->truncation.share, &g->truncation.cosine);
	g->truncation.at = g->t->update;
	g->truncation.p = p;
	return cosine ? g->truncation.cosine : g->truncation.share;
}

static double of_step(const trial *t, const double *values, int step)
{
	return t->measured && values && step >= 1 && step <= t->r.T ? values[step - 1] : NAN;
}

/* Of the recurrent blocks, or of the readout, as one vector. */
static double temporal_of(const trial *t, bool readout, int step)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	double norm = t->measured ? 0 : NAN;
	for (int i = 0; i < n; i++)
		if (readout ? table[i].layer < 0 : table[i].recurrent)
			norm = hypot(norm, of_step(t, t->r.temporal[i], step));
	return norm;
}

static double of_pair(gauge *g, int metric, int pair)
{
	int j = pair / GOAL_SIDE, k = pair % GOAL_SIDE;
	return metric == GOAL_itemised ? pairs_itemised_at(&g->pairs, j, k) : gauge_jacobian(g->t, j, k);
}

static double temporal_ratio(const trial *t)
{
	return of_step(t, t->r.temporal_total, 1) / of_step(t, t->r.temporal_total, t->r.T);
}

/* Least squares of log10 ‖temporal gradient of step k‖ over k; the ends, where the loss stands and where a start from
 * zero shows, are left out. */
static double growth(const trial *t)
{
	int first = t->r.T / 20 + 1, last = t->r.T * 9 / 10, n = last - first + 1;
	double middle = 0.5 * (first + last), up = 0, down = 0;
	if (!t->measured || !t->r.temporal_total || n < 2)
		return NAN;
	for (int k = first; k <= last; k++) {
		up += (k - middle) * log10(t->r.temporal_total[k - 1]);
		down += (k - middle) * (k - middle);
	}
	return pow(10, up / down);
}

static double output(const trial *t)
{
	if (t->r.T < 1)
		return NAN;
	const void *z = t->api->logits(t->m, t->r.T - 1, 0);
	return t->api->real_size == sizeof(double) ? *(const double *)z : (double)*(const float *)z;
}

double gauge_read(gauge *g, int metric, int index)
{
	const trial *t = g->t;
	if (metric >= GOAL_COUNT)
		return metric - GOAL_COUNT < KNOB_COUNT ? t->c.v[metric - GOAL_COUNT] : NAN;
	switch ((goal_id)metric) {
	case GOAL_update:
		return (double)t->update;
	case GOAL_loss:
		return t->r.loss;
	case GOAL_metric:
		return t->metric;
	case GOAL_mean_loss:
		return mean(g, g->loss);
	case GOAL_mean_metric:
		return mean(g, g->metric);
	case GOAL_best_loss:
		return extreme_at(&g->best_loss, g->seen, NAN);
	case GOAL_solved: {
		double wrong = test(g)->wrong;
		return isnan(wrong) ? NAN : wrong < 0.01;
	}
	case GOAL_test_loss:
		return test(g)->loss;
	case GOAL_test_wrong:
		return test(g)->wrong;
	case GOAL_output:
		return output(t);
	case GOAL_grad_norm:
		return t->r.grad_norm;
	case GOAL_clipped_norm:
		return t->r.clipped_norm;
	case GOAL_update_norm:
		return t->r.update_norm;
	case GOAL_max_step:
		return extreme_at(&g->max_step, g->seen, 0);
	case GOAL_clipped_share:
		return t->update ? (double)t->clipped / (double)t->update : 0;
	case GOAL_rho:
		measure_spectrum(g);
		return g->rho;
	case GOAL_sigma_max:
		measure_spectrum(g);
		return g->sigma_max;
	case GOAL_temporal:
		return of_step(t, t->r.temporal_total, index);
	case GOAL_temporal_ratio:
		return temporal_ratio(t);
	case GOAL_growth:
		return growth(t);
	case GOAL_dh_norm:
		return of_step(t, t->r.dh_norm, index);
	case GOAL_delta_norm:
		return of_step(t, t->r.delta_norm, index);
	case GOAL_saturation:
		return t->api->saturation(t->m);
	case GOAL_parameters:
		return (double)t->api->parameters(t->m);
	case GOAL_step_size:
		return t->r.step_size;
	case GOAL_sigma_min:
		measure_spectrum(g);
		return g->sigma_min;
	case GOAL_weight_sd:
		return weight_sd(g);
	case GOAL_flow:
		return measure_flow(t);
	case GOAL_kept:
		return measure_kept(t, index);
	case GOAL_temporal_share:
		return measure_temporal_share(t, index);
	case GOAL_truncated_share:
		return truncation(g, index, false);
	case GOAL_truncated_cosine:
		return truncation(g, index, true);
	case GOAL_direction_cosine:
		return t->r.beta ? t->r.cosine : NAN;
	case GOAL_switched:
		return t->r.beta ? t->r.switched : NAN;
	case GOAL_beta_share:
		return measure_beta_share(t, index);
	case GOAL_beta_ratio:
		return measure_beta_ratio(t);
	case GOAL_omega_now:
		return t->r.omega;
	case GOAL_omega_step:
		return of_step(t, t->r.omega_step, index);
	case GOAL_ring_mean:
		return measure_ring(t).mean;
	case GOAL_ring_distance:
		return measure_ring(t).distance;
	case GOAL_bit_wrong:
		return bits_wrong(&g->bits, index);
	case GOAL_bit_known:
		return bits_known(&g->bits, index);
	case GOAL_wrong_at:
		return test_length(g, index, false);
	case GOAL_forced_wrong_at:
		return test_length(g, index, true);
	case GOAL_descent_a:
	case GOAL_descent_b:
	case GOAL_descent_value:
	case GOAL_descent_distance:
	case GOAL_descent_turns:
	case GOAL_descent_step:
		return way_read(&g->way, t, (measured_descent)(metric - GOAL_descent_a), index);
	case GOAL_diverged:
		return t->diverged;
	case GOAL_temporal_recurrent:
		return temporal_of(t, false, index);
	case GOAL_temporal_readout:
		return temporal_of(t, true, index);
	case GOAL_itemised:
	case GOAL_jacobian:
		return of_pair(g, metric, index);
	case GOAL_paths:
		return pairs_paths(&g->pairs, index);
	case GOAL_replicas_error:
		return gauge_replicas_error(t);
	case GOAL_gradient_error:
		return gauge_gradient_error(t);
	case GOAL_bound_margin:
		measure_spectrum(g);
		return gauge_bound_margin(t, g->sigma_max);
	case GOAL_turning_points:
	case GOAL_flat_share:
	case GOAL_steepest:
	case GOAL_matrix_norm:
	case GOAL_matrix_rho:
	case GOAL_matrix_sigma:
		return maps_read(&g->maps, &t->c, metric, index);
	default:
		return gauge_unit(t, metric, index);
	}
}

double gauge_goal(void *g, int arm, int metric, int index)
{
	(void)arm;
	return gauge_read(g, metric, index);
}
