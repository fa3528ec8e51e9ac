#include "plot/surface3d.h"

#include "base/wide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const surface3d_pose surface3d_usual = {.turn = 32, .tilt = 38, .zoom = 1};

/* Half the height of the box; its floor reaches from −1 to 1 both ways. */
#define BOX_HEIGHT 0.55F
/* What shows of a way behind a hill. */
#define HIDDEN 0.3F
enum { SHADES = 256, MOST_PIXELS = 6 << 20 };

typedef struct vertex {
	float x, y, depth; /* pixels of the image, y downwards; larger depth: nearer */
	float r, g, b;
} vertex;

/* Pixels from (x0, y0) up to but not including (x1, y1). */
typedef struct patch {
	int x0, y0, x1, y1;
} patch;

/* The picture being made. Memory grows to the largest that was asked for and stays. */
static struct {
	canvas *c;
	rect area;
	const surface3d_scene *s;
	int w, h;
	float cos_turn, sin_turn, cos_tilt, sin_tilt;
	float scale, x0, y0; /* pixels per unit; the middle of the box in pixels */
	uint32_t *pixel;
	float *depth;
	vertex *vertex;
	float *height; /* of each vertex: −BOX_HEIGHT … BOX_HEIGHT, NAN for a hole */
	size_t pixels_held, vertices_held;
	uint32_t *bare; /* the surface without ways, of `key`: drawn again only when something has changed */
	uint64_t key;
	uint32_t ground;       /* what lies beside the surface */
	patch used, bare_used; /* everything else is ground, in `pixel` and in `bare` */
	int row, rows;         /* how wide and high they were when that was so; 0: never */
} now;

/* ---- space ---- */

typedef struct corner {
	float u, v, h; /* −1 … 1 on the floor, −BOX_HEIGHT … BOX_HEIGHT */
} corner;

static vertex project(corner q)
{
	float across = q.u * now.cos_turn - q.v * now.sin_turn, away = q.u * now.sin_turn + q.v * now.cos_turn;
	return (vertex){.x = now.x0 + now.scale * across,
	        .y = now.y0 - now.scale * (q.h * now.cos_tilt + away * now.sin_tilt),
	        .depth = now.scale * (q.h * now.sin_tilt - away * now.cos_tilt)};
}

static float along(const axis *a, double value)
{
	double t = 2 * (value - a->low) / (a->high - a->low) - 1;
	return (float)fmax(-1, fmin(1, t));
}

static float height_of(double z)
{
	return isnan(z) || z == INFINITY ? NAN : BOX_HEIGHT * along(&now.s->z, z);
}

static point on_canvas(vertex v)
{
	return (point){now.area.x + v.x / now.s->samples, now.area.y + v.y / now.s->samples};
}

point surface3d_place(double x, double y, double z, float *depth)
{
	vertex v = project((corner){along(&now.s->x, x), along(&now.s->y, y), height_of(z)});
	if (depth)
		*depth = v.depth;
	return on_canvas(v);
}

const uint32_t *surface3d_pixels(int *w, int *h)
{
	*w = now.w;
	*h = now.h;
	return now.pixel;
}

/* Value of the field between its points. */
static double height_at(const field *f, double x, double y)
{
	double u = (x - f->x0) / (f->x1 - f->x0) * (f->nx - 1), v = (y - f->y0) / (f->y1 - f->y0) * (f->ny - 1);
	if (!(u >= 0 && v >= 0 && u <= f->nx - 1 && v <= f->ny - 1))
		return NAN;
	int i = (int)u < f->nx - 1 ? (int)u : f->nx - 2, j = (int)v < f->ny - 1 ? (int)v : f->ny - 2;
	const float *z = f->z + (size_t)j * (size_t)f->nx + (size_t)i;
	double s = u - i, t = v - j, low = now.s->z.low;
	double at[4] = {(double)z[0], (double)z[1], (double)z[f->nx], (double)z[f->nx + 1]};
	for (int k = 0; k < 4; k++)
		at[k] = at[k] < low ? low : at[k]; /* an exact zero on a log scale too */
	return (1 - t) * ((1 - s) * at[0] + s * at[1]) + t * ((1 - s) * at[2] + s * at[3]);
}

