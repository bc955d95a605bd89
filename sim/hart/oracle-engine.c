/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/hart/oracle-engine.h"

#include <sys/mman.h>

/* Where the emulator is told to stop, apart from after one instruction. Unicorn takes 0 for an
 * address as well and would execute nothing there: in ORACLE_TRUE_PC use one that no instruction
 * can have. A slot is never at 0, which is also the cheaper value. */
static uint64_t stop_address(const Engine *engine)
{
    return engine->mode == ORACLE_SLOTS ? 0 : UINT64_MAX;
}

void engine_fail(const Engine *engine, const char *what, uint64_t value)
{
    g_error("oracle: word %#x at pc %#" G_GINT64_MODIFIER "x: %s (%#" G_GINT64_MODIFIER "x)", engine->word, engine->pc,
            what, value);
}

static void fail_uc(const Engine *engine, uc_err err)
{
    g_error("oracle: word %#x at pc %#" G_GINT64_MODIFIER "x: Unicorn error %d: %s", engine->word, engine->pc, err,
            uc_strerror(err));
}

/* Runs before the load does, which then finds what is put here. The code was translated before,
 * so it may share these bytes. Only the first call of a step is checked: Unicorn 2.0.1 makes two
 * more, for the aligned halves, when an access crosses a page. */
static void on_read(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
    Engine *engine = data;
    Access *access = &engine->access;

    (void)uc, (void)type, (void)value;
    if (access->n_reads++ > 0)
        return;
    if (address != access->address || (unsigned)size != access->size)
        engine_fail(engine, "unexpected read", address);
    windows_put(&engine->windows, address, access->size, access->loaded);
}

static void on_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
    Engine *engine = data;
    Access *access = &engine->access;

    (void)uc, (void)type;
    if (address != access->address || (unsigned)size != access->size || access->n_writes++ > 0)
        engine_fail(engine, "unexpected write", address);
    access->stored = truncate_to((uint64_t)value, access->size);
}

/* Windows are not writable: say that the store has been dealt with, and Unicorn drops it. */
static bool on_protected_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
    (void)uc, (void)type, (void)address, (void)size, (void)value, (void)data;
    return true;
}

/* A load translated before its hook is added never calls it: hooks come first. */
static uc_err add_hooks(Engine *engine)
{
    const struct {
        int type;
        void *function;
    } hooks[] = {
        { UC_HOOK_MEM_READ, (void *)on_read },
        { UC_HOOK_MEM_WRITE, (void *)on_write },
        { UC_HOOK_MEM_WRITE_PROT, (void *)on_protected_write },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(hooks); i++) {
        uc_hook hook;
        uc_err err = uc_hook_add(engine->uc, &hook, hooks[i].type, hooks[i].function, engine, 1, 0);
        if (err != UC_ERR_OK)
            return err;
    }
    return UC_ERR_OK;
}

/* Whether the translation buffer of an engine can be had. If not, Unicorn 2.0 would end the
 * process (accel/tcg/translate-all.c: code_gen_alloc), and only at its first use. */
static bool can_map_code_buffer(void)
{
    size_t size = (size_t)1 << 30; /* DEFAULT_CODE_GEN_BUFFER_SIZE */
    void *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (buffer == MAP_FAILED)
        return false;
    munmap(buffer, size);
    return true;
}

uc_err engine_open(Engine *engine, OracleMode mode)
{
    uc_err err;

    *engine = (Engine){ .mode = mode };
    if (!can_map_code_buffer())
        return UC_ERR_NOMEM;
    err = uc_open(UC_ARCH_RISCV, UC_MODE_RISCV64, &engine->uc);
    if (err != UC_ERR_OK)
        return err;
    err = add_hooks(engine);
    if (err != UC_ERR_OK)
        return err;
    windows_init(&engine->windows, engine->uc);
    return engine->mode == ORACLE_SLOTS ? slots_init(&engine->slots, engine->uc) : UC_ERR_OK;
}

void engine_close(Engine *engine)
{
    if (engine->uc != NULL)
        uc_close(engine->uc);
    slots_clear(&engine->slots);
    windows_clear(&engine->windows);
}

void engine_set_register(Engine *engine, unsigned number, uint64_t value)
{
    if (number != 0 && uc_reg_write(engine->uc, UC_RISCV_REG_X0 + (int)number, &value) != UC_ERR_OK)
        engine_fail(engine, "cannot write register", number);
}

static uint64_t read_register(const Engine *engine, int id)
{
    uint64_t value;

    if (uc_reg_read(engine->uc, id, &value) != UC_ERR_OK)
        engine_fail(engine, "cannot read register", (uint64_t)id);
    return value;
}

uint64_t engine_register(const Engine *engine, unsigned number)
{
    return read_register(engine, UC_RISCV_REG_X0 + (int)number);
}

/* Makes engine->word executable, and nothing but zeros around it, and says where. */
static uint64_t place(Engine *engine)
{
    unsigned length = insn_length(engine->word & 0xffff);
    uint64_t end = engine->pc + length;

    if (engine->mode == ORACLE_SLOTS)
        return slots_find(&engine->slots, engine->word);
    windows_map(&engine->windows, engine->pc, length);
    windows_put(&engine->windows, engine->pc, length, engine->word);
    /* Unicorn refuses a range that wraps round. */
    uc_err err = uc_ctl_remove_cache(engine->uc, engine->pc, end < engine->pc ? UINT64_MAX : end);
    if (err != UC_ERR_OK)
        fail_uc(engine, err);
    return engine->pc;
}

/* Takes the word and the data away again, so that what is fetched behind a later step is zeros,
 * which end a translation. (Stores are discarded, but it costs nothing not to depend on that.) */
static void clean_up(Engine *engine)
{
    if (engine->mode == ORACLE_TRUE_PC)
        windows_put(&engine->windows, engine->pc, 4, 0);
    if (engine->access.n_reads + engine->access.n_writes > 0)
        windows_put(&engine->windows, engine->access.address, 8, 0);
}

/* Unicorn fetches at the next pc before it stops, and reports it when there is nothing to fetch or
 * it is not executable; the step itself is complete then. */
uint64_t engine_run(Engine *engine, uint32_t word, uint64_t *at)
{
    engine->word = word;
    *at = place(engine);
    uc_err err = uc_emu_start(engine->uc, *at, stop_address(engine), 0, 1);
    engine->steps++;
    clean_up(engine);
    uint64_t next = read_register(engine, UC_RISCV_REG_PC);
    bool only_next_missing = (err == UC_ERR_FETCH_UNMAPPED || err == UC_ERR_FETCH_PROT) && next != *at;
    if (err != UC_ERR_OK && !only_next_missing)
        fail_uc(engine, err);
    return next;
}
