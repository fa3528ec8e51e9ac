#include "plot/math_parts.h"

#include <string.h>

const float MATH_AXIS = 0.314F; /* the middle of + − = in DejaVu Sans */

/* ---- commands ---- */

static const math_command commands[] = {
#define COMMAND(name, act, shown, value) {name, act, shown, value},
#include "plot/math.def"
#undef COMMAND
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const math_command *find_exactly(const char *name, size_t n)
{
	for (int i = 0; i < COMMANDS; i++)
		if (!strncmp(commands[i].name, name, n) && !commands[i].name[n])
			return &commands[i];
	return NULL;
}

const math_command *math_find(const char *name, int n)
{
	if (n < 1)
		return NULL;
	const math_command *c = find_exactly(name, (size_t)n);
	if (c || n < 2 || !strchr("lrm", name[n - 1]))
		return c;
	c = find_exactly(name, (size_t)n - 1); /* \bigl, \Bigr */
	return c && c->act == ACT_BIG ? c : NULL;
}

/* ---- characters ---- */

uint32_t math_next(const char **text, const char *end)
{
	const unsigned char *s = (const unsigned char *)*text;
	int more = *s < 0xC2 || *s > 0xF4 ? 0 : *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : 1;
	uint32_t code = more ? *s & (0x3FU >> more) : *s;
	int i = 1;
	while (i <= more && i < end - *text && (s[i] & 0xC0) == 0x80)
		code = code << 6 | (s[i++] & 0x3FU);
	*text += i > more ? i : 1;
	return i <= more || (!more && *s >= 0x80) ? 0xFFFD : code;
}

/* In UTF-8 no character begins in the middle of another, so that its bytes can be searched for. */
static bool is_in(const char *set, uint32_t code)
{
	char bytes[5] = {0};
	int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	if (!more)
		return code && strchr(set, (int)code);
	bytes[0] = (char)((0xFF00U >> (more + 1) & 0xFF) | code >> (6 * more));
	for (int i = 1; i <= more; i++)
		bytes[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3F));
	return strstr(set, bytes);
}

const math_command *math_typed(uint32_t code)
{
	for (int i = 0; i < COMMANDS && code >= 0x80; i++) {
		const math_command *c = &commands[i];
		const char *shown = c->shown;
		bool symbol = c->act == ACT_SYMBOL || c->act == ACT_LETTER || c->act == ACT_LARGE;
		if (symbol && math_next(&shown, shown + strlen(shown)) == code)
			return c;
	}
	return NULL;
}

math_class math_class_of(uint32_t code)
{
	return is_in("+-*−·", code)  ? CLASS_BIN
	       : is_in("=<>:", code) ? CLASS_REL
	       : is_in(",;", code)   ? CLASS_PUNCT
	       : is_in("([", code)   ? CLASS_OPEN
	       : is_in(")]!?", code) ? CLASS_CLOSE
	                             : CLASS_ORD;
}

const char *math_in_face(math_face f, uint32_t code)
{
	static const char *const twice[26] = {"𝔸", "𝔹", "ℂ", "𝔻", "𝔼", "𝔽", "𝔾", "ℍ", "𝕀", "𝕁", "𝕂", "𝕃", "𝕄", "ℕ", "𝕆",
	        "ℙ", "ℚ", "ℝ", "𝕊", "𝕋", "𝕌", "𝕍", "𝕎", "𝕏", "𝕐", "ℤ"};
	/* The capitals of this hand that DejaVu Sans has. */
	static const char *const script[26] = {['B' - 'A'] = "ℬ",
	        ['E' - 'A'] = "ℰ",
	        ['F' - 'A'] = "ℱ",
	        ['H' - 'A'] = "ℋ",
	        ['I' - 'A'] = "ℐ",
	        ['L' - 'A'] = "ℒ",
	        ['M' - 'A'] = "ℳ",
	        ['R' - 'A'] = "ℛ"};
	if (f == FACE_DOUBLE && code == '1')
		return "𝟙";
	if (code < 'A' || code > 'Z')
		return NULL;
	return f == FACE_DOUBLE ? twice[code - 'A'] : f == FACE_SCRIPT ? script[code - 'A'] : NULL;
}

/* ---- measures of DejaVu Sans; another font comes close ---- */

void math_heights(uint32_t code, float *ascent, float *descent)
{
	static const struct {
		const char *set;
		float ascent, descent;
	} heights[] = {
	        {"acemnorsuvwxzαεικνοπστυωϵϖı", 0.56F, 0.014F},
	        {"gpqyγημρφχψϱςȷ", 0.56F, 0.208F},
	        {"bdfhikl!?δθλϑℏℓ", 0.76F, 0.014F},
	        {"jβζξϕ", 0.76F, 0.208F},
	        {"t", 0.702F, 0},
	        {"J𝕁", 0.729F, 0.2F},
	        {"Qℚ", 0.742F, 0.129F},
	        {"+±∓×∗⊙⊗⊕⊖", 0.643F, 0.014F},
	        {"−-=≈≡∼≃≐≔∝∞¬→←↔⇒⇐⇔⟶⟵⟹⟸⟺↦∘⋆", 0.53F, 0},
	        {"<>≤≥≪≫≲≳≅≠∪∩∧∨⊂⊃⊆⊇", 0.61F, 0.03F},
	        {"⊤⊥∈∋∂", 0.71F, 0.014F},
	        {"∉≜", 0.84F, 0.138F},
	        {"·⋅⋯•", 0.41F, 0},
	        {".…", 0.124F, 0},
	        {",", 0.124F, 0.116F},
	        {":", 0.517F, 0},
	        {";", 0.517F, 0.116F},
	        {"'′*ˆ˜˙¨", 0.742F, 0},
	        {"()[]⟨⟩⌈⌉⌊⌋⟦⟧", 0.76F, 0.132F},
	        {"{}", 0.76F, 0.163F},
	        {"|‖∥∣", 0.764F, 0.236F},
	        {"/", 0.729F, 0.093F},
	        {"∑∏∐", 0.719F, 0.192F},
	        {"∫∮", 0.757F, 0.212F},
	        {"↑↓∇∀∃∅∠ℵ†", 0.729F, 0.014F},
	        {"⋮⋱", 0.715F, 0.093F},
	        {" \t\n", 0, 0},
	};
	bool capital = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 0x391 && code <= 0x3A9);
	*ascent = capital ? 0.742F : 0.77F;
	*descent = capital ? 0.014F : 0.21F;
	for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
		if (is_in(heights[i].set, code)) {
			*ascent = heights[i].ascent;
			*descent = heights[i].descent;
			return;
		}
}

float math_overhang(uint32_t code)
{
	return is_in("fTVWYUFPΓ", code)                ? 0.1F
	       : is_in("dlβδζξEHIJKMNXZ", code)        ? 0.06F
	       : is_in("BCDGOQRSvwxyztγντσφχψπ", code) ? 0.03F
	                                               : 0;
}

float math_inset(uint32_t code)
{
	return code == 'J' ? 0.13F : code == 'j' ? 0.08F : 0;
}
