/* The arithmetic of a decode step in bfloat16, for CPUs that multiply it: products, norms, rotations and attention.

   What is done here is what torch does with an operation for each part; between two of those the numbers and the
   programs have left the caches, and its products ask for more of a small step than the memory does. Compiled while a
   model is loaded, where there is a compiler (kernels.py), and used where it computes what the model computes. */

#include "phases.h"

enum { SEEN = 128, MOST_BLOCKS = 8, MOST_KEPT = 64, TOKENS_OF_A_PART = 4 };

struct layer {
    struct weights project, output, gate, up, down;
    const bf16 *norm_before, *norm_between, *norm_queries, *norm_keys; /* the last two may be missing */
    float epsilon, epsilon_heads;
    int queries, keys, size; /* heads, heads, numbers of a head */
};

/* What the layers of a pass work on. Tokens that decode come first, one of each of the rows. */
struct work {
    int tokens, rows;
    bf16 *hidden, *normed, *states, *seen, *inner; /* [tokens][hidden size, ditto, heads x size, queries x size, inner size] */
    const bf16 *cosines, *sines;                   /* [tokens, size] */
    const int64_t *positions;                      /* of the rows */
};

/* A layer's keys and values: [rows][keys][positions][size] with these steps between rows and heads. */
struct kept {
    bf16 *keys, *values;
    long row_step, head_step;
};

/* --- products as phases ----------------------------------------------------------------------------------------- */

/* All tokens with some blocks of outputs, which stay in a core's own cache meanwhile. The sums of many tokens would not:
   they are written at once, and nobody helps. */
static int multiply(struct phase *phase, int part) {
    const struct product *p = &phase->product;
    const int step = p->kind == GATED ? 1 : 2, all_blocks = p->weights->outputs / SIDE, from = part * phase->blocks;
    const int to = at_most(all_blocks, from + phase->blocks), is_large = p->tokens > MOST_KEPT;
    sums sum[MOST_KEPT / (2 * SIDE)][MOST_BLOCKS] __attribute__((aligned(64)));
    if (is_large && !may_write(phase, part)) return 0;
    for (int token = 0; token < p->tokens; token += 2 * SIDE) {
        const int tokens = at_most(2 * SIDE, p->tokens - token);
#ifdef __AMX_BF16__
        if (has_tiles) shape_tiles(at_most(SIDE, tokens), tokens > SIDE ? tokens - SIDE : 0);
#endif
        for (int block = from; block < to && (is_large || !is_taken(phase, part)); block += step) {
            float(*here)[2][SIDE] = is_large ? sum[0][0] : sum[token / (2 * SIDE)][block - from];
            sum_up(here, p, token, tokens, block, block + 1 < to);
            if (is_large) finish_all(p, token, tokens, block, block + 1 < to, here);
        }
    }
#ifdef __AMX_BF16__
    if (has_tiles) _tile_release();
#endif
    if (is_large) return 1;
    if (!may_write(phase, part)) return 0;
    for (int token = 0; token < p->tokens; token += 2 * SIDE) {
        const int tokens = at_most(2 * SIDE, p->tokens - token);
        for (int block = from; block < to; block += step)
            finish_all(p, token, tokens, block, block + 1 < to, sum[token / (2 * SIDE)][block - from]);
    }
    return 1;
}

/* Shared out in small parts to whoever is free. */
static void add_product(struct product product) {
    const int blocks = product.weights->outputs / SIDE;
    int of_a_part = at_most(MOST_BLOCKS, blocks / (4 * threads));
    of_a_part = of_a_part < 2 ? 2 : of_a_part & ~1;
    struct phase *p = add_phase(multiply, (blocks + of_a_part - 1) / of_a_part);
    p->product = product;
    p->blocks = of_a_part;
}

int linear(const struct weights *weights, int tokens, const bf16 *rows, void *out, const bf16 *residual, int kind) {
    const int trouble = begin_list(1);
    if (trouble) return trouble;
    add_product((struct product){rows, tokens, weights, NULL, residual, out, kind});
    return run_list();
}

