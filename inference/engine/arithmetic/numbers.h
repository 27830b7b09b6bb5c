/* Sixteen numbers at a time: a register of AVX-512. bfloat16 is the upper half of a float32. */

#pragma once

#include <immintrin.h>
#include <stdint.h>

typedef uint16_t bf16;

enum { SIDE = 16, DEPTH = 32 }; /* numbers of a register; bfloat16 numbers of one */

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

static inline int at_most(int most, int number) { return number < most ? number : most; }

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