/* ---- the surface ---- */

/* Pixels of a row that are filled together. The last row has as many to spare. */
enum { LANES = 8 };
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t lane_bits __attribute__((vector_size(4 * LANES)));

static bool make_room(int w, int h, size_t vertices)
{
	size_t pixels = (size_t)w * (size_t)h;
	if (pixels > now.pixels_held) {
		free(now.pixel);
		free(now.bare);
		free(now.depth);
		now.pixel = malloc((pixels + LANES) * sizeof *now.pixel);
		now.bare = malloc(pixels * sizeof *now.bare);
		now.depth = malloc((pixels + LANES) * sizeof *now.depth);
		now.pixels_held = now.pixel && now.bare && now.depth ? pixels : 0;
		now.key = 0;
		now.row = 0;
	}
	if (vertices > now.vertices_held) {
		free(now.vertex);
		free(now.height);
		now.vertex = malloc(vertices * sizeof *now.vertex);
		now.height = malloc(vertices * sizeof *now.height);
		now.vertices_held = now.vertex && now.height ? vertices : 0;
	}
	return now.pixels_held && now.vertices_held;
}

static const float (*shades(void))[3]
{
	static float map[SHADES][3];
	if (map[SHADES - 1][0] > 0)
		return (const float(*)[3])map;
	for (int i = 0; i < SHADES; i++) {
		uint32_t c = palette_viridis((float)i / (SHADES - 1));
		for (int k = 0; k < 3; k++)
			map[i][k] = (float)(c >> (16 - 8 * k) & 255);
	}
	return (const float(*)[3])map;
}

WIDE_LOOPS static void make_heights(const float *restrict z, int n, float low, float per_unit, float *restrict out)
{
	for (int i = 0; i < n; i++) {
		float h = (z[i] - low) * per_unit - BOX_HEIGHT;
		h = h < -BOX_HEIGHT ? -BOX_HEIGHT : h; /* −INFINITY too */
		h = h > BOX_HEIGHT ? BOX_HEIGHT : h;
		out[i] = z[i] < INFINITY ? h : NAN;
	}
}

#define ALWAYS static inline __attribute__((always_inline))

/* The first and the last pixel whose middle lies at or beyond v, without calls of ceilf and floorf. */
ALWAYS int first_pixel(float v)
{
	return v <= 0.5F ? 0 : (int)(v + 0.49999F);
}

ALWAYS int last_pixel(float v, int n)
{
	return v >= (float)n - 0.5F ? n - 1 : v < 0.5F ? -1 : (int)(v + 0.5F) - 1;
}

/* Difference of two heights; 0 beside a hole. */
static inline float rise(const float *h, ptrdiff_t before, ptrdiff_t after)
{
	float d = h[after] - h[before];
	return d == d ? d : 0;
}

/* Light from the upper left of the viewer, the same from both sides of the surface, for slopes in u and v. */
static inline float light(float du, float dv)
{
	/* the normal (−du, −dv, 1) in the viewer's frame */
	float across = -du * now.cos_turn + dv * now.sin_turn, away = -du * now.sin_turn - dv * now.cos_turn;
	float up = now.cos_tilt + away * now.sin_tilt, toward = now.sin_tilt - away * now.cos_tilt;
	float cosine = (-0.45F * across + 0.55F * up + 0.70F * toward) / sqrtf(1 + du * du + dv * dv);
	cosine = cosine < 0 ? -cosine : cosine;
	return 0.42F + 0.58F * (cosine < 1 ? cosine : 1);
}

