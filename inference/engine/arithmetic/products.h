/* Products of some tokens with weights in bfloat16, by tiles where the CPU has them and else by vectors.

   Weights lie in the order in which they are multiplied: [outputs / 16][inputs / 2][16 outputs][2 inputs]. */

#pragma once

#include <string.h>
#ifdef __AMX_BF16__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "numbers.h"

enum kind { PLAIN, EXACT, ADDED, GATED }; /* EXACT: written as float32 */

struct weights {
    const bf16 *values, *bias;
    int inputs, outputs;
};

#ifdef __AMX_BF16__
static int has_tiles = 0;
#endif

/* Asks the system for the tile registers, which a process may not use unasked. Gives whether there are any. */
int prepare(void) {
#ifdef __AMX_BF16__
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    has_tiles = syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
    return has_tiles;
#else
    return 0;
#endif
}

struct product {
    const bf16 *rows; /* [tokens, inputs] */
    int tokens;
    const struct weights *weights, *gate; /* gate: for GATED, SiLU(gate) * weights */
    const bf16 *residual;                 /* for ADDED, [tokens, outputs] */
    void *out;                            /* [tokens, outputs] */
    enum kind kind;
};

/* Sums of up to 32 tokens with two blocks of 16 outputs each: [32 tokens][2 blocks][16 outputs]. */
typedef float sums[2 * SIDE][2][SIDE];

#ifdef __AMX_BF16__
static void shape_tiles(int first_rows, int more_rows) {
    struct { uint8_t palette, start, reserved[14]; uint16_t bytes[16]; uint8_t rows[16]; } shape;
    memset(&shape, 0, sizeof shape);
    shape.palette = 1;
    const int rows[8] = {first_rows, more_rows, SIDE, SIDE, first_rows, first_rows, more_rows, more_rows};
    for (int tile = 0; tile < 8; tile++) {
        shape.rows[tile] = rows[tile] ? rows[tile] : 1;
        shape.bytes[tile] = 64;
    }
    /* Not _tile_loadconfig: some versions of gcc believe that it reads a pointer's size of this, and leave out the rest. */
    __asm__ volatile("ldtilecfg %0" : : "m"(shape));
}

static void sum_by_tiles(sums out, const bf16 *rows, int tokens, int inputs, const bf16 *first, const bf16 *second) {
    const long step = inputs * (long)sizeof(bf16);
    _tile_zero(4);
    _tile_zero(5);
    if (tokens > SIDE) {
        const bf16 *more = rows + SIDE * (long)inputs;
        _tile_zero(6);
        _tile_zero(7);
        for (int k = 0; k < inputs; k += DEPTH) {
            _tile_loadd(0, rows + k, step);
            _tile_loadd(2, first + k * SIDE, 64);
            _tile_loadd(3, second + k * SIDE, 64);
            _tile_loadd(1, more + k, step);
            _tile_dpbf16ps(4, 0, 2);
            _tile_dpbf16ps(5, 0, 3);
            _tile_dpbf16ps(6, 1, 2);
            _tile_dpbf16ps(7, 1, 3);
        }
        _tile_stored(6, out[SIDE][0], sizeof out[0]);
        _tile_stored(7, out[SIDE][1], sizeof out[0]);
    } else {
        for (int k = 0; k < inputs; k += DEPTH) {
            _tile_loadd(0, rows + k, step);
            _tile_loadd(2, first + k * SIDE, 64);
            _tile_loadd(3, second + k * SIDE, 64);
            _tile_dpbf16ps(4, 0, 2);
            _tile_dpbf16ps(5, 0, 3);
        }
    }
    _tile_stored(4, out[0][0], sizeof out[0]);
    _tile_stored(5, out[0][1], sizeof out[0]);
}
#endif

/* For CPUs without tiles. `count` is a constant wherever this is written out, so that all sums stay in registers. (The
   instruction for pairs of bfloat16, where there is one, was slower than these two for single numbers.) */
