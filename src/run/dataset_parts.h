/* dataset_parts: the readers behind dataset_open, one file each, and what they share. Only included by run/dataset*.c.
 */
#ifndef RUN_DATASET_PARTS_H
#define RUN_DATASET_PARTS_H
#include "io/csv.h"
#include "run/dataset.h"

enum { MAX_CLASSES = 1000, MAX_STEPS = 4000, MAX_FEATURES = 4096, MAX_SEQUENCES = 10000000 };

/* Memory for N, T, I, O, classes and y_per_step as they stand in *d: zero numbers, full lengths, every target given.
 * `what` begins the message: the file, or the setting. */
bool dataset_reserve(dataset *d, const char *what, err *e);
/* Features 0 … features − 1, each over all steps of all sequences. NaN is a missing value and becomes 0 afterwards. */
void dataset_scale(dataset *d, int features, dataset_scaling scaling);
/* Rows of a table that belong together: same value in the column `id`, rising values in the column `step`. Counts
 * groups and the rows of the largest. */
bool dataset_groups(const csv_table *t, int id, int step, const char *path, int *groups, int *longest, err *e);
bool dataset_same_group(const csv_table *t, int id, int row); /* as the row before? */
double dataset_cell(const csv_table *t, int row, int col);

/* Each fills an empty dataset. */
bool dataset_read_npz(dataset *d, const char *path, dataset_scaling scaling, err *e);
bool dataset_read_csv(dataset *d, const char *path, dataset_scaling scaling, err *e);
bool dataset_read_text(dataset *d, const char *path, err *e); /* "" is the nursery rhyme */
bool dataset_read_path(dataset *d, const char *path, dataset_scaling scaling, err *e);
bool dataset_read_visits(dataset *d, const char *path, dataset_scaling scaling, err *e); /* "" is synthetic */

#endif
