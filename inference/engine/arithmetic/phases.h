/* A pass is a list of phases, each of a number of parts. The threads go through the list together, but where a thread has
   been sent away by the system its part is done once more by another, and the first result counts. It is waited for only
   where it was sent away while it wrote, in large products, and at the end of the pass.

   Without that a word for a web page, which takes a core for a millisecond, holds up all cores for so long. */

#pragma once

#include <omp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "products.h"

struct layer;
struct work;
struct kept;

static int threads = 1;

void use_threads(int count) { threads = count; }

enum mark { OPEN, TAKEN };

struct phase {
    int (*compute)(struct phase *, int part); /* gives whether this thread wrote the part's result */
    int parts, blocks;                        /* blocks: of outputs, in a part of a product */
    unsigned char *marks;                     /* of the parts */
    struct product product;
    const struct layer *layer;
    const struct work *work;
    const struct kept *kept;
    const bf16 *norm;
    float epsilon;
    int next __attribute__((aligned(64)));
    int done __attribute__((aligned(64)));
};

struct list {
    struct phase *phases;
    unsigned char *marks;
    size_t room, marks_room;
    int count, is_in_use;
    int current __attribute__((aligned(64)));
};

static struct list list; /* of one pass at a time */

/* A result is computed where only its thread sees it, which asks this before it writes it down. Only the first may: another
   has come to the same, but by now a later phase may have put something else there. All wait for whoever may. */
static int may_write(struct phase *p, int part) {
    unsigned char mark = OPEN;
    return __atomic_compare_exchange_n(p->marks + part, &mark, TAKEN, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Whether a result would come too late. */
static int is_taken(const struct phase *p, int part) { return __atomic_load_n(p->marks + part, __ATOMIC_RELAXED) == TAKEN; }

static void do_part(struct phase *p, int part) {
    if (p->compute(p, part) && __atomic_add_fetch(&p->done, 1, __ATOMIC_ACQ_REL) == p->parts)
        __atomic_store_n(&list.current, (int)(p - list.phases) + 1, __ATOMIC_RELEASE);
}

static int is_current(const struct phase *p) {
    return __atomic_load_n(&list.current, __ATOMIC_ACQUIRE) == p - list.phases;
}

/* Another thread's part, if there is one that nobody has written yet. */
static int help(struct phase *p, int seat) {
    for (int n = 0; n < p->parts; n++) {
        const int part = (n + seat) % p->parts;
        if (!is_taken(p, part)) {
            do_part(p, part);
            return 1;
        }
    }
    return 0;
}

/* Waits somewhat longer than a part usually takes, then helps. of_a_part: in cycles; 0 if this thread had none. */
static void wait_for_the_others(struct phase *p, unsigned long long of_a_part) {
    const unsigned long long patience = of_a_part ? 2 * of_a_part + 10000 : 200000;
    unsigned long long since = __rdtsc();
    while (is_current(p)) {
        if (__rdtsc() - since < patience) {
            _mm_pause();
            continue;
        }
        if (!help(p, omp_get_thread_num())) sched_yield(); /* whoever writes was sent away in the middle of it */
        since = __rdtsc();
    }
}

static void take_part(void) {
    int at;
    while ((at = __atomic_load_n(&list.current, __ATOMIC_ACQUIRE)) < list.count) {
        struct phase *p = list.phases + at;
        unsigned long long shortest = 0;
        int part;
        while ((part = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED)) < p->parts) {
            const unsigned long long since = __rdtsc();
            do_part(p, part);
            const unsigned long long took = __rdtsc() - since; /* and longer where this thread was sent away */
            if (!shortest || took < shortest) shortest = took;
        }
        wait_for_the_others(p, shortest);
    }
}

enum trouble { NONE, NO_MEMORY, IN_USE };

static int end_list(int trouble) {
    __atomic_store_n(&list.is_in_use, 0, __ATOMIC_RELEASE);
    return trouble;
}

static int begin_list(int phases) {
    if (__atomic_exchange_n(&list.is_in_use, 1, __ATOMIC_ACQUIRE)) return IN_USE;
    list.count = list.current = 0;
    if (list.room >= (size_t)phases) return NONE;
    free(list.phases);
    list.phases = aligned_alloc(64, phases * sizeof *list.phases);
    list.room = list.phases ? phases : 0;
    return list.phases ? NONE : end_list(NO_MEMORY);
}

static struct phase *add_phase(int (*compute)(struct phase *, int), int parts) {
    struct phase *p = list.phases + list.count;
    memset(p, 0, sizeof *p);
    p->compute = compute;
    p->parts = parts;
    list.count += parts > 0;
    return p;
}

static int run_list(void) {
    size_t parts = 0;
    for (int n = 0; n < list.count; n++) parts += list.phases[n].parts;
    if (list.marks_room < parts) {
        free(list.marks);
        list.marks = malloc(parts);
        list.marks_room = list.marks ? parts : 0;
        if (!list.marks) return end_list(NO_MEMORY);
    }
    memset(list.marks, OPEN, parts);
    unsigned char *marks = list.marks;
    for (int n = 0; n < list.count; marks += list.phases[n++].parts) list.phases[n].marks = marks;
#pragma omp parallel num_threads(threads)
    take_part();
    return end_list(NONE);
}
