/* The arithmetic of a decode step in bfloat16, for CPUs that multiply it: products, norms, rotations and attention.

   What is done here is what torch does with an operation for each part; between two of those the numbers and the
   programs have left the caches, and its products ask for more of a small step than the memory does. Compiled while a
   model is loaded, where there is a compiler (kernels.py), and used where it computes what the model computes.

   Weights lie in the order in which they are multiplied: [outputs / 16][inputs / 2][16 outputs][2 inputs]. */

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __AMX_BF16__
#include <sys/syscall.h>
#include <unistd.h>
#endif

typedef uint16_t bf16;

enum { SIDE = 16, DEPTH = 32, SEEN = 128 };
enum kind { PLAIN, EXACT, ADDED, GATED }; /* EXACT: written as float32 */

struct weights {
    const bf16 *values, *bias;
    int inputs, outputs;
};

struct layer {
    struct weights project, output, gate, up, down;
    const bf16 *norm_before, *norm_between, *norm_queries, *norm_keys; /* the last two may be missing */
    float epsilon, epsilon_heads;
    int queries, keys, size; /* heads, heads, numbers of a head */
};

static int threads = 1;
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

void use_threads(int count) { threads = count; }

/* --- numbers ---------------------------------------------------------------------------------------------------- */

/* 16 numbers: a register of AVX-512. */
typedef float vec __attribute__((vector_size(64)));
typedef float loose_vec __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t words __attribute__((vector_size(64)));
typedef int32_t loose_words __attribute__((vector_size(64), aligned(2), may_alias));
typedef uint16_t halves __attribute__((vector_size(32)));
typedef uint16_t loose_halves __attribute__((vector_size(32), aligned(2), may_alias));

static inline vec load(const float *from) { return *(const loose_vec *)from; }
static inline void store(float *to, vec numbers) { *(loose_vec *)to = numbers; }
static inline vec all(float number) { return (vec){0} + number; }
static inline vec choose(words where, vec these, vec those) { return (vec)((where & (words)these) | (~where & (words)those)); }
static inline vec larger(vec a, vec b) { return choose(a > b, a, b); }

static inline vec widened(halves numbers) {
    return (vec)((words)_mm512_cvtepu16_epi32((__m256i)numbers) << 16);
}

/* To the nearest, and of two to the even one; NaN becomes NaN. */
static inline halves narrowed(vec numbers) {
#ifdef __AVX512BF16__
    return (halves)_mm512_cvtneps_pbh((__m512)numbers);
#else
    words bits = (words)numbers, up = (bits >> 16) & 1;
    bits = (words)choose(numbers == numbers, (vec)(bits + 0x7fff + up), (vec)(bits | 0x400000));
    return __builtin_convertvector((bits >> 16) & 0xffff, halves);
#endif
}

static inline vec wide(const bf16 *from) { return widened(*(const loose_halves *)from); }
static inline void narrow(bf16 *to, vec numbers) { *(loose_halves *)to = narrowed(numbers); }

static inline float sum_of(vec numbers) { return _mm512_reduce_add_ps((__m512)numbers); }
static inline float largest_of(vec numbers) { return _mm512_reduce_max_ps((__m512)numbers); }

/* 2^n * e^r with |r| <= ln(2) / 2, where six terms of the series leave an error of 1e-7. NaN stays NaN. */
static inline vec exponential(vec x) {
    x = choose(x > 88.0f, all(88.0f), x);
    x = choose(x < -87.0f, all(-87.0f), x);
    const float whole = 12582912.0f; /* 1.5 * 2^23: what is added to it loses its fraction */
    vec n = (x * 1.44269504f + whole) - whole;
    vec r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
    vec sum = r * (1.0f / 720) + 1.0f / 120;
    sum = sum * r + 1.0f / 24;
    sum = sum * r + 1.0f / 6;
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    return sum * (vec)((__builtin_convertvector(n, words) + 127) << 23);
}

static inline vec silu(vec x) { return x / (exponential(-x) + 1.0f); }

/* sum += a * b for 16 pairs of neighbours, the two products of each pair together. */
static inline vec add_pairs(vec sum, words a, words b) {
#ifdef __AVX512BF16__
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    const words odd = (words){0} + (int32_t)0xffff0000;
    sum += (vec)(a << 16) * (vec)(b << 16);
    return sum + (vec)(a & odd) * (vec)(b & odd);
#endif
}

static inline words pairs(const bf16 *from) { return *(const loose_words *)from; }

/* --- products --------------------------------------------------------------------------------------------------- */

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