static void make_vertices(void)
{
	const field *f = &now.s->f;
	const float(*map)[3] = shades();
	ptrdiff_t nx = f->nx;
	float per_u = 0.25F * (float)(f->nx - 1), per_v = 0.25F * (float)(f->ny - 1);
	make_heights(f->z, f->nx * f->ny, (float)now.s->z.low, 2 * BOX_HEIGHT / (float)(now.s->z.high - now.s->z.low),
	        now.height);
	float u0 = along(&now.s->x, f->x0), u1 = along(&now.s->x, f->x1), v0 = along(&now.s->y, f->y0),
	      v1 = along(&now.s->y, f->y1);
	float left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
	for (int j = 0; j < f->ny; j++) {
		float v = v0 + (v1 - v0) * (float)j / (float)(f->ny - 1);
		for (int i = 0; i < f->nx; i++) {
			const float *h = now.height + j * nx + i;
			vertex *to = &now.vertex[j * nx + i];
			*to = project((corner){u0 + (u1 - u0) * (float)i / (float)(f->nx - 1), v, *h});
			if (*h != *h)
				continue;
			left = to->x < left ? to->x : left;
			right = to->x > right ? to->x : right;
			top = to->y < top ? to->y : top;
			bottom = to->y > bottom ? to->y : bottom;
			float du = per_u * rise(h, i > 0 ? -1 : 0, i + 1 < f->nx),
			      dv = per_v * rise(h, j > 0 ? -nx : 0, j + 1 < f->ny ? nx : 0);
			float bright = light(du, dv);
			int shade = (int)((*h / BOX_HEIGHT + 1) * 0.5F * (SHADES - 1) + 0.5F);
			to->r = bright * map[shade][0];
			to->g = bright * map[shade][1];
			to->b = bright * map[shade][2];
		}
	}
	if (left <= right) /* not a field of holes */
		now.used = (patch){first_pixel(left), first_pixel(top), last_pixel(right, now.w) + 1,
		        last_pixel(bottom, now.h) + 1};
}

ALWAYS float least(float a, float b, float c)
{
	float low = a < b ? a : b;
	return low < c ? low : c;
}

ALWAYS float most(float a, float b, float c)
{
	float high = a > b ? a : b;
	return high > c ? high : c;
}

typedef struct target {
	uint32_t *pixel;
	float *depth;
	int w, h;
} target;

/* What is linear over a triangle: at the first pixel of its box, and the change from pixel to pixel. */
typedef struct plane {
	float at, x, y;
} plane;

typedef struct triangle {
	int x0, y0, x1, y1; /* its box: the first and the last pixel */
	plane b, c;         /* weights of its second and third corner */
	plane depth, red, green, blue;
} triangle;

ALWAYS plane plane_through(const triangle *t, float a, float b, float c)
{
	float db = b - a, dc = c - a;
	return (plane){a + t->b.at * db + t->c.at * dc, t->b.x * db + t->c.x * dc, t->b.y * db + t->c.y * dc};
}

/* False where there is nothing to fill. Colours are rounded when they are cut to integers. */
ALWAYS bool take_corners(triangle *t, const target *to, const vertex *a, const vertex *b, const vertex *c)
{
	t->x0 = first_pixel(least(a->x, b->x, c->x));
	t->x1 = last_pixel(most(a->x, b->x, c->x), to->w);
	t->y0 = first_pixel(least(a->y, b->y, c->y));
	t->y1 = last_pixel(most(a->y, b->y, c->y), to->h);
	float area = (b->x - a->x) * (c->y - a->y) - (c->x - a->x) * (b->y - a->y);
	if (t->x0 > t->x1 || t->y0 > t->y1 || !(area > 1e-9F || area < -1e-9F))
		return false;
	float inv = 1 / area, x = (float)t->x0 + 0.5F - a->x, y = (float)t->y0 + 0.5F - a->y;
	t->b = (plane){.x = (c->y - a->y) * inv, .y = -(c->x - a->x) * inv};
	t->c = (plane){.x = -(b->y - a->y) * inv, .y = (b->x - a->x) * inv};
	t->b.at = x * t->b.x + y * t->b.y;
	t->c.at = x * t->c.x + y * t->c.y;
	t->depth = plane_through(t, a->depth, b->depth, c->depth);
	t->red = plane_through(t, a->r + 0.5F, b->r + 0.5F, c->r + 0.5F);
	t->green = plane_through(t, a->g + 0.5F, b->g + 0.5F, c->g + 0.5F);
	t->blue = plane_through(t, a->b + 0.5F, b->b + 0.5F, c->b + 0.5F);
	return true;
}