static inline __attribute__((always_inline)) void sum_some(
    const int count, float (*out)[2][SIDE], const bf16 *rows, int inputs, const bf16 *first, const bf16 *second) {
    vec a[8], b[8];
#pragma GCC unroll 8
    for (int t = 0; t < count; t++) a[t] = b[t] = all(0);
    enum { PIECE = 256 };
    const words odd = (words){0} + (int32_t)0xffff0000;
    for (int start = 0; start < inputs; start += PIECE) {
        const int length = inputs - start < PIECE ? inputs - start : PIECE;
        float numbers[count][PIECE];
        for (int t = 0; t < count; t++)
            for (int i = 0; i < length; i += SIDE) store(numbers[t] + i, wide(rows + (long)t * inputs + start + i));
        for (int k = 0; k < length; k += 2) {
            const words u = pairs(first + (start + k) * SIDE), v = pairs(second + (start + k) * SIDE);
            const vec u0 = (vec)(u << 16), u1 = (vec)(u & odd), v0 = (vec)(v << 16), v1 = (vec)(v & odd);
#pragma GCC unroll 8
            for (int t = 0; t < count; t++) {
                a[t] += u0 * numbers[t][k];
                b[t] += v0 * numbers[t][k];
                a[t] += u1 * numbers[t][k + 1];
                b[t] += v1 * numbers[t][k + 1];
            }
        }
    }
#pragma GCC unroll 8
    for (int t = 0; t < count; t++) store(out[t][0], a[t]), store(out[t][1], b[t]);
}

static void sum_by_vectors(sums out, const bf16 *rows, int tokens, int inputs, const bf16 *first, const bf16 *second) {
    int t = 0;
    for (; t + 8 <= tokens; t += 8) sum_some(8, out + t, rows + (long)t * inputs, inputs, first, second);
    if (t + 4 <= tokens) sum_some(4, out + t, rows + (long)t * inputs, inputs, first, second), t += 4;
    if (t + 2 <= tokens) sum_some(2, out + t, rows + (long)t * inputs, inputs, first, second), t += 2;
    if (t < tokens) sum_some(1, out + t, rows + (long)t * inputs, inputs, first, second);
}

static void finish(const struct product *p, int token, int block, const float *sum, const float *gate) {
    const long at = (long)token * p->weights->outputs + block * SIDE;
    vec numbers = load(sum);
    if (p->weights->bias) numbers += wide(p->weights->bias + block * SIDE);
    if (p->kind == EXACT) {
        store((float *)p->out + at, numbers);
        return;
    }
    if (p->kind == ADDED) numbers += wide(p->residual + at);
    if (p->kind == GATED) {
        vec opening = load(gate);
        if (p->gate->bias) opening += wide(p->gate->bias + block * SIDE);
        numbers *= silu(opening);
    }
    narrow((bf16 *)p->out + at, numbers);
}

static void sum_up(sums out, const struct product *p, int token, int tokens, int block, int has_second) {
    const int inputs = p->weights->inputs;
    const bf16 *rows = p->rows + (long)token * inputs;
    const bf16 *first = p->weights->values + (long)block * SIDE * inputs;
    const bf16 *second = first + (has_second ? (long)SIDE * inputs : 0);
    if (p->kind == GATED) second = p->gate->values + (long)block * SIDE * inputs;
#ifdef __AMX_BF16__
    if (has_tiles) {
        sum_by_tiles(out, rows, tokens, inputs, first, second);
        return;
    }
#endif
    sum_by_vectors(out, rows, tokens, inputs, first, second);
}

static void finish_all(const struct product *p, int token, int tokens, int block, int has_second, sums sum) {
    for (int t = 0; t < tokens; t++) {
        finish(p, token + t, block, sum[t][0], sum[t][1]);
        if (p->kind != GATED && has_second) finish(p, token + t, block + 1, sum[t][1], NULL);
    }
}
