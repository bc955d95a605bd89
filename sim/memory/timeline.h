/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared memory as history: the initial image followed by the stores to it, in the one order in which they take effect.
 * Message k has timestamp k (1, 2, ...); 0 is the base. A load or fetch picks a point T of the timeline and reads, byte
 * by byte, the newest message at or before T.
 * A store that nobody can read late any more may be settled into the base instead of becoming a message: with
 * sequentially consistent data that is every store to bytes that are never fetched. */
#pragma once

#include "sim/base/owned.h"
#include "sim/memory/image.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a message is besides a store: services leave messages of size 0, which no access reads. */
typedef enum MessageKind {
    MESSAGE_STORE,
    MESSAGE_MARK,     /* value: mark */
    MESSAGE_LOCK,     /* value: lock */
    MESSAGE_UNLOCK,   /* value: lock */
    MESSAGE_STOP,     /* every other hart is parked from here; value: flags of the request */
    MESSAGE_STOP_END, /* ... until here */
    /* Requests to other harts, each followed by the message that says that all have done their part; value, address: the
     * set of harts that are asked, low and high half. */
    MESSAGE_FENCE, /* to run fence.i */
    MESSAGE_FENCE_END,
    MESSAGE_GRACE, /* to pass a voluntary schedule point */
    MESSAGE_GRACE_END,
    MESSAGE_CALL, /* to take an interrupt and acknowledge it */
    MESSAGE_CALL_END,
    MESSAGE_IPI,     /* the same without an end: nobody waits for it */
    MESSAGE_ONLINE,  /* requests count this hart from here on */
    MESSAGE_OFFLINE, /* ... and no longer from here on */
} MessageKind;

/* Whether it is a request that some hart waits for; its end is the kind that follows. */
static inline bool message_is_request(uint8_t kind)
{
    return kind == MESSAGE_FENCE || kind == MESSAGE_GRACE || kind == MESSAGE_CALL;
}
static inline bool message_is_request_end(uint8_t kind)
{
    return kind == MESSAGE_FENCE_END || kind == MESSAGE_GRACE_END || kind == MESSAGE_CALL_END;
}
/* Whether it is of an SBI call that interrupts other harts, which may be a write to a device: then what
 * comes before later stores need not come before it. */
static inline bool message_is_output(uint8_t kind)
{
    return kind == MESSAGE_FENCE || kind == MESSAGE_FENCE_END || kind == MESSAGE_CALL || kind == MESSAGE_CALL_END ||
           kind == MESSAGE_IPI;
}
/* Whether it names the harts that it is for. */
static inline bool message_names_harts(uint8_t kind)
{
    return message_is_request(kind) || message_is_request_end(kind) || kind == MESSAGE_IPI;
}

typedef struct Message {
    uint64_t address;
    uint64_t value; /* little-endian, zero-extended from size bytes */
    uint8_t size;   /* bytes, up to 8; naturally aligned unless misaligned accesses are atomic */
    uint8_t hart;
    uint8_t kind;  /* MessageKind */
    uint8_t asker; /* of a request and its end: the number of the hart that has asked for it */
    uint8_t zero[4];
} Message;

/* A naturally aligned 8-byte piece of the base that differs from the image. */
typedef struct Granule {
    uint64_t address; /* a multiple of 8 */
    uint64_t value;
} Granule;

typedef struct Timeline {
    const Image *image; /* borrowed */
    GArray *settled;    /* Granule, by ascending address */
    GArray *messages;   /* Message; element k - 1 has timestamp k */
} Timeline;

void timeline_init(Timeline *timeline, const Image *image);
void timeline_clear(Timeline *timeline);
void timeline_copy(Timeline *to, const Timeline *from);

/* The newest timestamp: the number of messages. */
static inline guint timeline_now(const Timeline *timeline)
{
    return timeline->messages->len;
}

/* Appends a message; returns its timestamp. */
guint timeline_append(Timeline *timeline, const Message *message);

/* Changes the base. The bytes must not be covered by a message. */
void timeline_settle(Timeline *timeline, const Message *message);

/* The timestamp of the newest message at or before `bound` that covers the byte, or 0. */
guint timeline_newest(const Timeline *timeline, uint64_t address, guint bound);

/* The byte as of timestamp `ts`, which must be one that timeline_newest returns for it. */
uint8_t timeline_byte(const Timeline *timeline, uint64_t address, guint ts);

/* Reads size (1..8) bytes at point `bound`, little-endian; *newest is the newest timestamp among the bytes read. All
 * bytes must be in sections of the image. */
uint64_t timeline_read(const Timeline *timeline, uint64_t address, guint size, guint bound, guint *newest);

/* Whether a message with a timestamp in (after, until] covers any of the bytes. */
bool timeline_touched(const Timeline *timeline, uint64_t address, guint size, guint after, guint until);