/* LANES columns of its box from x on: all pixels whose middle lies inside. The others get back what they were. */
ALWAYS void fill_columns(const triangle *t, const target *to, int x)
{
	const lanes lane = {0, 1, 2, 3, 4, 5, 6, 7}, along = lane + (float)(x - t->x0);
	lanes b = t->b.at + along * t->b.x, c = t->c.at + along * t->c.x, depth = t->depth.at + along * t->depth.x;
	lanes red = t->red.at + along * t->red.x, green = t->green.at + along * t->green.x,
	      blue = t->blue.at + along * t->blue.x;
	lane_bits in_box = lane <= (float)(t->x1 - x);
	for (int y = t->y0; y <= t->y1; y++) {
		size_t at = (size_t)y * (size_t)to->w + (size_t)x;
		float down = (float)(y - t->y0);
		lanes in_b = b + down * t->b.y, in_c = c + down * t->c.y, here = depth + down * t->depth.y, there;
		memcpy(&there, to->depth + at, sizeof there);
		lane_bits in =
		        in_box & (in_b >= -1e-5F) & (in_c >= -1e-5F) & (in_b + in_c <= 1.00001F) & (here > there);
		lane_bits r = __builtin_convertvector(red + down * t->red.y, lane_bits),
		          g = __builtin_convertvector(green + down * t->green.y, lane_bits),
		          color = __builtin_convertvector(blue + down * t->blue.y, lane_bits), under;
		memcpy(&under, to->pixel + at, sizeof under);
		color |= (int32_t)0xFF000000 | r << 16 | g << 8;
		color = (color & in) | (under & ~in);
		lane_bits nearest = ((lane_bits)here & in) | ((lane_bits)there & ~in);
		memcpy(to->pixel + at, &color, sizeof color);
		memcpy(to->depth + at, &nearest, sizeof nearest);
	}
}

ALWAYS void fill_triangle(const target *to, const vertex *a, const vertex *b, const vertex *c)
{
	triangle t;
	if (take_corners(&t, to, a, b, c))
		for (int x = t.x0; x <= t.x1; x += LANES)
			fill_columns(&t, to, x);
}

ALWAYS void fill_cell(const target *to, const vertex *v, const vertex *up)
{
	float y = v[0].y + v[1].y + up[0].y + up[1].y;
	if (y != y)
		return; /* a hole */
	fill_triangle(to, &v[0], &v[1], &up[1]);
	fill_triangle(to, &v[0], &up[1], &up[0]);
}

/* Every other cell of a row, then those in between: what has just been written is slow to read again in part. */
WIDE_LOOPS static void fill_surface(const target *to, const vertex *all, int nx, int ny)
{
	for (int j = 0; j + 1 < ny; j++)
		for (int odd = 0; odd < 2; odd++)
			for (int i = odd; i + 1 < nx; i += 2) {
				const vertex *v = all + (size_t)j * (size_t)nx + (size_t)i;
				fill_cell(to, v, v + nx);
			}
}

WIDE_LOOPS static void clear_row(uint32_t *restrict pixel, float *restrict depth, int n, uint32_t ground)
{
	for (int i = 0; i < n; i++) {
		pixel[i] = ground;
		depth[i] = -INFINITY;
	}
}

/* Whatever was drawn before becomes ground again: transparent, in the panel's colour, so that pixels at the rim that
 * are averaged keep it. */
static void clear_image(void)
{
	uint32_t ground = now.c->theme->argb[INK_PANEL] & 0xFFFFFF;
	if (now.row != now.w || now.rows != now.h || now.ground != ground)
		now.used = now.bare_used = (patch){0, 0, now.w, now.h};
	now.row = now.w;
	now.rows = now.h;
	now.ground = ground;
	for (int y = now.used.y0; y < now.used.y1; y++) {
		size_t at = (size_t)y * (size_t)now.w + (size_t)now.used.x0;
		clear_row(now.pixel + at, now.depth + at, now.used.x1 - now.used.x0, ground);
	}
	now.used = (patch){0};
}

static bool is_empty(patch p)
{
	return p.x0 >= p.x1 || p.y0 >= p.y1;
}

static patch both(patch a, patch b)
{
	if (is_empty(a) || is_empty(b))
		return is_empty(a) ? b : a;
	return (patch){a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0, a.x1 > b.x1 ? a.x1 : b.x1,
	        a.y1 > b.y1 ? a.y1 : b.y1};
}

