/* drop WINDOW FILE: drops a file on a window, as a file manager does, by the protocol XDND (version 5). For window.sh.
 * Ends with 0 when the target has taken it, with 1 and a line that says why when it has not. */
#include <X11/Xatom.h>
#include <X11/Xlib.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 5, PATIENCE_MS = 5000 };

typedef struct drag {
	Display *x;
	Window source, target;
	Atom selection, list, copy;
	char uri[4200]; /* with the line's end */
} drag;

static Atom atom(const drag *d, const char *name)
{
	return XInternAtom(d->x, name, False);
}

static void tell(const drag *d, const char *type, const long data[5])
{
	XEvent e = {
	        .xclient = {.type = ClientMessage, .window = d->target, .message_type = atom(d, type), .format = 32}};
	memcpy(e.xclient.data.l, data, sizeof e.xclient.data.l);
	XSendEvent(d->x, d->target, False, NoEventMask, &e);
	XFlush(d->x);
}

/* The target asks for the text of the drag. */
static void answer(const drag *d, const XSelectionRequestEvent *r)
{
	XEvent e = {.xselection = {.type = SelectionNotify,
	                    .requestor = r->requestor,
	                    .selection = r->selection,
	                    .target = r->target,
	                    .property = r->target == d->list ? r->property : None,
	                    .time = r->time}};
	if (r->target == d->list)
		XChangeProperty(d->x, r->requestor, r->property, r->target, 8, PropModeReplace,
		        (const unsigned char *)d->uri, (int)strlen(d->uri));
	XSendEvent(d->x, r->requestor, False, NoEventMask, &e);
	XFlush(d->x);
}

/* Waits for a message of the target; answers what it asks meanwhile. */
static bool wait_for(const drag *d, const char *type, XClientMessageEvent *out)
{
	Atom wanted = atom(d, type);
	struct pollfd p = {.fd = ConnectionNumber(d->x), .events = POLLIN};
	for (;;) {
		XEvent e;
		while (XPending(d->x)) {
			XNextEvent(d->x, &e);
			if (e.type == SelectionRequest)
				answer(d, &e.xselectionrequest);
			if (e.type == ClientMessage && e.xclient.message_type == wanted) {
				*out = e.xclient;
				return true;
			}
		}
		if (poll(&p, 1, PATIENCE_MS) <= 0) {
			printf("no %s from the target\n", type);
			return false;
		}
	}
}

/* Whether the window says that it understands the protocol. */
static bool is_aware(const drag *d)
{
	Atom type;
	int format;
	unsigned long n, rest;
	unsigned char *data = NULL;
	bool ok = XGetWindowProperty(d->x, d->target, atom(d, "XdndAware"), 0, 1, False, AnyPropertyType, &type,
	                  &format, &n, &rest, &data) == Success &&
	          n == 1;
	if (data)
		XFree(data);
	if (!ok)
		printf("the target takes no drops\n");
	return ok;
}

static bool make_uri(drag *d, const char *file)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	char *path = realpath(file, NULL);
	size_t n = (size_t)snprintf(d->uri, sizeof d->uri, "file://");
	for (const char *p = path; p && *p && n + 6 < sizeof d->uri; p++)
		n += (size_t)snprintf(d->uri + n, sizeof d->uri - n, strchr(plain, *p) ? "%c" : "%%%02X",
		        (unsigned)(unsigned char)*p);
	snprintf(d->uri + n, sizeof d->uri - n, "\r\n");
	bool found = path != NULL;
	free(path);
	if (!found)
		printf("%s: no such file\n", file);
	return found;
}

static bool do_drop(drag *d)
{
	XClientMessageEvent said;
	long from = (long)d->source;
	tell(d, "XdndEnter", (const long[5]){from, (long)VERSION << 24, (long)d->list, 0, 0});
	tell(d, "XdndPosition", (const long[5]){from, 0, 100L << 16 | 100, CurrentTime, (long)d->copy});
	if (!wait_for(d, "XdndStatus", &said))
		return false;
	if (!(said.data.l[1] & 1)) {
		printf("the target does not want it\n");
		return false;
	}
	tell(d, "XdndDrop", (const long[5]){from, 0, CurrentTime, 0, 0});
	return wait_for(d, "XdndFinished", &said);
}

int main(int argc, char **argv)
{
	drag d = {0};
	if (argc != 3) {
		printf("usage: drop WINDOW FILE\n");
		return 1;
	}
	d.x = XOpenDisplay(NULL);
	if (!d.x) {
		printf("no display\n");
		return 1;
	}
	d.target = (Window)strtoul(argv[1], NULL, 0);
	d.source = XCreateSimpleWindow(d.x, DefaultRootWindow(d.x), 0, 0, 1, 1, 0, 0, 0);
	d.selection = atom(&d, "XdndSelection");
	d.list = atom(&d, "text/uri-list");
	d.copy = atom(&d, "XdndActionCopy");
	XSetSelectionOwner(d.x, d.selection, d.source, CurrentTime);
	bool ok = make_uri(&d, argv[2]) && is_aware(&d) && do_drop(&d);
	XCloseDisplay(d.x);
	return ok ? 0 : 1;
}
