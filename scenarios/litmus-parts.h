/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of litmus.c, not for others: a litmus file as text, as parsed, and as assembled. */
#pragma once

#include "scenarios/litmus.h"

/* Code of hart i is at LITMUS_CODE + i * LITMUS_CODE_STRIDE, locations from LITMUS_DATA on. All below 2^31, so that an
 * address survives being stored and loaded as a 32-bit int, as it does in herd. */
enum {
    LITMUS_CODE = 0x10000000,
    LITMUS_CODE_STRIDE = 0x10000,
    LITMUS_DATA = 0x11000000,
    LITMUS_DATA_SIZE_MAX = 0x100000,
    LITMUS_LOCATION_STRIDE = 64, /* harts touch neighbours by mistake only */
    LITMUS_INSNS_MAX = 2000,     /* of one hart; the longest `li` has 32 bytes */
    LITMUS_ENCODINGS_MAX = 1000,
    LITMUS_ELEMENTS_MAX = 1024, /* of an array */
};

G_STATIC_ASSERT(LITMUS_CODE + (uint64_t)HARTS_MAX * LITMUS_CODE_STRIDE <= LITMUS_DATA);

/* Bytes of the file, as offsets. */
typedef struct LitmusSpan {
    gsize start, end;
} LitmusSpan;

/* ---- what is in a file */

/* One instruction, checked in full: what is wrong with it is known before the assembler sees it. */
typedef struct LitmusInsn {
    gsize at;      /* offset of its mnemonic */
    char *written; /* as in the file, blanks made one */
    char *text;    /* for the assembler, up to the target */
    char *target;  /* the label it goes to (or the name whose address it loads), or NULL */
    gsize target_at;
    bool loads_address; /* la */
    int destination;    /* the register it writes, or -1 */
    bool loads, stores; /* `data` at `offset` from what register `base` holds */
    guint base, data;
    int64_t offset;
    int location; /* la: the location, once resolved; -1: a label */
    guint label;  /* the label, once resolved: index of an instruction of the hart */
} LitmusInsn;

typedef struct LitmusLabel {
    char *name;
    guint insn; /* index of the instruction that follows; the number of instructions at the end */
} LitmusLabel;

typedef struct LitmusHart {
    GArray *insns;  /* LitmusInsn */
    GArray *labels; /* LitmusLabel */
    /* assembled: */
    guint8 *code;
    guint *offsets; /* of every instruction, and of the end */
} LitmusHart;

typedef enum LitmusValueKind {
    LITMUS_NUMBER,   /* number */
    LITMUS_LOCATION, /* address of element `element` of location `index`, plus number */
    LITMUS_LABEL,    /* address of instruction `index` of hart `hart`, plus number */
    LITMUS_ENCODING, /* of encodings[index] */
} LitmusValueKind;

typedef struct LitmusValue {
    LitmusValueKind kind;
    uint64_t number;
    guint hart, index, element;
    gsize at;
} LitmusValue;

typedef struct LitmusLocation {
    char *name;
    bool typed;
    bool is_signed;
    guint size;     /* bytes of one element */
    guint count;    /* elements; 0: no array */
    GArray *values; /* LitmusValue; empty: zeros */
    uint64_t address;
} LitmusLocation;

/* A register that starts with a value. */
typedef struct LitmusRegister {
    guint hart, number;
    LitmusValue value;
} LitmusRegister;

/* A code address: `offset` bytes behind an instruction of a hart. */
typedef struct LitmusSite {
    guint hart, insn;
    int64_t offset;
} LitmusSite;

/* instr:"TEXT": one instruction as a number. If it is relative to its pc, it is encoded for the site it is stored to. */
typedef struct LitmusEncoding {
    LitmusInsn insn;
    bool relative, has_site;
    LitmusSite site;
    uint32_t word; /* assembled */
} LitmusEncoding;

/* One item of `locations [...]`. */
typedef struct LitmusItem {
    bool is_memory;
    guint hart, number;
    guint location;
    gint64 element; /* -1: no array */
} LitmusItem;

typedef struct LitmusFile {
    const Source *source; /* borrowed */
    char *text;           /* as in the file, comments blanked */
    gsize length;
    GArray *lines; /* gsize: where each starts */
    /* header */
    char *name;
    char *doc; /* or NULL */
    bool self;
    LitmusResult expected;
    gsize expected_at;
    /* parts */
    LitmusSpan init, program, constraint;
    GArray *harts;              /* LitmusHart */
    GArray *locations;          /* LitmusLocation */
    GArray *registers;          /* LitmusRegister */
    GArray *encodings;          /* LitmusEncoding */
    GArray *items;              /* LitmusItem */
    LitmusSpan filter;          /* the proposition; empty: none */
    LitmusSpan final;           /* with its quantifier; empty: none */
    GHashTable *location_named; /* name (owned by the location) -> index + 1 */
} LitmusFile;

void litmus_file_free(LitmusFile *file);

/* Everything up to the assembler. */
LitmusFile *litmus_file_parse(const Source *source, GError **error) OWNED_BY(litmus_file_free);