static void copy_patch(uint32_t *to, const uint32_t *from, patch p)
{
	for (int y = p.y0; y < p.y1 && !is_empty(p); y++) {
		size_t at = (size_t)y * (size_t)now.w + (size_t)p.x0;
		memcpy(to + at, from + at, (size_t)(p.x1 - p.x0) * sizeof *to);
	}
}

/* ---- lines and balls on it ---- */

static void blend(size_t at, uint32_t argb, float cover)
{
	uint32_t under = now.pixel[at], out = 0;
	if (under >> 24 == 0) { /* beside the surface */
		now.pixel[at] = (uint32_t)(cover * 255 + 0.5F) << 24 | (argb & 0xFFFFFF);
		return;
	}
	for (int shift = 0; shift < 24; shift += 8) {
		float from = (float)(under >> shift & 255), to = (float)(argb >> shift & 255);
		out |= (uint32_t)(from + (to - from) * cover + 0.5F) << shift;
	}
	now.pixel[at] = (under & 0xFF000000U) | out;
}

/* Lines lie on the surface: this much behind it they still show. */
static float depth_slack(void)
{
	return 0.02F * now.scale;
}

/* `behind`: how much shows where the surface is in front. */
static void draw_segment(vertex a, vertex b, float radius, uint32_t argb, float alpha, float behind)
{
	float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy, reach = radius + 1, slack = depth_slack();
	float per_square = square > 0 ? 1 / square : 0, limit = (radius + 0.5F) * (radius + 0.5F);
	if (!isfinite(a.x + a.y + b.x + b.y))
		return;
	int x0 = first_pixel(least(a.x, b.x, a.x) - reach), x1 = last_pixel(most(a.x, b.x, a.x) + reach, now.w);
	int y0 = first_pixel(least(a.y, b.y, a.y) - reach), y1 = last_pixel(most(a.y, b.y, a.y) + reach, now.h);
	now.used = both(now.used, (patch){x0, y0, x1 + 1, y1 + 1});
	for (int y = y0; y <= y1; y++)
		for (int x = x0; x <= x1; x++) {
			float px = (float)x + 0.5F - a.x, py = (float)y + 0.5F - a.y;
			float t = (px * dx + py * dy) * per_square;
			t = t < 0 ? 0 : t > 1 ? 1 : t;
			float ax = px - t * dx, ay = py - t * dy, away = ax * ax + ay * ay;
			if (away >= limit)
				continue;
			float cover = radius + 0.5F - sqrtf(away);
			cover = cover < 1 ? cover : 1;
			size_t at = (size_t)y * (size_t)now.w + (size_t)x;
			if (a.depth + t * (b.depth - a.depth) + slack > now.depth[at])
				blend(at, argb, cover * alpha);
			else if (behind > 0)
				blend(at, argb, cover * behind);
		}
}

static vertex on_surface(double x, double y)
{
	return project((corner){along(&now.s->x, x), along(&now.s->y, y), height_of(height_at(&now.s->f, x, y))});
}

/* Long stretches follow the surface: cut into pieces about as long as a cell of the field. */
static int pieces(const double from[2], const double to[2])
{
	const field *f = &now.s->f;
	double cells = hypot(
	        (to[0] - from[0]) / (f->x1 - f->x0) * (f->nx - 1), (to[1] - from[1]) / (f->y1 - f->y0) * (f->ny - 1));
	return !(cells < 512) ? 512 : cells < 1 ? 1 : (int)cells;
}

void surface3d_way(const double (*at)[2], int n, float width, uint32_t argb, float gap)
{
	float radius = 0.5F * width * now.s->samples * now.c->theme->line, walked = 0, stride = gap * now.s->samples;
	for (int i = 1; i < n; i++) {
		int parts = pieces(at[i - 1], at[i]);
		vertex last = on_surface(at[i - 1][0], at[i - 1][1]);
		for (int k = 1; k <= parts; k++) {
			double t = (double)k / parts;
			vertex v = on_surface(at[i - 1][0] + t * (at[i][0] - at[i - 1][0]),
			        at[i - 1][1] + t * (at[i][1] - at[i - 1][1]));
			float length = hypotf(v.x - last.x, v.y - last.y);
			if (!(stride > 0) || fmodf(walked, 2 * stride) < stride)
				draw_segment(last, v, radius, argb, 1, HIDDEN);
			walked += isfinite(length) ? length : 0;
			last = v;
		}
	}
}

