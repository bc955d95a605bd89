/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine/internal.h"

void machine_archive(Machine *machine, Archive *archive)
{
    Intern *const interns[] = { machine->tasks, machine->worlds, machine->passes, machine->frames, machine->finals };
    for (guint i = 0; i < G_N_ELEMENTS(interns); i++)
        archive_intern(archive, interns[i]);
    archive_expect(archive, machine->program->properties->len);
    for (guint i = 0; i < machine->program->properties->len; i++)
        archive_bool(archive, &machine->reached[i]);
    ARCHIVE_VALUE(archive, machine->waited);
    ARCHIVE_VALUE(archive, machine->served);
    ARCHIVE_VALUE(archive, machine->final_violation);
    archive_bool(archive, &machine->stops);
}
