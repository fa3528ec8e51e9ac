/* surface: the error surface as a view draws it: shaded in three dimensions and as contours, with the ways of the arms.
 * May be included by view, lesson and app. Main thread only. */
#ifndef VIEW_SURFACE_H
#define VIEW_SURFACE_H
#include "plot/surface3d.h"
#include "run/knob.h"
#include "run/picture.h"
#include "view/view.h"

/* From where the 3-D picture is seen in what is drawn next, whatever the knobs say; NULL: as the knobs say. `moving`
 * draws it coarser, for as long as it is being turned. */
void surface_look(const surface3d_pose *pose, bool moving);
surface3d_pose surface_pose(const config *look);

/* Any surface; `look`: the knobs turn, tilt, zoom and height. */
void surface_draw(const slice_picture *p, const config *look, canvas *c, rect area, view_focus *focus);
/* "loss over two random directions, filter-normalised": what is drawn, what is held fixed, of which batch. Returns buf.
 */
const char *surface_caption(const slice_picture *p, char *buf, int size);

/* Where the last picture of the view went: the 3-D box and the inside of the map (width 0: not drawn), and the values
 * at a point of the map. For controls that lie over it. */
typedef struct surface_places {
	rect solid, map;
	double low[2], high[2];
} surface_places;
const surface_places *surface_where(void);
/* A cross on the map, at a and b; NAN: none. */
void surface_cross(double a, double b);

#endif
