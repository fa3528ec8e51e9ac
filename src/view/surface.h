/* surface: the error surface as a view draws it: shaded in three dimensions and as contours, with the ways of the arms.
 * May be included by view, lesson and app. Main thread only. */
#ifndef VIEW_SURFACE_H
#define VIEW_SURFACE_H
#include "plot/surface3d.h"
#include "run/slice.h"
#include "view/view.h"

/* From where the 3-D picture is seen; `moving` draws it coarser, for as long as it is being turned. */
void surface_look(surface3d_pose pose, bool moving);
surface3d_pose surface_looked(void);

/* Any surface. */
void surface_draw(const slice_picture *p, canvas *c, rect area, view_focus *focus);
/* Its numbers. */
void surface_data(const slice_picture *p, view_data *d);
/* "loss over two random directions, filter-normalised": what is drawn. Returns buf. */
const char *surface_caption(const slice_picture *p, char *buf, int size);
/* The surface of the one-unit net with the descents that the knobs of each arm describe. In static memory. */
const slice_picture *surface_of_unit(const snap *s);

#endif
