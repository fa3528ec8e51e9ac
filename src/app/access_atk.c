/* The bridge to assistive programs. ATK and GLib are seen here and nowhere else. */
#include "app/access.h"

#ifdef HAVE_ATK

#include <atk-bridge.h>
#include <atk/atk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One object per control, and two for the program and its window. */
typedef struct item {
	AtkObject parent;
	access_node node;
	char told[ACCESS_ABOUT + 80]; /* value and what it is about */
	bool gone;
} item;
typedef struct itemClass { /* GLib wants this name */
	AtkObjectClass parent;
} itemClass;

static struct {
	AtkObject *program, *window;
	item *child[UI_CONTROLS];
	int children;
	float per_unit;
	bool started, pressed;
	point press;
	uint32_t focus;
} bridge;

static AtkRole role_of(ui_role role)
{
	static const AtkRole roles[UI_ROLES] = {[UI_BUTTON] = ATK_ROLE_PUSH_BUTTON,
	        [UI_TOGGLE] = ATK_ROLE_TOGGLE_BUTTON,
	        [UI_SLIDER] = ATK_ROLE_SLIDER,
	        [UI_ENTRY] = ATK_ROLE_ENTRY,
	        [UI_CHOICE] = ATK_ROLE_COMBO_BOX,
	        [UI_OPTION] = ATK_ROLE_MENU_ITEM,
	        [UI_SECTION] = ATK_ROLE_TOGGLE_BUTTON,
	        [UI_PLOT] = ATK_ROLE_IMAGE,
	        [UI_STATUS] = ATK_ROLE_STATUSBAR};
	return roles[role] ? roles[role] : ATK_ROLE_PANEL;
}

/* ---- one control ---- */

static void item_component(AtkComponentIface *iface);
static void item_action(AtkActionIface *iface);
GType item_get_type(void);
G_DEFINE_TYPE_WITH_CODE(item, item, ATK_TYPE_OBJECT,
        G_IMPLEMENT_INTERFACE(ATK_TYPE_COMPONENT, item_component) G_IMPLEMENT_INTERFACE(ATK_TYPE_ACTION, item_action))

static item *item_of(void *object)
{
	return object;
}

/* What the user would read: the text of a card or a chip stands in its value. */
static const char *item_name(AtkObject *o)
{
	const access_node *n = &item_of(o)->node;
	return n->role == UI_BUTTON && n->value[0] ? n->value : n->name;
}

static const char *item_description(AtkObject *o)
{
	item *i = item_of(o);
	const access_node *n = &i->node;
	bool value = n->value[0] && n->role != UI_BUTTON;
	snprintf(i->told, sizeof i->told, "%s%s%s", value ? n->value : "", value && n->about[0] ? "; " : "", n->about);
	return i->told;
}

static AtkRole item_role(AtkObject *o)
{
	return role_of(item_of(o)->node.role);
}

static AtkStateSet *item_states(AtkObject *o)
{
	const item *i = item_of(o);
	AtkStateSet *s = ATK_OBJECT_CLASS(item_parent_class)->ref_state_set(o);
	if (i->gone) {
		atk_state_set_add_state(s, ATK_STATE_DEFUNCT);
		return s;
	}
	atk_state_set_add_state(s, ATK_STATE_ENABLED);
	atk_state_set_add_state(s, ATK_STATE_SENSITIVE);
	atk_state_set_add_state(s, ATK_STATE_VISIBLE);
	if (i->node.shown.w > 0 && i->node.shown.h > 0)
		atk_state_set_add_state(s, ATK_STATE_SHOWING);
	if (i->node.focusable)
		atk_state_set_add_state(s, ATK_STATE_FOCUSABLE);
	if (i->node.focused)
		atk_state_set_add_state(s, ATK_STATE_FOCUSED);
	if (strcmp(i->node.value, "on") == 0 || strcmp(i->node.value, "open") == 0)
		atk_state_set_add_state(s, ATK_STATE_CHECKED);
	return s;
}