/* All tokens with the blocks [from, to) of outputs, which stay in a core's own cache meanwhile. */
static void multiply_blocks(const struct product *p, int from, int to) {
    const int inputs = p->weights->inputs, step = p->kind == GATED ? 1 : 2;
    sums sum __attribute__((aligned(64)));
    for (int token = 0; token < p->tokens; token += 2 * SIDE) {
        const int tokens = p->tokens - token < 2 * SIDE ? p->tokens - token : 2 * SIDE;
        const bf16 *rows = p->rows + (long)token * inputs;
#ifdef __AMX_BF16__
        if (has_tiles) shape_tiles(tokens < SIDE ? tokens : SIDE, tokens - SIDE > 0 ? tokens - SIDE : 0);
#endif
        for (int block = from; block < to; block += step) {
            const int has_second = block + 1 < to;
            const bf16 *first = p->weights->values + (long)block * SIDE * inputs;
            const bf16 *second = first + (has_second ? (long)SIDE * inputs : 0);
            if (p->kind == GATED) second = p->gate->values + (long)block * SIDE * inputs;
#ifdef __AMX_BF16__
            if (has_tiles) sum_by_tiles(sum, rows, tokens, inputs, first, second);
            else
#endif
                sum_by_vectors(sum, rows, tokens, inputs, first, second);
            for (int t = 0; t < tokens; t++) {
                finish(p, token + t, block, sum[t][0], sum[t][1]);
                if (p->kind != GATED && has_second) finish(p, token + t, block + 1, sum[t][1], NULL);
            }
        }
    }
}

/* Shared out in small parts to whoever is free: a core that is taken away for a moment must not hold up the others. */
static void multiply(const struct product *p) {
    const int blocks = p->weights->outputs / SIDE;
    int part = blocks / (4 * threads);
    part = part > 8 ? 8 : part < 2 ? 2 : part & ~1;
#pragma omp for schedule(dynamic)
    for (int from = 0; from < blocks; from += part) multiply_blocks(p, from, from + part < blocks ? from + part : blocks);
#ifdef __AMX_BF16__
    if (has_tiles) _tile_release();
#endif
}

void linear(const struct weights *weights, int tokens, const bf16 *rows, void *out, const bf16 *residual, int kind) {
    const struct product p = {rows, tokens, weights, NULL, residual, out, kind};
#pragma omp parallel num_threads(threads)
    multiply(&p);
}

void gated(const struct weights *gate, const struct weights *up, int tokens, const bf16 *rows, bf16 *out) {
    const struct product p = {rows, tokens, up, gate, NULL, out, GATED};
#pragma omp parallel num_threads(threads)
    multiply(&p);
}

/* --- norms and rotations ---------------------------------------------------------------------------------------- */

/* Rounded before the weight, as the model does. `to` may be `from`. */
static void normalise_one(bf16 *to, const bf16 *from, const bf16 *weight, float epsilon, int size) {
    vec squares = all(0);
    for (int i = 0; i < size; i += SIDE) squares += wide(from + i) * wide(from + i);
    const float factor = 1.0f / __builtin_sqrtf(sum_of(squares) / size + epsilon);
    for (int i = 0; i < size; i += SIDE)
        narrow(to + i, widened(narrowed(wide(from + i) * factor)) * wide(weight + i));
}

static void normalise(bf16 *to, const bf16 *from, const bf16 *weight, float epsilon, int tokens, int size) {
#pragma omp for
    for (int t = 0; t < tokens; t++) normalise_one(to + (long)t * size, from + (long)t * size, weight, epsilon, size);
}

static void rotate(const struct layer *l, bf16 *states, const bf16 *cosines, const bf16 *sines, int tokens) {
    const int half = l->size / 2, heads = l->queries + 2 * l->keys;
#pragma omp for
    for (int t = 0; t < tokens; t++) {
        const bf16 *cosine = cosines + (long)t * l->size, *sine = sines + (long)t * l->size;
        for (int h = 0; h < l->queries + l->keys; h++) {
            bf16 *head = states + ((long)t * heads + h) * l->size;
            const bf16 *weight = h < l->queries ? l->norm_queries : l->norm_keys;
            if (weight) normalise_one(head, head, weight, l->epsilon_heads, l->size);
            for (int i = 0; i < half; i += SIDE) {
                vec a = wide(head + i), b = wide(head + half + i);
                narrow(head + i, a * wide(cosine + i) - b * wide(sine + i));
                narrow(head + half + i, b * wide(cosine + half + i) + a * wide(sine + half + i));
            }
        }
    }
}

/* --- a layer's two halves around attention ---------------------------------------------------------------------- */

/* states: [tokens][queries + keys + values][size], rotated. normed: room for [tokens, hidden size]. */
void before_attention(const struct layer *l, int tokens, const bf16 *hidden, const bf16 *cosines, const bf16 *sines,
                      bf16 *normed, bf16 *states) {
    const struct product project = {normed, tokens, &l->project, NULL, NULL, states, PLAIN};
#pragma omp parallel num_threads(threads)
    {
        normalise(normed, hidden, l->norm_before, l->epsilon, tokens, l->project.inputs);
        multiply(&project);
        rotate(l, states, cosines, sines, tokens);
    }
}

/* seen: what attention made, [tokens, queries x size]. hidden: changed in place. inner: room for the MLP's inside. */
void after_attention(const struct layer *l, int tokens, const bf16 *seen, bf16 *hidden, bf16 *normed, bf16 *inner) {
    const struct product output = {seen, tokens, &l->output, NULL, hidden, hidden, ADDED};
    const struct product opened = {normed, tokens, &l->up, &l->gate, NULL, inner, GATED};
    const struct product down = {inner, tokens, &l->down, NULL, hidden, hidden, ADDED};
#pragma omp parallel num_threads(threads)
    {
        multiply(&output);
        normalise(normed, hidden, l->norm_between, l->epsilon, tokens, l->gate.inputs);
        multiply(&opened);
        multiply(&down);
    }
}