void surface3d_ball(double x, double y, float radius, uint32_t argb)
{
	vertex v = on_surface(x, y);
	float r = radius * now.s->samples * now.c->theme->line;
	v.depth += r; /* it rests on the surface */
	draw_segment(v, v, r, 0xFFFFFFFF, 1, HIDDEN);
	draw_segment(v, v, 0.75F * r, argb, 1, HIDDEN);
}

/* Thin lines along both directions, so that slopes can be read where the light shows little. */
static void draw_mesh(void)
{
	const field *f = &now.s->f;
	enum { LINES = 16 };
	for (int way = 0; way < 2; way++) {
		int across = way ? f->ny : f->nx, n = way ? f->nx : f->ny,
		    lines = across - 1 < LINES ? across - 1 : LINES;
		for (int k = 0; k <= lines; k++) {
			size_t fixed = (size_t)((long)k * (across - 1) / lines);
			for (size_t i = 1; i < (size_t)n; i++) {
				size_t a = way ? fixed * (size_t)f->nx + i - 1 : (i - 1) * (size_t)f->nx + fixed;
				size_t b = way ? a + 1 : a + (size_t)f->nx;
				draw_segment(now.vertex[a], now.vertex[b], 0.3F * now.s->samples, 0xFF000000, 0.16F, 0);
			}
		}
	}
}

/* ---- the box ---- */

static void draw_edge(corner a, corner b, stroke s)
{
	point p = on_canvas(project(a)), q = on_canvas(project(b));
	canvas_line(now.c, p.x, p.y, q.x, q.y, s);
}

/* +1 or −1: the side of the box that is away from the viewer. */
static float back_u(void)
{
	return now.sin_turn >= 0 ? 1 : -1;
}

static float back_v(void)
{
	return now.cos_turn >= 0 ? 1 : -1;
}

typedef struct box_axis {
	const axis *a;
	const char *title;
	axis_ticks ticks;
	corner low, high;       /* its ends */
	float out_u, out_v;     /* away from the box, on the floor */
	bool shy_low, shy_high; /* at that end the heights have their labels */
} box_axis;

static corner between(corner a, corner b, float t)
{
	return (corner){a.u + t * (b.u - a.u), a.v + t * (b.v - a.v), a.h + t * (b.h - a.h)};
}

static float share(const axis *a, double value)
{
	return 0.5F * (along(a, value) + 1);
}

static void draw_back(const box_axis *x, const box_axis *y, const box_axis *z)
{
	stroke grid = plot_stroke(1, INK_GRID, 1, DASH_SOLID), line = plot_stroke(1, INK_AXIS, 0.8F, DASH_SOLID);
	float u = back_u(), v = back_v(), h = BOX_HEIGHT;
	for (int i = 0; i < x->ticks.n; i++) {
		float at = 2 * share(x->a, x->ticks.tick[i].at) - 1;
		draw_edge((corner){at, -1, -h}, (corner){at, 1, -h}, grid);
		draw_edge((corner){at, v, -h}, (corner){at, v, h}, grid);
	}
	for (int i = 0; i < y->ticks.n; i++) {
		float at = 2 * share(y->a, y->ticks.tick[i].at) - 1;
		draw_edge((corner){-1, at, -h}, (corner){1, at, -h}, grid);
		draw_edge((corner){u, at, -h}, (corner){u, at, h}, grid);
	}
	for (int i = 0; i < z->ticks.n; i++) {
		float at = h * (2 * share(z->a, z->ticks.tick[i].at) - 1);
		draw_edge((corner){u, -1, at}, (corner){u, 1, at}, grid);
		draw_edge((corner){-1, v, at}, (corner){1, v, at}, grid);
	}
	draw_edge((corner){u, v, -h}, (corner){u, v, h}, line);
	for (int side = -1; side <= 1; side += 2) {
		draw_edge((corner){-1, (float)side, -h}, (corner){1, (float)side, -h}, line);
		draw_edge((corner){(float)side, -1, -h}, (corner){(float)side, 1, -h}, line);
	}
}