int gated(const struct weights *gate, const struct weights *up, int tokens, const bf16 *rows, bf16 *out) {
    const int trouble = begin_list(1);
    if (trouble) return trouble;
    add_product((struct product){rows, tokens, up, gate, NULL, out, GATED});
    return run_list();
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

static int parts_of(int tokens) { return (tokens + TOKENS_OF_A_PART - 1) / TOKENS_OF_A_PART; }

/* product: rows are what is normed, out is where it goes. */
static int normalise(struct phase *p, int part) {
    const int size = p->product.weights->inputs, from = part * TOKENS_OF_A_PART;
    const int tokens = at_most(TOKENS_OF_A_PART, p->product.tokens - from);
    bf16 normed[tokens * size];
    for (int t = 0; t < tokens; t++)
        normalise_one(normed + t * size, p->product.rows + (from + t) * (long)size, p->norm, p->epsilon, size);
    if (!may_write(p, part)) return 0;
    memcpy((bf16 *)p->product.out + from * (long)size, normed, sizeof normed);
    return 1;
}

/* Before a product with these weights. */
static void add_norm(const bf16 *norm, float epsilon, int tokens, const struct weights *weights, const bf16 *from, bf16 *to) {
    struct phase *p = add_phase(normalise, parts_of(tokens));
    p->product = (struct product){from, tokens, weights, NULL, NULL, to, PLAIN};
    p->norm = norm;
    p->epsilon = epsilon;
}

/* The queries and keys of a token. */
static void rotate_one(bf16 *to, const bf16 *states, const struct layer *l, const bf16 *cosine, const bf16 *sine) {
    const int half = l->size / 2;
    for (int h = 0; h < l->queries + l->keys; h++, to += l->size, states += l->size) {
        const bf16 *from = states, *weight = h < l->queries ? l->norm_queries : l->norm_keys;
        if (weight) normalise_one(to, from, weight, l->epsilon_heads, l->size), from = to;
        for (int i = 0; i < half; i += SIDE) {
            vec a = wide(from + i), b = wide(from + half + i);
            narrow(to + i, a * wide(cosine + i) - b * wide(sine + i));
            narrow(to + half + i, b * wide(cosine + half + i) + a * wide(sine + half + i));
        }
    }
}

static int rotate(struct phase *p, int part) {
    const struct layer *l = p->layer;
    const struct work *w = p->work;
    const int from = part * TOKENS_OF_A_PART, tokens = at_most(TOKENS_OF_A_PART, w->tokens - from);
    const int turned = (l->queries + l->keys) * l->size, width = turned + l->keys * l->size;
    bf16 *states = w->states + (long)from * width, result[tokens][turned];
    for (int t = 0; t < tokens; t++) {
        const long of_token = (from + t) * (long)l->size;
        rotate_one(result[t], states + t * width, l, w->cosines + of_token, w->sines + of_token);
    }
    if (!may_write(p, part)) return 0;
    for (int t = 0; t < tokens; t++) memcpy(states + t * width, result[t], sizeof result[t]);
    return 1;
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

/* One head of keys and values with the group of queries that share it, SEEN positions at a time and the own one last.
   Gives up where `part` was taken by another meanwhile. */
static int attend_one(const struct phase *p, int part, const bf16 *queries, const bf16 *keys, const bf16 *values,
                      const bf16 *own_key, const bf16 *own_value, int group, int size, long position, bf16 *out) {
    float shares[group][SEEN], acc[group * size], most[group], total[group];
    const float scale = 1.0f / __builtin_sqrtf((float)size);
    for (int g = 0; g < group; g++) most[g] = -1e30f, total[g] = 0;
    memset(acc, 0, sizeof acc);
    for (long from = 0; from <= position;) {
        if (is_taken(p, part)) return 0;
        const int is_own = from == position, positions = is_own ? 1 : position - from < SEEN ? position - from : SEEN;
        const bf16 *key = is_own ? own_key : keys + from * size, *value = is_own ? own_value : values + from * size;
        from += positions;
        for (int at = 0; at < positions; at++)
            for (int g = 0; g < group; g++) {
                vec sum = all(0);
                for (int i = 0; i < size; i += DEPTH)
                    sum = add_pairs(sum, pairs(key + at * size + i), pairs(queries + g * size + i));
                shares[g][at] = sum_of(sum) * scale;
            }
        for (int g = 0; g < group; g++) weigh(shares[g], positions, acc + g * size, size, most + g, total + g);
        for (int i = 0; i < size; i += DEPTH) {
            int g = 0;
            for (; g + 4 <= group; g += 4) add_values(4, acc + g * size + i, size, shares + g, value + i, positions);
            if (g + 3 == group) add_values(3, acc + g * size + i, size, shares + g, value + i, positions);
            if (g + 2 == group) add_values(2, acc + g * size + i, size, shares + g, value + i, positions);
            if (g + 1 == group) add_values(1, acc + g * size + i, size, shares + g, value + i, positions);
        }
    }
    for (int g = 0; g < group; g++)
        for (int i = 0; i < size; i += SIDE) narrow(out + g * size + i, load(acc + g * size + i) / total[g]);
    return 1;
}

/* A row's token with one head of keys: its key and value are written behind the row's others, and all are looked at. */
static int attend_head(struct phase *p, int part) {
    const struct layer *l = p->layer;
    const int group = l->queries / l->keys, size = l->size, row = part / l->keys, head = part % l->keys;
    const bf16 *states = p->work->states + (long)row * (l->queries + 2 * l->keys) * size;
    const bf16 *key = states + (l->queries + head) * size, *value = key + l->keys * size;
    const long before = row * p->kept->row_step + head * p->kept->head_step, position = p->work->positions[row];
    bf16 *keys = p->kept->keys + before, *values = p->kept->values + before;
    bf16 result[group * size];
    const bf16 *queries = states + head * group * size;
    if (!attend_one(p, part, queries, keys, values, key, value, group, size, position, result)) return 0;
    if (!may_write(p, part)) return 0;
    memcpy(keys + position * size, key, size * sizeof(bf16));
    memcpy(values + position * size, value, size * sizeof(bf16));
    memcpy(p->work->seen + ((long)row * l->queries + head * group) * size, result, sizeof result);
    return 1;
}

/* --- a layer ---------------------------------------------------------------------------------------------------- */

enum { PHASES_BEFORE = 3, PHASES_BEHIND = 4, PHASES_OF_A_LAYER = PHASES_BEFORE + 1 + PHASES_BEHIND };

static void add_before(const struct layer *l, const struct work *w) {
    add_norm(l->norm_before, l->epsilon, w->tokens, &l->project, w->hidden, w->normed);
    add_product((struct product){w->normed, w->tokens, &l->project, NULL, NULL, w->states, PLAIN});
    struct phase *p = add_phase(rotate, parts_of(w->tokens));
    p->layer = l;
    p->work = w;
}

static void add_attention(const struct layer *l, const struct work *w, const struct kept *kept) {
    struct phase *p = add_phase(attend_head, w->rows * l->keys);
    p->layer = l;
    p->work = w;
    p->kept = kept;
}

static void add_behind(const struct layer *l, const struct work *w) {
    add_product((struct product){w->seen, w->tokens, &l->output, NULL, w->hidden, w->hidden, ADDED});
    add_norm(l->norm_between, l->epsilon, w->tokens, &l->gate, w->hidden, w->normed);
    add_product((struct product){w->normed, w->tokens, &l->up, &l->gate, NULL, w->inner, GATED});
    add_product((struct product){w->inner, w->tokens, &l->down, NULL, w->hidden, w->hidden, ADDED});
}

/* All of these layers, where every token is one that decodes. */
int decode(const struct layer *layers, int count, const struct work *w, const struct kept *kept) {
    const int trouble = begin_list(count * PHASES_OF_A_LAYER);
    if (trouble) return trouble;
    for (int n = 0; n < count; n++) {
        add_before(layers + n, w);
        add_attention(layers + n, w, kept + n);
        add_behind(layers + n, w);
    }
    return run_list();
}

/* The parts of one layer, for a pass that attends to prompts elsewhere in between. */
int before_attention(const struct layer *l, const struct work *w) {
    const int trouble = begin_list(PHASES_BEFORE);
    if (trouble) return trouble;
    add_before(l, w);
    return run_list();
}

int attend(const struct layer *l, const struct work *w, const struct kept *kept) {
    const int trouble = begin_list(1);
    if (trouble) return trouble;
    add_attention(l, w, kept);
    return run_list();
}

int after_attention(const struct layer *l, const struct work *w) {
    const int trouble = begin_list(PHASES_BEHIND);
    if (trouble) return trouble;
    add_behind(l, w);
    return run_list();
}

/* What comes behind the layers: out is float32. */
int head(const bf16 *norm, float epsilon, const struct weights *weights, int tokens, const bf16 *hidden, bf16 *normed, float *out) {
    const int trouble = begin_list(2);
    if (trouble) return trouble;
    add_norm(norm, epsilon, tokens, weights, hidden, normed);
    add_product((struct product){normed, tokens, weights, NULL, NULL, out, EXACT});
    return run_list();
}