/* --- attention of answers that decode --------------------------------------------------------------------------- */

/* acc[count heads][32 numbers] += shares * values, for positions in a row. */
static inline __attribute__((always_inline)) void add_values(
    const int count, float *acc, int size, const float (*shares)[SEEN], const bf16 *values, int positions) {
    vec low[4], high[4];
#pragma GCC unroll 4
    for (int g = 0; g < count; g++) low[g] = load(acc + g * size), high[g] = load(acc + g * size + SIDE);
    for (int p = 0; p < positions; p++) {
        const vec left = wide(values + (long)p * size), right = wide(values + (long)p * size + SIDE);
#pragma GCC unroll 4
        for (int g = 0; g < count; g++) {
            low[g] += left * shares[g][p];
            high[g] += right * shares[g][p];
        }
    }
#pragma GCC unroll 4
    for (int g = 0; g < count; g++) store(acc + g * size, low[g]), store(acc + g * size + SIDE, high[g]);
}

/* Turns scores into shares of the largest so far, whose sums are scaled down when a larger one has come. */
static void weigh(float *scores, int positions, float *acc, int size, float *most, float *total) {
    vec highest = all(*most), sum = all(0);
    for (int p = positions; p % SIDE; p++) scores[p] = -1e30f;
    for (int p = 0; p < positions; p += SIDE) highest = larger(load(scores + p), highest);
    const float peak = largest_of(highest), shrink = exponential(all(*most - peak))[0];
    for (int p = 0; p < positions; p += SIDE) {
        vec share = exponential(load(scores + p) - peak);
        store(scores + p, share);
        sum += share;
    }
    *most = peak;
    *total = *total * shrink + sum_of(sum);
    for (int i = 0; i < size; i += SIDE) store(acc + i, load(acc + i) * shrink);
}

/* One head of keys and values with the group of queries that share it, SEEN positions at a time. */
static void attend_one(const bf16 *queries, const bf16 *keys, const bf16 *values, int group, int size, long seen, bf16 *out) {
    float shares[group][SEEN], acc[group * size], most[group], total[group];
    const float scale = 1.0f / __builtin_sqrtf((float)size);
    for (int g = 0; g < group; g++) most[g] = -1e30f, total[g] = 0;
    memset(acc, 0, sizeof acc);
    for (long from = 0; from < seen; from += SEEN) {
        const int positions = seen - from < SEEN ? seen - from : SEEN;
        for (int p = 0; p < positions; p++) {
            const bf16 *key = keys + (from + p) * size;
            for (int g = 0; g < group; g++) {
                vec sum = all(0);
                for (int i = 0; i < size; i += DEPTH) sum = add_pairs(sum, pairs(key + i), pairs(queries + g * size + i));
                shares[g][p] = sum_of(sum) * scale;
            }
        }
        for (int g = 0; g < group; g++) weigh(shares[g], positions, acc + g * size, size, most + g, total + g);
        for (int i = 0; i < size; i += DEPTH) {
            const bf16 *part = values + from * size + i;
            int g = 0;
            for (; g + 4 <= group; g += 4) add_values(4, acc + g * size + i, size, shares + g, part, positions);
            if (g + 3 == group) add_values(3, acc + g * size + i, size, shares + g, part, positions);
            if (g + 2 == group) add_values(2, acc + g * size + i, size, shares + g, part, positions);
            if (g + 1 == group) add_values(1, acc + g * size + i, size, shares + g, part, positions);
        }
    }
    for (int g = 0; g < group; g++)
        for (int i = 0; i < size; i += SIDE) narrow(out + g * size + i, load(acc + g * size + i) / total[g]);
}

/* One token of each row: its key and value are written behind the row's others, and all are looked at.
   states: as from before_attention. kept: [rows][keys][positions][size] with these steps between rows and heads.
   out: [rows, queries x size]. */
void attend(const struct layer *l, int rows, const bf16 *states, bf16 *kept_keys, bf16 *kept_values, long row_step,
            long head_step, const int64_t *positions, bf16 *out) {
    const int group = l->queries / l->keys, size = l->size;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int item = 0; item < rows * l->keys; item++) {
        const int row = item / l->keys, head = item % l->keys;
        const bf16 *own = states + (long)row * (l->queries + 2 * l->keys) * size;
        bf16 *keys = kept_keys + row * row_step + head * head_step, *values = kept_values + row * row_step + head * head_step;
        memcpy(keys + positions[row] * size, own + (l->queries + head) * size, size * sizeof(bf16));
        memcpy(values + positions[row] * size, own + (l->queries + l->keys + head) * size, size * sizeof(bf16));
        attend_one(own + head * group * size, keys, values, group, size, positions[row] + 1,
                   out + ((long)row * l->queries + head * group) * size);
    }
}