/* Tick labels outside an edge, the title beyond them. */
static void draw_labels(const box_axis *b, float em)
{
	text_style s = plot_type(now.c, TYPE_TICK, INK_MUTED, ALIGN_CENTER);
	point low = on_canvas(project(b->low)), high = on_canvas(project(b->high));
	corner mid = between(b->low, b->high, 0.5F), outer = {mid.u + b->out_u, mid.v + b->out_v, mid.h};
	point middle = on_canvas(project(mid)), out = on_canvas(project(outer));
	float dx = out.x - middle.x, dy = out.y - middle.y, length = hypotf(dx, dy);
	dx = length > 0 ? dx / length : -1;
	dy = length > 0 ? dy / length : 0;
	float widest = axis_widest(&b->ticks);
	for (int i = 0; i < b->ticks.n; i++) {
		float t = share(b->a, b->ticks.tick[i].at), w = b->ticks.tick[i].width;
		if ((b->shy_low && t < 0.04F) || (b->shy_high && t > 0.96F))
			continue;
		float x = low.x + t * (high.x - low.x) + dx * (0.6F * em + 0.5F * w),
		      y = low.y + t * (high.y - low.y) + dy * 1.1F * em;
		canvas_text(now.c, x, y + 0.36F * em, b->ticks.tick[i].label, s);
	}
	if (!b->title)
		return;
	float w = canvas_measure(b->title, s.size, s.weight).width;
	bool upright = fabsf(high.x - low.x) < 1;
	float reach = upright ? 0.9F * em + widest + em : 1.1F * em;
	float x = middle.x + dx * (reach + (upright ? 0 : widest + 0.5F * w + 0.4F * em)),
	      y = middle.y + dy * (upright ? 0 : 2.8F * em);
	s.angle = upright ? 90 : 0;
	x = fmaxf(now.area.x + (upright ? 0.9F * em : 0.5F * w), fminf(x, now.area.x + now.area.w - 0.5F * w));
	canvas_text(now.c, x, fminf(y + 0.36F * em, now.area.y + now.area.h - 2), b->title, s);
}

static void make_axis(box_axis *b, float em)
{
	point p = on_canvas(project(b->low)), q = on_canvas(project(b->high));
	float length = hypotf(q.x - p.x, q.y - p.y);
	axis laid = *b->a;
	laid.from = 0;
	laid.to = length;
	axis_make_ticks(&laid, length, em, true, &b->ticks);
}

static void draw_box(float em)
{
	float u = -back_u(), v = -back_v(), h = BOX_HEIGHT; /* the sides towards the viewer */
	box_axis x = {.a = &now.s->x, .title = now.s->x_title, .low = {-1, v, -h}, .high = {1, v, -h}, .out_v = v};
	box_axis y = {.a = &now.s->y, .title = now.s->y_title, .low = {u, -1, -h}, .high = {u, 1, -h}, .out_u = u};
	/* heights at the left end of the silhouette */
	bool first = project((corner){-u, v, 0}).x < project((corner){u, -v, 0}).x;
	corner foot = first ? (corner){-u, v, -h} : (corner){u, -v, -h};
	box_axis z = {.a = &now.s->z, .title = now.s->z_title, .low = foot, .high = {foot.u, foot.v, h}};
	x.shy_low = foot.v == v && foot.u < 0;
	x.shy_high = foot.v == v && foot.u > 0;
	y.shy_low = foot.u == u && foot.v < 0;
	y.shy_high = foot.u == u && foot.v > 0;
	make_axis(&x, em);
	make_axis(&y, em);
	make_axis(&z, em);
	canvas_group(now.c, "box");
	draw_back(&x, &y, &z);
	draw_edge(z.low, z.high, plot_stroke(1, INK_AXIS, 0.8F, DASH_SOLID));
	draw_labels(&x, em);
	draw_labels(&y, em);
	draw_labels(&z, em);
	canvas_group_end(now.c);
}

/* ---- all of it ---- */

