#include "view/sweep.h"

#include "base/text.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const snap_tape *tape_of(const snap *s)
{
	return &s->arm[0].tape;
}

int sweep_length(const snap *s)
{
	const snap_tape *t = tape_of(s);
	return part_tape_steps(t) < 1 || part_tape_steps(t) != t->T ? 0 : 2 * t->T + 2;
}

view_sweep sweep_at(const snap *s, int place)
{
	int T = tape_of(s)->T;
	if (place < T)
		return (view_sweep){SWEEP_FORWARD, place + 1};
	if (place == T)
		return (view_sweep){SWEEP_LOSS, 0};
	if (place <= 2 * T)
		return (view_sweep){SWEEP_BACKWARD, 2 * T - place + 1};
	return (view_sweep){SWEEP_STEP, 0};
}

/* ---- numbers ---- */

static double of_step(const float *values, int T, int step)
{
	return step >= 1 && step <= T && step <= SNAP_STEPS ? (double)values[step - 1] : NAN;
}

/* Curves of the arm hold logarithms, of as many steps as were measured. */
static double power_of_step(const snap *s, const float *logs, int step)
{
	const snap_arm *a = &s->arm[0];
	return a->total.T == tape_of(s)->T ? pow(10, of_step(logs, a->total.T, step)) : NAN;
}

double sweep_hidden(const snap *s, int step)
{
	return of_step(tape_of(s)->h_norm, tape_of(s)->T, step);
}

double sweep_slope(const snap *s, int step)
{
	return of_step(tape_of(s)->steepness, tape_of(s)->T, step);
}

double sweep_error(const snap *s, int step)
{
	const snap_tape *t = tape_of(s);
	return t->has_dh ? pow(10, of_step(t->dh, t->T, step)) : power_of_step(s, s->arm[0].delta_norm, step);
}

double sweep_weights(const snap *s, int step)
{
	return tape_of(s)->example ? NAN : power_of_step(s, s->arm[0].total.norm, step);
}

/* ---- words ---- */

typedef struct line {
	char *buf;
	int size;
} line;

/* "₁₂" */
static const char *subscript(int n, char *buf)
{
	char digits[16], *to = buf;
	snprintf(digits, sizeof digits, "%d", n);
	for (const char *p = digits; *p; p++) { /* U+2080 … U+2089 */
		*to++ = (char)0xE2;
		*to++ = (char)0x82;
		*to++ = (char)(0x80 + (*p - '0'));
	}
	*to = '\0';
	return buf;
}

/* "0.82", "3.1·10⁻⁴" */
static const char *number(double v, char *buf, size_t size)
{
	return isnan(v) ? "–" : axis_power(buf, size, log10(v));
}

static const char *name_of(const char (*names)[12], int symbol, char *buf, size_t size)
{
	if (symbol < 0 || symbol >= SNAP_TAPE_NAMES)
		return "–";
	snprintf(buf, size, "%s", strcmp(names[symbol], " ") == 0 ? "␣" : names[symbol][0] < ' ' ? "↵" : names[symbol]);
	return buf;
}

static void say_input(const snap_tape *t, int i, line *l)
{
	char value[32];
	if (t->symbols) {
		part_append(l->buf, l->size, "the input is %s", name_of(t->name, t->input[i], value, sizeof value));
		return;
	}
	part_append(l->buf, l->size, t->inputs > 1 ? "the inputs are" : "the input is");
	for (int k = 0; k < t->inputs && k < SNAP_TAPE_VALUES; k++)
		part_append(l->buf, l->size, "%s%s", k ? ", " : " ",
		        text_short(value, sizeof value, (double)t->x[k][i], 3));
	if (t->inputs > SNAP_TAPE_VALUES)
		part_append(l->buf, l->size, ", …");
}

static void say_answer(const snap_tape *t, int i, line *l)
{
	char got[32], want[32];
	if (!t->asked[i])
		return;
	if (t->classes) {
		part_append(l->buf, l->size, "; the answer is %s", name_of(t->answer, t->said[i], got, sizeof got));
		part_append(l->buf, l->size, ", the target %s", name_of(t->answer, t->target[i], want, sizeof want));
	} else {
		part_append(l->buf, l->size, "; the answer is %s, the target %s",
		        text_short(got, sizeof got, (double)t->got[0][i], 3),
		        text_short(want, sizeof want, (double)t->want[0][i], 3));
	}
}

static void say_forward(const snap *s, int step, line *l)
{
	const snap_tape *t = tape_of(s);
	char now[32], before[32], slope[32], below[48];
	part_append(l->buf, l->size, "Forward, t = %d: ", step);
	say_input(t, step - 1, l);
	part_append(l->buf, l->size, "; the state is ‖h%s‖ = %s", subscript(step, below),
	        text_short(now, sizeof now, sweep_hidden(s, step), 3));
	if (step > 1)
		part_append(
		        l->buf, l->size, ", after %s", text_short(before, sizeof before, sweep_hidden(s, step - 1), 3));
	if (isfinite(sweep_slope(s, step)))
		part_append(l->buf, l->size, "; its units are %s as steep as they can be",
		        text_short(slope, sizeof slope, sweep_slope(s, step), 2));
	say_answer(t, step - 1, l);
	part_append(l->buf, l->size, ".");
}

