/* surface3d: a field of heights as a shaded surface, drawn with a depth buffer into an image (the same pixels on every
 * device), with ways and balls on it, in a box with axes.
 * May be included by view and app. Main thread only: one picture at a time, in memory that stays. */
#ifndef PLOT_SURFACE3D_H
#define PLOT_SURFACE3D_H
#include "plot/contour.h"

/* Where it is seen from: turn around the vertical axis and tilt above the horizon in degrees; zoom 1 fills the box. */
typedef struct surface3d_pose {
	float turn, tilt, zoom;
} surface3d_pose;

extern const surface3d_pose surface3d_usual;

/* Heights are the field's values, from z.low to z.high (cut there); colours follow the heights. */
typedef struct surface3d_scene {
	field f;
	axis x, y, z; /* from and to are not used */
	const char *x_title, *y_title, *z_title;
	surface3d_pose pose;
	float samples; /* pixels of the image per point: 2, or 1 while it is being turned */
} surface3d_scene;

/* Lays the scene into `area`, draws box, axes and labels, and shades the surface. False when there is no room. */
bool surface3d_begin(canvas *c, rect area, const surface3d_scene *s);
/* On the surface: a line through points of the field (x, y), lifted to its height; hidden where the surface is in
 * front. Width in points. `gap` > 0: dashes as long as the gaps. */
void surface3d_way(const double (*at)[2], int n, float width, uint32_t argb, float gap);
void surface3d_ball(double x, double y, float radius, uint32_t argb);
/* Hands the image to the canvas. */
void surface3d_end(void);

/* For tests: canvas position of a point (x, y, z) of the scene of the last begin, and the depth there (larger: nearer).
 */
point surface3d_place(double x, double y, double z, float *depth);
/* For tests: pixels of the last begin. */
const uint32_t *surface3d_pixels(int *w, int *h);

#endif
