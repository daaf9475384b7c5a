// Winograd's F(4, 2): four outputs of two taps, from five pixels by five multiplications, as
// winograd_2x5.h has it for another size. The points are 1/2, -1/2, 5/4, -5/4 and infinity, of the
// symmetric sets without 0 one of those that round least.
//
// Each function goes along one axis, in place, over vectors that are `step` apart.

#define OUT 4
#define POINTS 5

// The points besides infinity, NEAR, -NEAR, FAR and -FAR, squared, and what G divides by.
#define NEAR 0.5f
#define FAR 1.25f
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)
#define AT_NEAR (1.0f / (2.0f * NEAR * (NEAR2 - FAR2)))
#define AT_FAR (1.0f / (2.0f * FAR * (FAR2 - NEAR2)))

// B': five pixels.
INLINE void points_of_pixels(wide* d, const int step) {
  const wide d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
  const wide near_even = add_scaled(-FAR2, d0, d2), near_odd = add_scaled(-FAR2, d1, d3);
  const wide far_even = add_scaled(-NEAR2, d0, d2), far_odd = add_scaled(-NEAR2, d1, d3);
  d[0] = add_scaled(NEAR, near_even, near_odd);
  d[step] = add_scaled(-NEAR, near_even, near_odd);
  d[2 * step] = add_scaled(FAR, far_even, far_odd);
  d[3 * step] = add_scaled(-FAR, far_even, far_odd);
  d[4 * step] = add_scaled(NEAR2 * FAR2, d0, add_scaled(-(NEAR2 + FAR2), d2, d4));
}

// A': from five points to four outputs.
INLINE void outputs_of_points(wide* m, const int step) {
  const wide near_sum = m[0] + m[step], near_difference = m[0] - m[step];
  const wide far_sum = m[2 * step] + m[3 * step], far_difference = m[2 * step] - m[3 * step];
  m[0] = near_sum + far_sum;
  m[step] = add_scaled(NEAR, near_difference, FAR * far_difference);
  m[2 * step] = add_scaled(NEAR2, near_sum, FAR2 * far_sum);
  m[3 * step] = add_scaled(NEAR2 * NEAR, near_difference,
                           add_scaled(FAR2 * FAR, far_difference, m[4 * step]));
}

// A: from four outputs to five points.
INLINE void points_of_outputs(wide* y, const int step) {
  const wide y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  const wide near_even = add_scaled(NEAR2, y2, y0), near_odd = add_scaled(NEAR2, y3, y1);
  const wide far_even = add_scaled(FAR2, y2, y0), far_odd = add_scaled(FAR2, y3, y1);
  y[0] = add_scaled(NEAR, near_odd, near_even);
  y[step] = add_scaled(-NEAR, near_odd, near_even);
  y[2 * step] = add_scaled(FAR, far_odd, far_even);
  y[3 * step] = add_scaled(-FAR, far_odd, far_even);
  y[4 * step] = y3;
}

// G: from two weights to five points.
INLINE void points_of_weights(wide* g, const int step) {
  const wide g0 = g[0], g1 = g[step];
  g[0] = AT_NEAR * add_scaled(NEAR, g1, g0);
  g[step] = AT_NEAR * add_scaled(NEAR, g1, -g0);
  g[2 * step] = AT_FAR * add_scaled(FAR, g1, g0);
  g[3 * step] = AT_FAR * add_scaled(FAR, g1, -g0);
  g[4 * step] = g1;
}

// G': from five points to two weights.
INLINE void weights_of_points(wide* m, const int step) {
  const wide near_sum = m[0] + m[step], near_difference = m[0] - m[step];
  const wide far_sum = m[2 * step] + m[3 * step], far_difference = m[2 * step] - m[3 * step];
  m[0] = add_scaled(AT_NEAR, near_difference, AT_FAR * far_difference);
  m[step] = add_scaled(AT_NEAR * NEAR, near_sum,
                       add_scaled(AT_FAR * FAR, far_sum, m[4 * step]));
}
