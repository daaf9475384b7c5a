// Weights in the order in which a vendor's library wants its filter, and back.
//
//   weights are [taps, channels, fields], with FIELDS_FIRST [taps, fields, channels],
//   a filter is [fields, taps, channels].
//
// A work-item (id 0) moves one element; it writes beside its neighbours.
//
// Cost: no arithmetic; each element is read and written once.

#include "dialect/vector.h"

#ifndef FIELDS_FIRST
#define FIELDS_FIRST 0
#endif

INLINE int place_in_weights(const int tap, const int channel, const int field, const int channels,
                            const int fields) {
#if FIELDS_FIRST
  return (tap * fields + field) * channels + channel;
#else
  return (tap * channels + channel) * fields + field;
#endif
}

__kernel WORK_GROUP(64, 1) void filter_of_weights(__global const float* restrict weights,
                                                  __global float* restrict filter, const int taps,
                                                  const int channels, const int fields) {
  const int e = get_global_id(0);
  if (e < taps * channels * fields) {
    const int channel = e % channels, tap = e / channels % taps, field = e / channels / taps;
    filter[e] = weights[place_in_weights(tap, channel, field, channels, fields)];
  }
}

__kernel WORK_GROUP(64, 1) void weights_of_filter(__global const float* restrict filter,
                                                  __global float* restrict weights, const int taps,
                                                  const int channels, const int fields) {
  const int e = get_global_id(0);
  if (e < taps * channels * fields) {
#if FIELDS_FIRST
    const int channel = e % channels, field = e / channels % fields, tap = e / channels / fields;
#else
    const int field = e % fields, channel = e / fields % channels, tap = e / fields / channels;
#endif
    weights[e] = filter[(field * taps + tap) * channels + channel];
  }
}