static AtkAttributeSet *item_attributes(AtkObject *o)
{
	AtkAttribute *a = g_new(AtkAttribute, 1);
	a->name = g_strdup("valuetext");
	a->value = g_strdup(item_of(o)->node.value);
	return g_slist_append(NULL, a);
}

static gint item_index(AtkObject *o)
{
	for (int i = 0; i < bridge.children; i++)
		if ((void *)bridge.child[i] == (void *)o)
			return i;
	return -1;
}

static void item_class_init(itemClass *k)
{
	AtkObjectClass *o = ATK_OBJECT_CLASS(k);
	o->get_name = item_name;
	o->get_description = item_description;
	o->get_role = item_role;
	o->ref_state_set = item_states;
	o->get_attributes = item_attributes;
	o->get_index_in_parent = item_index;
}

static void item_init(item *i)
{
	(void)i;
}

static void item_extents(AtkComponent *c, gint *x, gint *y, gint *w, gint *h, AtkCoordType type)
{
	const rect r = item_of(c)->node.shown;
	(void)type; /* the window does not know where it stands on the screen under every server */
	*x = (gint)(r.x / bridge.per_unit);
	*y = (gint)(r.y / bridge.per_unit);
	*w = (gint)(r.w / bridge.per_unit);
	*h = (gint)(r.h / bridge.per_unit);
}

static void item_component(AtkComponentIface *iface)
{
	iface->get_extents = item_extents;
}

static gboolean item_press(AtkAction *a, gint which)
{
	const item *i = item_of(a);
	const rect r = i->node.shown;
	if (which != 0 || i->gone || !(r.w > 0) || !(r.h > 0))
		return FALSE;
	bridge.press = (point){r.x + r.w / 2, r.y + r.h / 2};
	bridge.pressed = true;
	return TRUE;
}

static gint item_actions(AtkAction *a)
{
	return item_of(a)->node.focusable || item_of(a)->node.role == UI_OPTION;
}

static const gchar *item_action_name(AtkAction *a, gint which)
{
	(void)a;
	return which == 0 ? "press" : NULL;
}

static void item_action(AtkActionIface *iface)
{
	iface->do_action = item_press;
	iface->get_n_actions = item_actions;
	iface->get_name = item_action_name;
}

/* ---- the program and its window ---- */

typedef struct holder {
	AtkObject parent;
} holder;
typedef struct holderClass {
	AtkObjectClass parent;
} holderClass;

GType holder_get_type(void);
G_DEFINE_TYPE(holder, holder, ATK_TYPE_OBJECT)

static gint holder_children(AtkObject *o)
{
	return o == bridge.program ? bridge.window != NULL : bridge.children;
}

static AtkObject *holder_child(AtkObject *o, gint i)
{
	if (i < 0 || i >= holder_children(o))
		return NULL;
	return g_object_ref(o == bridge.program ? bridge.window : &bridge.child[i]->parent);
}

static gint holder_index(AtkObject *o)
{
	return o == bridge.window ? 0 : -1;
}

static AtkStateSet *holder_states(AtkObject *o)
{
	AtkStateSet *s = ATK_OBJECT_CLASS(holder_parent_class)->ref_state_set(o);
	atk_state_set_add_state(s, ATK_STATE_VISIBLE);
	atk_state_set_add_state(s, ATK_STATE_SHOWING);
	atk_state_set_add_state(s, ATK_STATE_ENABLED);
	if (o == bridge.window)
		atk_state_set_add_state(s, ATK_STATE_ACTIVE);
	return s;
}

static void holder_class_init(holderClass *k)
{
	AtkObjectClass *o = ATK_OBJECT_CLASS(k);
	o->get_n_children = holder_children;
	o->ref_child = holder_child;
	o->get_index_in_parent = holder_index;
	o->ref_state_set = holder_states;
}

static void holder_init(holder *h)
{
	(void)h;
}

static AtkObject *holder_new(AtkRole role, AtkObject *parent)
{
	AtkObject *o = g_object_new(holder_get_type(), NULL);
	atk_object_set_name(o, "unroll");
	atk_object_set_role(o, role);
	if (parent)
		atk_object_set_parent(o, parent);
	return o;
}