static void say_loss(const snap *s, line *l)
{
	const snap_tape *t = tape_of(s);
	char value[32];
	int asked = 0, wrong = 0;
	for (int i = 0; i < part_tape_steps(t); i++) {
		asked += t->asked[i];
		wrong += t->asked[i] && t->wrong[i];
	}
	part_append(l->buf, l->size, "Loss: %d of %d answer%s wrong", wrong, asked, asked == 1 ? " is" : "s are");
	if (t->example)
		part_append(l->buf, l->size, "; the loss of this sequence is %s",
		        text_short(value, sizeof value, t->loss, 4));
	else
		part_append(l->buf, l->size, " in this sequence; over the %d of the batch the loss is %s", t->batch,
		        text_short(value, sizeof value, s->arm[0].now[SNAP_LOSS], 4));
	part_append(l->buf, l->size, ". From here the error goes back.");
}

static int last_asked(const snap_tape *t)
{
	int i = part_tape_steps(t);
	while (i > 0 && !t->asked[i - 1])
		i--;
	return i;
}

static void say_backward(const snap *s, int step, line *l)
{
	const snap_tape *t = tape_of(s);
	const char *what = t->has_dh ? "∂L/∂h" : "δ";
	char now[32], share[32], weights[32], below[48], below2[48];
	double error = sweep_error(s, step), after = sweep_error(s, step + 1), grad = sweep_weights(s, step);
	part_append(l->buf, l->size, "Back, t = %d: ", step);
	if (step > last_asked(t) && !(error > 0)) {
		part_append(l->buf, l->size, "no loss lies behind this step, so nothing comes back.");
		return;
	}
	if (error == 0 && s->arm[0].config.v[KNOB_truncate] > 0) {
		part_append(l->buf, l->size, "the gradient is cut off after %.0f steps, so nothing comes back.",
		        s->arm[0].config.v[KNOB_truncate]);
		return;
	}
	part_append(l->buf, l->size, "the error signal ‖%s%s‖ = %s", what, subscript(step, below),
	        number(error, now, sizeof now));
	if (step < t->T && after > 0 && isfinite(error / after))
		part_append(l->buf, l->size, " is %s of ‖%s%s‖", number(error / after, share, sizeof share), what,
		        subscript(step + 1, below2));
	if (t->asked[step - 1])
		part_append(l->buf, l->size, ", with the loss of this step");
	if (isfinite(grad))
		part_append(l->buf, l->size, "; this step's copy of the weights gets a gradient of %s",
		        number(grad, weights, sizeof weights));
	part_append(l->buf, l->size, ".");
}

static void say_step(const snap *s, line *l)
{
	const snap_arm *a = &s->arm[0];
	char norm[32], cut[32], lr[32], step[32];
	const double *now = a->now;
	part_append(l->buf, l->size, "Update %ld: ", a->update);
	if (a->update == 0 || !isfinite(now[SNAP_UPDATE_NORM])) {
		l->buf[0] = '\0';
		part_append(l->buf, l->size,
		        "No step was made: this was measured before training. The gradient's norm is %s.",
		        number(now[SNAP_GRAD_NORM], norm, sizeof norm));
		return;
	}
	part_append(l->buf, l->size, "the sum over all steps, the gradient, has norm %s",
	        number(now[SNAP_GRAD_NORM], norm, sizeof norm));
	if (now[SNAP_CLIPPED_NORM] < 0.999999 * now[SNAP_GRAD_NORM])
		part_append(l->buf, l->size, ", clipped to %s", number(now[SNAP_CLIPPED_NORM], cut, sizeof cut));
	part_append(l->buf, l->size, "; %s with learning rate %s makes a step of %s.",
	        config_choice(&a->config, KNOB_optimizer), text_short(lr, sizeof lr, a->config.v[KNOB_lr], 3),
	        number(now[SNAP_UPDATE_NORM], step, sizeof step));
}

const char *sweep_sentence(const snap *s, const view_sweep *w, char *buf, int size)
{
	line l = {buf, size};
	buf[0] = '\0';
	bool of_time = w->phase == SWEEP_FORWARD || w->phase == SWEEP_BACKWARD;
	if (sweep_length(s) == 0 || (of_time && (w->step < 1 || w->step > tape_of(s)->T)))
		return buf;
	if (w->phase == SWEEP_FORWARD)
		say_forward(s, w->step, &l);
	else if (w->phase == SWEEP_LOSS)
		say_loss(s, &l);
	else if (w->phase == SWEEP_BACKWARD)
		say_backward(s, w->step, &l);
	else
		say_step(s, &l);
	return buf;
}