static inline LitmusHart *litmus_hart(const LitmusFile *file, guint i)
{
    return &g_array_index(file->harts, LitmusHart, i);
}
static inline LitmusInsn *litmus_insn(const LitmusHart *hart, guint i)
{
    return &g_array_index(hart->insns, LitmusInsn, i);
}
static inline LitmusLocation *litmus_location(const LitmusFile *file, guint i)
{
    return &g_array_index(file->locations, LitmusLocation, i);
}
static inline LitmusEncoding *litmus_encoding(const LitmusFile *file, guint i)
{
    return &g_array_index(file->encodings, LitmusEncoding, i);
}

/* ---- litmus-text.c: messages and words */

/* "FILE:LINE:COL: error: ..." about an offset; "skipped: ..." and SIM_ERROR_UNSUPPORTED. Always false. */
bool litmus_error(const LitmusFile *file, gsize at, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);
bool litmus_unsupported(const LitmusFile *file, gsize at, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* "unknown WHAT 'NAME'", with a suggestion. */
bool litmus_unknown(const LitmusFile *file, gsize at, GError **error, const char *what, const char *name,
                    const char *const *candidates, gsize n_candidates);

guint litmus_line(const LitmusFile *file, gsize at);

/* The text with every run of blanks made one. */
char *litmus_squeezed(const char *text, gsize length);

/* A position in a span of the file. */
typedef struct LitmusCursor {
    LitmusFile *file;
    gsize at, end;
    GError **error;
} LitmusCursor;

static inline LitmusCursor litmus_cursor(LitmusFile *file, LitmusSpan span, GError **error)
{
    return (LitmusCursor){ file, span.start, span.end, error };
}

/* The next character that is no blank; '\0' at the end. */
char cursor_peek(LitmusCursor *cursor);
bool cursor_at_end(LitmusCursor *cursor);
bool cursor_accept(LitmusCursor *cursor, char c);
bool cursor_expect(LitmusCursor *cursor, char c);

/* A name of letters, digits, '_' and, further on, `more`; or NULL if none starts here. */
char *cursor_name(LitmusCursor *cursor, const char *more);

/* A number in 64 bits, decimal or 0x; fails at its first character. */
bool cursor_number(LitmusCursor *cursor, uint64_t *value);

/* The rest of "...", its opening quote being next. */
bool cursor_string(LitmusCursor *cursor, LitmusSpan *inner);

/* ---- litmus-split.c: comments, header, where the parts are */
bool litmus_split(LitmusFile *file, GError **error);

/* ---- litmus-insn.c: one instruction, the whole of the span */
bool litmus_insn_parse(LitmusFile *file, LitmusSpan span, LitmusInsn *insn, GError **error);
void litmus_insn_clear(gpointer insn);

/* The register of that name at `at`. */
bool litmus_register(const LitmusFile *file, gsize at, const char *name, guint *number, GError **error);

/* ---- litmus-program.c: the columns */
bool litmus_parse_program(LitmusFile *file, GError **error);

/* Where a label of a hart is; FALSE with a located error. */
bool litmus_find_label(const LitmusFile *file, guint hart, const char *name, gsize at, guint *insn, GError **error);

/* P0:LABEL into a value of kind LITMUS_LABEL. */
bool litmus_read_label(LitmusCursor *cursor, LitmusValue *value);

/* The number in "0" or "P0", if there is such a hart; else -1. */
int litmus_hart_named(const LitmusFile *file, const char *name);

/* ---- litmus-init.c: initial values */
bool litmus_parse_init(LitmusFile *file, GError **error);

/* The index of a location, made if it is new. The name must be one that litmus_is_location_name() allows. */
guint litmus_location_index(LitmusFile *file, const char *name);
bool litmus_is_location_name(const char *name);

/* Size and sign of a type; FALSE with a located error. */
bool litmus_type(const LitmusFile *file, gsize at, const char *name, guint *size, bool *is_signed, GError **error);
bool litmus_set_type(LitmusFile *file, guint location, guint size, bool is_signed, gsize at, GError **error);

/* ---- litmus-encoding.c: instr:"TEXT" */

/* The text, an instruction, as a new encoding. */
bool litmus_add_encoding(LitmusFile *file, LitmusSpan text, guint *index, GError **error);

/* Where the registers' initial encodings are stored to. */
bool litmus_pair_stores(LitmusFile *file, GError **error);

/* The encoding that register `number` of `hart` (or memory, if hart is -1) is compared with. */
bool litmus_compared_encoding(LitmusFile *file, LitmusSpan text, int hart, guint number, guint *index, GError **error);

/* ---- litmus-constraint.c: conditions */

/* Finds locations, filter and condition, and checks them. */
bool litmus_parse_constraint(LitmusFile *file, GError **error);

/* The condition ("exists true" if there is none) and the filter (NULL, without an error, if there is none). Their values
 * are right once the file has been assembled. */
Condition *litmus_condition(LitmusFile *file, GError **error) OWNED_BY(condition_free);
Condition *litmus_filter(LitmusFile *file, GError **error) OWNED_BY(condition_free);

/* ---- litmus-assemble.c, litmus-build.c */

/* Assembles files[i] wherever errors[i] is NULL; sets errors[i] where that fails. */
void litmus_assemble(LitmusFile **files, guint n, GError **errors);

uint64_t litmus_code_address(const LitmusFile *file, guint hart, guint insn);
uint64_t litmus_value(const LitmusFile *file, const LitmusValue *value);

/* From a file that has been assembled. */
Scenario *litmus_build(LitmusFile *file, GError **error) OWNED_BY(scenario_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LitmusFile, litmus_file_free)