static AtkObject *root(void)
{
	return bridge.program;
}

static const gchar *toolkit_name(void)
{
	return "unroll";
}

static const gchar *toolkit_version(void)
{
	return "1";
}

/* ---- what the window calls ---- */

bool access_start(void)
{
	const char *off = getenv("NO_AT_BRIDGE");
	if (bridge.started || (off && *off == '1') ||
	        (!getenv("DBUS_SESSION_BUS_ADDRESS") && !getenv("AT_SPI_BUS_ADDRESS")))
		return bridge.started;
	bridge.program = holder_new(ATK_ROLE_APPLICATION, NULL);
	bridge.window = holder_new(ATK_ROLE_FRAME, bridge.program);
	bridge.per_unit = 1;
	AtkUtilClass *util = g_type_class_ref(ATK_TYPE_UTIL);
	util->get_root = root;
	util->get_toolkit_name = toolkit_name;
	util->get_toolkit_version = toolkit_version;
	bridge.started = atk_bridge_adaptor_init(NULL, NULL) == 0;
	return bridge.started;
}

static item *item_for(const access_node *n)
{
	item *i = g_object_new(item_get_type(), NULL);
	i->node = *n;
	atk_object_set_parent(&i->parent, bridge.window);
	return i;
}

/* Tells what has changed about a control that was there before. */
static void item_update(item *i, const access_node *n)
{
	bool name = strcmp(i->node.name, n->name) != 0 || strcmp(i->node.value, n->value) != 0;
	bool about = strcmp(i->node.about, n->about) != 0, focus = i->node.focused != n->focused;
	i->node = *n;
	if (name)
		g_object_notify(G_OBJECT(i), "accessible-name");
	if (about)
		g_object_notify(G_OBJECT(i), "accessible-description");
	if (focus)
		atk_object_notify_state_change(&i->parent, ATK_STATE_FOCUSED, n->focused);
}

static void drop_from(int first)
{
	while (bridge.children > first) {
		item *i = bridge.child[--bridge.children];
		i->gone = true;
		g_signal_emit_by_name(bridge.window, "children-changed::remove", bridge.children, i, NULL);
		g_object_unref(i);
	}
}

void access_show(const bench *b, const char *title, float per_unit)
{
	static access_node now[UI_CONTROLS];
	if (!bridge.started)
		return;
	bridge.per_unit = per_unit > 0 ? per_unit : 1;
	if (strcmp(atk_object_get_name(bridge.window), title) != 0)
		atk_object_set_name(bridge.window, title);
	int n = access_tree(b, now, UI_CONTROLS), same = 0;
	while (same < n && same < bridge.children && bridge.child[same]->node.id == now[same].id) {
		item_update(bridge.child[same], &now[same]);
		same++;
	}
	drop_from(same); /* from the first difference on they are others */
	for (int i = same; i < n; i++) {
		item *added = item_for(&now[i]);
		bridge.child[bridge.children++] = added;
		g_signal_emit_by_name(bridge.window, "children-changed::add", i, added, NULL);
		if (now[i].focused)
			atk_object_notify_state_change(&added->parent, ATK_STATE_FOCUSED, TRUE);
	}
}

bool access_pump(point *press)
{
	for (int i = 0; bridge.started && i < 100 && g_main_context_iteration(NULL, FALSE); i++)
		;
	if (!bridge.pressed)
		return false;
	*press = bridge.press;
	bridge.pressed = false;
	return true;
}

void access_stop(void)
{
	if (!bridge.started)
		return;
	drop_from(0);
	atk_bridge_adaptor_cleanup();
	g_object_unref(bridge.window);
	g_object_unref(bridge.program);
	memset(&bridge, 0, sizeof bridge);
}

#else

bool access_start(void)
{
	return false;
}

void access_show(const bench *b, const char *title, float per_unit)
{
	(void)b;
	(void)title;
	(void)per_unit;
}

bool access_pump(point *press)
{
	(void)press;
	return false;
}

void access_stop(void)
{
}

#endif