static void take_pose(rect area, float em)
{
	surface3d_pose p = now.s->pose;
	const float degree = 3.14159265F / 180;
	float tilt = fmaxf(0, fminf(90, p.tilt)) * degree, turn = p.turn * degree;
	now.cos_turn = cosf(turn);
	now.sin_turn = sinf(turn);
	now.cos_tilt = cosf(tilt);
	now.sin_tilt = sinf(tilt);
	/* the same size however it is turned; room for the labels around it */
	float wide = 2 * (fabsf(now.cos_turn) + fabsf(now.sin_turn)),
	      high = 2 * BOX_HEIGHT * now.cos_tilt + wide * now.sin_tilt;
	float scale = fminf((area.w - 9 * em) / wide, (area.h - 5 * em) / high);
	now.scale = fmaxf(1, scale) * fmaxf(0.1F, p.zoom) * now.s->samples;
	now.x0 = 0.5F * (float)now.w + 1.2F * em * now.s->samples;
	now.y0 = 0.5F * (float)now.h - 1.0F * em * now.s->samples;
}

static uint64_t fold_bytes(uint64_t key, const void *data, size_t bytes)
{
	const unsigned char *p = data;
	for (; bytes >= 8; bytes -= 8, p += 8) {
		uint64_t word;
		memcpy(&word, p, 8);
		key = (key ^ word) * 0x9E3779B97F4A7C15U;
		key ^= key >> 29;
	}
	for (; bytes > 0; bytes--, p++)
		key = (key ^ *p) * 0x9E3779B97F4A7C15U;
	return key;
}

/* Of everything that the bare surface depends on; never 0. */
static uint64_t key_of(const surface3d_scene *s)
{
	const double ends[] = {s->x.low, s->x.high, s->y.low, s->y.high, s->z.low, s->z.high, s->f.x0, s->f.x1, s->f.y0,
	        s->f.y1, (double)s->pose.turn, (double)s->pose.tilt, (double)s->pose.zoom, (double)s->samples,
	        (double)now.w, (double)now.h, s->f.nx, s->f.ny, now.c->theme->argb[INK_PANEL], (double)now.x0,
	        (double)now.y0, (double)now.scale};
	uint64_t key = fold_bytes(0xCBF29CE484222325U, ends, sizeof ends);
	return fold_bytes(key, s->f.z, (size_t)s->f.nx * (size_t)s->f.ny * sizeof *s->f.z) | 1;
}

static void shade(const surface3d_scene *s)
{
	uint64_t key = key_of(s);
	if (now.key == key) {
		copy_patch(now.pixel, now.bare, both(now.used, now.bare_used));
		now.used = now.bare_used;
		return;
	}
	target t = {now.pixel, now.depth, now.w, now.h};
	clear_image();
	make_vertices();
	fill_surface(&t, now.vertex, s->f.nx, s->f.ny);
	draw_mesh();
	copy_patch(now.bare, now.pixel, both(now.used, now.bare_used));
	now.bare_used = now.used;
	now.key = key;
}

bool surface3d_begin(canvas *c, rect area, const surface3d_scene *s)
{
	static surface3d_scene kept;
	float em = plot_em(c, TYPE_TICK);
	now.c = NULL;
	if (!(area.w > 14 * em) || !(area.h > 10 * em) || s->f.nx < 2 || s->f.ny < 2)
		return false;
	kept = *s;
	now.s = &kept;
	while ((double)(area.w * area.h * kept.samples * kept.samples) > MOST_PIXELS)
		kept.samples *= 0.5F;
	now.area = area;
	now.w = (int)ceilf(area.w * kept.samples);
	now.h = (int)ceilf(area.h * kept.samples);
	if (!make_room(now.w, now.h, (size_t)s->f.nx * (size_t)s->f.ny))
		return false;
	now.c = c;
	take_pose(area, em);
	draw_box(em);
	shade(&kept);
	return true;
}

void surface3d_end(void)
{
	if (!now.c)
		return;
	rect r = {now.area.x, now.area.y, (float)now.w / now.s->samples, (float)now.h / now.s->samples};
	canvas_group(now.c, "surface");
	canvas_clip(now.c, now.area);
	canvas_image(now.c, r, now.pixel, now.w, now.h, now.s->samples != 1);
	canvas_clip_end(now.c);
	canvas_group_end(now.c);
}
