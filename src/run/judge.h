/* judge: how well a net does on sequences that it was not trained on, and what it says when it is left to itself. Works
 * on a copy of the net, so that the run that is judged goes on as if nothing had happened. May be included by run,
 * lesson and app. */
#ifndef RUN_JUDGE_H
#define RUN_JUDGE_H
#include "nn/model.h"
#include "task/task.h"

struct trial;
typedef struct judge judge;

typedef struct judgement {
	double loss;  /* mean over the sequences, of the data alone */
	double wrong; /* share of wrong answers, as the task counts them */
	long sequences;
} judgement;

/* Draws `sequences` of the run's task from a stream of base/rng.h (RNG_VALIDATION, RNG_TEST): the same for every run of
 * this task, variant and seed. NULL and a message when the task has none to spare, or there is no memory. */
judge *judge_new(const struct trial *t, uint64_t stream, int sequences, err *e);
void judge_free(judge *j);
/* With the weights as they are now: without dropout and noise; outputs that are fed back are the net's own. */
bool judge_run(judge *j, const struct trial *t, judgement *out, err *e);

/* Share of wrong answers at the last step of `sequences` fresh ones of T steps, whatever the length that the run is
 * trained on; `forced`: outputs that are fed back are replaced by the targets. */
bool judge_at(const struct trial *t, int T, bool forced, int sequences, double *wrong, err *e);

/* Answers that were asked for in the batch of a model after forward(), and how many of them are wrong; with
 * shape->sequence_wrong sequences are counted. */
void judge_count(const task *k, const task_spec *s, const task_shape *p, const model_api *api, model *m, long *asked,
        long *wrong);

/* Continues a sequence of symbols: each answer is the next input. out[0 … given − 1] is the beginning, the rest is
 * written. temperature 0: the likeliest symbol; else drawn from softmax(z / temperature) with the stream (seed,
 * RNG_TEST, draw). False and a message for tasks whose answers are no inputs. */
bool judge_continue(const struct trial *t, int given, int length, double temperature, uint64_t draw, int *out, err *e);

#endif
